"""The bulletins of nights that are foreseen, as they are written."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC
from zoneinfo import ZoneInfo

from monitord.domain.bulletin import LOAD, Bulletin
from monitord.domain.network import Device
from monitord.domain.people import Organisation
from monitord.settings.book import Book
from monitord.settings.policies import refer_channel
from monitord.settings.problem import nearest, quoted
from monitord.settings.schema_duty import BulletinForm


def bulletins_of(
    book: Book,
    zone: ZoneInfo,
    devices: Mapping[str, Device],
    organisations: Mapping[str, Organisation],
    channels: AbstractSet[str],
) -> tuple[Bulletin, ...]:
    """Return the bulletins in the order of the files; each goes to an organisation that can be written to, and speaks
    of loads that are looked at."""
    checks = {target.id: target.check for device in devices.values() for target in device.targets}
    loads = [name for name, check in checks.items() if check == LOAD]
    found = []
    for entry in book.entries("bulletins", BulletinForm):
        given = entry.given
        book.refer(given.unit, entry, "unit", to="units")
        known = book.refer(given.to, entry, "to", to="organisations")
        if known and given.to in organisations and not organisations[given.to].contacts:
            why = f"organisation {quoted(given.to)} has no `contacts`: nobody there would read it"
            book.findings.add(entry.file, entry.at("to"), why)
        for number, name in enumerate(given.loads):
            if checks.get(name) != LOAD and "devices" not in book.incomplete:
                why = f"{quoted(name)} is no target of check `{LOAD}`{nearest(name, loads)}"
                book.findings.add(entry.file, entry.at("loads", number), f"{why}; write `device/{LOAD}/interface`")
        for number, channel in enumerate(given.channels):
            refer_channel(book, entry, ("channels", number), channel, channels)
        since, due = (at.replace(tzinfo=zone).astimezone(UTC) for at in (given.start, given.at))
        found.append(
            Bulletin(
                given.id,
                given.name,
                given.unit,
                given.to,
                since,
                due,
                tuple(dict.fromkeys(given.channels)),
                tuple(dict.fromkeys(given.loads)),
                given.approval_waits,
            )
        )
    return tuple(found)
