"""Groups that are written to by Telegram, beside those on duty."""

from monitord.domain.group import Group
from monitord.settings.book import Book
from monitord.settings.problem import quoted
from monitord.settings.schema import TelegramForm


def groups_of(book: Book) -> tuple[Group, ...]:
    """Return the groups of section `telegram`; two of one id, or one place twice for a unit, are mistakes."""
    entry = book.once("telegram", TelegramForm)
    if entry is None:
        return ()
    found: dict[str, Group] = {}
    places: set[tuple[str, int, int | None]] = set()
    for number, given in enumerate(entry.given.groups):
        book.refer(given.unit, entry, "groups", number, "unit", to="units")
        if given.id in found:
            place = entry.at("groups", number, "id")
            book.findings.add(entry.file, place, f"{quoted(given.id)} is the id of another group as well")
        where = (given.unit, given.chat, given.topic)
        if where in places:
            why = f"this group is written to for {quoted(given.unit)} already: everything would stand there twice"
            book.findings.add(entry.file, entry.at("groups", number, "chat"), why)
        places.add(where)
        found[given.id] = Group(given.id, given.name, given.unit, given.chat, given.topic, given.severity)
    return tuple(found.values())
