"""Unit, duty and hours of a row: from the row, from what stands around the table, from the settings, or asked."""

from dataclasses import dataclass
from difflib import get_close_matches

from monitord.sheets.asking import Ask, Asker, Note
from monitord.sheets.cells_hours import DAY, EITHER, UNCLEAR, WHOLE, Hours, Spoken
from monitord.sheets.fold import words
from monitord.sheets.known import Known, says_duty
from monitord.sheets.raw import Cell
from monitord.sheets.titles import Around

USUAL = {
    "ca 1": Hours(6 * 60, 14 * 60), "ca 2": Hours(14 * 60, 22 * 60), "ca 3": Hours(22 * 60, 30 * 60),
    "sang": Hours(6 * 60, 14 * 60), "chieu": Hours(14 * 60, 22 * 60), "toi": Hours(22 * 60, 30 * 60),
    "dem": Hours(22 * 60, 30 * 60), "ca ngay": Hours(7 * 60, 19 * 60),
}  # fmt: skip
"""The hours that are proposed for a shift word when neither the file nor the settings say any."""
_NEAR = 0.7
"""How much alike the names of duties must be for one to be proposed, 1 being the same."""
_PART = {"sang": (4, 11), "chieu": (11, 17), "toi": (17, 22), "dem": (17, 24), "ca ngay": (5, 11)}
"""Between which hours a shift begins that is called so."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides for one sheet; `at_home` is the unit that most people of the sheet belong to, None when there is none."""

    known: Known
    around: Around
    asker: Asker
    top: str
    at_home: str | None

    def unit(self, cell: Cell | None) -> str | None:
        """Return the unit of a row, None when it must be asked."""
        if cell is not None and (found := self.known.unit_of(cell.text)):
            return found
        if found := self.asker.settle.unit or self.around.unit:
            return found
        if len(self.known.units) == 1:
            return next(iter(self.known.units))
        name = self.known.units[self.at_home].name if self.at_home else ""
        return self.asker.ask(self.top, Ask.UNIT_MISSING, "", name, self.at_home)

    def duty(self, cell: Cell | None, column: str | None, above: str | None, place: str) -> str | None:
        """Return the duty of a row, None when it must be asked; `column` is what the header says, `above` the row
        before of the same day."""
        if cell is None or not says_duty(cell.text):
            found = column or self.around.duty or self.asker.settle.duty or above
            return found or self.asker.ask(place, Ask.DUTY_MISSING, "")
        meant = self.asker.meant(cell.text)
        if meant in self.known.duties:
            return meant
        if found := self.known.duty_of(cell.text):
            return found
        key = self._near(words(cell.text).removeprefix("truc "))
        offer = self.known.duties[key].name if key else ""
        return self.asker.ask(cell.place, Ask.DUTY_UNKNOWN, cell.text, offer, key)

    def _near(self, said: str) -> str | None:
        """Return the kind of duty that may be meant: its words shortened to letters (UCTT), or one much like it."""
        names = {words(kind.name).removeprefix("truc "): key for key, kind in self.known.duties.items()}
        short = [key for name, key in names.items() if "".join(word[0] for word in name.split()) == said]
        near = get_close_matches(said, names, 1, _NEAR)
        return short[0] if len(short) == 1 else names[near[0]] if near else None

    def hours(
        self, said: Hours | Spoken | None, cell: Cell | None, unit: str, duty: str, day: Cell, column: Cell | None
    ) -> Hours | None:
        """Return the hours of a row, None when they must be asked; a day or the header of a column may say them."""
        place, where = (cell or day).place, (column or day).text
        text = cell.text if cell is not None else ""
        if said == UNCLEAR:
            return self.asker.ask(place, Ask.HOURS_UNREAD, text or where)
        if said is None:
            if text:
                return self.asker.ask(place, Ask.HOURS_UNREAD, text)
            said = WHOLE
        if isinstance(said, Hours):
            if said.phrase:
                self.asker.note(place, Note.OVER_NIGHT, text, show(said))
            return said
        if said == WHOLE:
            whole = self.whole_day(unit)
            self.asker.note(place, Note.WHOLE_DAY, text, show(whole))
            return whole
        if said == EITHER:
            whole = self.whole_day(unit)
            return self.asker.ask(place, Ask.SESSION, text, f"cả ngày {show(whole)}", whole)
        if found := self.around.legend.get(said.word):
            return found
        if found := self._slot(said.word, unit, duty):
            self.asker.note(place, Note.SLOT, text or said.word, show(found))
            return found
        usual = USUAL.get(said.word)
        return self.asker.ask(place, Ask.SESSION, text or said.word, show(usual) if usual else "", usual)

    def whole_day(self, unit: str) -> Hours:
        """Return what "24/24" is in a unit: from its hour of handover to the next day's."""
        at = self.known.units[unit].handover
        start = at.hour * 60 + at.minute
        return Hours(start, start + DAY)

    def _slot(self, word: str, unit: str, duty: str) -> Hours | None:
        slots = self.known.slots.get((unit, duty), ())
        if word.startswith("ca ") and word[3:].isdecimal():
            found = [slots[int(word[3:]) - 1]] if 1 < len(slots) >= int(word[3:]) else []
        else:
            first, last = _PART.get(word, (0, 0))
            found = [slot for slot in slots if len(slots) > 1 and first <= slot[0].hour < last]
        if len(found) != 1:
            return None
        start, end = (at.hour * 60 + at.minute for at in found[0])
        return Hours(start, end if end > start else end + DAY)


def show(hours: Hours) -> str:
    """Return hours as people read them: `22:00–06:00 (+1)`."""
    return f"{_clock(hours.start)}–{_clock(hours.end)}"


def _clock(minutes: int) -> str:
    days, left = divmod(minutes, DAY)
    return f"{left // 60:02d}:{left % 60:02d}" + (f" ({days:+d})" if days else "")
