"""The lanes of security incidents as they are written."""

from monitord.domain.health import Happening
from monitord.domain.lane import Lane
from monitord.settings.book import Book
from monitord.settings.schema_duty import LaneForm


def lanes_of(book: Book) -> dict[str, Lane]:
    """Return the lanes by id; every authority is an organisation with a telephone number, every named one a person."""
    phones = {str(item.get("id")): item.get("phone") for item in book.sections.lists["organisations"]}
    lanes: dict[str, Lane] = {}
    claimed: dict[str, str] = {}
    for entry in book.entries("security_lanes", LaneForm):
        given = entry.given
        for number, name in enumerate(given.authorities):
            known = book.refer(name, entry, "authorities", number, to="organisations")
            if known and not phones.get(name):
                why = f"organisation `{name}` has no `phone`: an authority is called"
                book.findings.add(entry.file, entry.at("authorities", number), why)
        for number, name in enumerate(given.named):
            book.refer(name, entry, "named", number, to="people")
        if not (given.authorities or given.nearest_police):
            book.findings.add(entry.file, entry.at("id"), "name `authorities`, or `nearest_police: true`")
        lanes[given.id] = Lane(
            given.id,
            given.name,
            tuple(dict.fromkeys(given.authorities)),
            given.script,
            tuple(dict.fromkeys(given.named)),
            given.nearest_police,
            given.severity,
            frozenset(Happening(name) for name in given.suspects),
        )
        if given.suspects and not given.named:
            book.findings.add(entry.file, entry.at("suspects"), "name who hears of a suspicion: `named`")
        for number, name in enumerate(given.suspects):
            first = claimed.setdefault(name, given.id)
            if first != given.id:
                why = f"lane `{first}` raises a suspicion for `{name}` already"
                book.findings.add(entry.file, entry.at("suspects", number), why)
    return lanes
