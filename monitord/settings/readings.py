"""Dates that the settings name by the moon and without a year: how they are read on the day of reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from monitord.calendar.days import Named, day_near, moment_near
from monitord.calendar.spoken import NotALunarDate
from monitord.settings.block import Block, Items, Place

ANY_DAY = date(2000, 1, 1)
"""The day beside which a date is read whose year is asked for anyway."""
NEEDS_YEAR = "write the year, so that it is the same day whenever it is read"


@dataclass(slots=True)
class Readings:
    """The local day on which the settings are read, and the texts of one entry that the year depends on.

    Without `today` a date without its year is a mistake.
    """

    today: date | None = None
    read: dict[str, str] = field(default_factory=dict)

    def day(self, text: str) -> date:
        """Return the day of a lunar date; ValueError with what may have been meant."""
        try:
            named = day_near(text, self._day_of(text))
        except NotALunarDate as wrong:
            raise ValueError(str(wrong)) from None
        self._note(text, named, f"{named.day:%Y-%m-%d}")
        return named.day

    def moment(self, text: str) -> datetime:
        """Return the local instant of a lunar date with its time, without a zone; ValueError as `day`."""
        try:
            at, dated = moment_near(text, self._day_of(text))
        except NotALunarDate as wrong:
            raise ValueError(str(wrong)) from None
        self._note(text, Named(at.date(), dated), f"{at:%Y-%m-%d %H:%M}")
        return at

    def told(self, block: Block) -> Iterator[tuple[Place, str]]:
        """Yield where each text stands that was read by the day of reading, and how it was read; then forget them."""
        if self.read:
            yield from _places(block, self.read)
            self.read.clear()

    def _day_of(self, text: str) -> date:
        return self.today if self.today is not None else ANY_DAY

    def _note(self, text: str, named: Named, shown: str) -> None:
        if named.dated:
            return
        if self.today is None:
            raise ValueError(f'"{text}" has no year: {NEEDS_YEAR}')
        self.read[text] = f'"{text}" is read as {shown} (nearest to today); {NEEDS_YEAR}'


def _places(here: object, read: dict[str, str]) -> Iterator[tuple[Place, str]]:
    """Yield the place and the reading of every value of a block that was read."""
    if isinstance(here, Block):
        pairs = [(here.values_at.get(key, here.at), value) for key, value in here.items()]
    elif isinstance(here, Items):
        pairs = list(zip(here.items_at, here, strict=False))
    else:
        return
    for place, value in pairs:
        if isinstance(value, str) and value in read:
            yield place, read[value]
        yield from _places(value, read)
