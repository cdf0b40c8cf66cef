"""An organisation that is named for what it is to us: police, power company, authority."""

from typing import Any

from monitord.domain.people import OrganisationRole
from monitord.settings.book import Book, Entry
from monitord.settings.problem import quoted
from monitord.settings.schema import OrganisationForm


def refer_role(book: Book, entry: Entry[Any], key: str, name: str | None, role: OrganisationRole) -> None:
    """Tell as mistakes at `key` that there is no such organisation, or that its role is another one."""
    if name is None or not book.refer(name, entry, key, to="organisations"):
        return
    roles = {e.given.id: e.given.role for e in book.entries("organisations", OrganisationForm)}
    if roles.get(name, role) != role:
        why = f"the role of {quoted(name)} is {roles[name]}, not {role}"
        book.findings.add(entry.file, entry.at(key), why)
