"""Who is meant by a name as it is written: the same name, the same without marks, or a proposal; never a guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from monitord.domain.people import Person
from monitord.sheets.asking import Ask, Asker, Note
from monitord.sheets.cells_people import Named
from monitord.sheets.cells_phones import Phone, phone_of, shown
from monitord.sheets.fold import marked, unmarked, words
from monitord.sheets.known import Known
from monitord.sheets.people_words import is_title

_NEAR = 0.75
"""How much alike names must be for one to be proposed for the other, 1 being the same."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds people of the settings by what stands in cells."""

    known: Known
    numbers: Mapping[str, str]
    names: Mapping[str, Sequence[Person]]
    folded: frozenset[str]

    @staticmethod
    def of(known: Known) -> "Matcher":
        """Return the matcher for the people of the settings."""
        numbers: dict[str, str] = {}
        names: dict[str, list[Person]] = {}
        for person in known.people.values():
            names.setdefault(marked(person.name), []).append(person)
            for number in numbers_of(person):
                numbers[number] = "" if number in numbers else person.id
        folded = frozenset(words(person.name) for person in known.people.values())
        return Matcher(known, numbers, names, folded)

    def find(self, named: Named, unit: str | None, place: str, asker: Asker) -> str | None:
        """Return the id of the person, None when that must be asked; what is asked says who may be meant."""
        people = self.known.people
        if (meant := asker.meant(named.name)) is not None and meant in people:
            return meant
        if named.unsure:
            return asker.ask(place, Ask.WHO, named.name)
        if named.name in people:
            return named.name
        same = self.names.get(marked(named.name), ())
        if not same:
            same = [p for p in people.values() if _ends_with(named.name, p.name)]
            same = [] if any(_within(named.name, p.name) for p in people.values()) else same
        if len(same) == 1:
            return same[0].id
        if same:
            return self._one_of(same, named, unit, place, asker)
        return self._near(named, unit, place, asker)

    def _one_of(self, same: Sequence[Person], named: Named, unit: str | None, place: str, asker: Asker) -> str | None:
        narrowed = self._by_phone(same, named.phones) or [p for p in same if p.home == unit] or list(same)
        if len(narrowed) > 1 and named.title:
            narrowed = [p for p in narrowed if words(p.title) == words(named.title)] or narrowed
        if len(narrowed) == 1:
            return narrowed[0].id
        return asker.ask(place, Ask.NAME_TWICE, named.name, ", ".join(f"{p.name} = {p.id}" for p in narrowed[:4]))

    def _near(self, named: Named, unit: str | None, place: str, asker: Asker) -> str | None:
        people = self.known.people.values()
        folded = [p for p in people if words(p.name) == words(named.name)]
        given = [p for p in people if _is_given(named.name, p.name)]
        for found in (folded, given):
            if confirmed := self._by_phone(found, named.phones):
                asker.note(place, Note.BY_PHONE, named.name, confirmed[0].name)
                return confirmed[0].id
        if len(folded) == 1 and unmarked(named.name) and len(words(named.name).split()) > 1:
            asker.note(place, Note.UNMARKED, named.name, folded[0].name)
            return folded[0].id
        at_home = [p for p in folded or given if p.home == unit] or folded or given
        at_home = at_home or self._by_phone(people, named.phones) or _alike(named, people)
        if len(at_home) == 1:
            one = at_home[0]
            return asker.ask(place, Ask.NAME_NEAR, named.name, _shown(one), one.id)
        if at_home:
            return asker.ask(place, Ask.NAME_TWICE, named.name, ", ".join(f"{p.name} = {p.id}" for p in at_home[:4]))
        return asker.ask(place, Ask.NAME_UNKNOWN, named.name)

    def _by_phone(self, people: Iterable[Person], phones: Iterable[Phone]) -> list[Person]:
        owners = {self.numbers.get(phone.number) for phone in phones if phone.number}
        found = [p for p in people if p.id in owners]
        return found if len(found) == 1 else []


def numbers_of(person: Person) -> tuple[str, ...]:
    """Return the numbers of a person as the settings have them, in E.164."""
    written = [person.phone, *(number for number in person.addresses.values() if number.startswith("+"))]
    return tuple(dict.fromkeys(number for one in written if one and (number := phone_of(one).number or one)))


def note_phones(phones: Iterable[Phone], place: str, asker: Asker) -> None:
    """Say what is to be said of numbers that stand in a file, whoever's they are."""
    for phone in phones:
        if phone.note is not None:
            asker.note(phone.place or place, phone.note, phone.written, shown(phone.number))


def compare_phones(person: Person, phones: Iterable[Phone], place: str, asker: Asker) -> None:
    """Say which mobile numbers are not those of the settings; none of them is written anywhere."""
    have = numbers_of(person)
    for phone in phones:
        if phone.number and have and phone.number not in have and phone.mobile:
            said = f"{person.name}: {shown(have[0])}"
            asker.note(phone.place or place, Note.PHONE_DIFFERS, shown(phone.number), said)


def _ends_with(text: str, name: str) -> bool:
    """Whether a title stands before the whole name: "Phó Giám đốc Hoàng Thị Lan"."""
    return len(name.split()) > 1 and marked(text).endswith(f" {marked(name)}") and is_title(text)


def _within(text: str, name: str) -> bool:
    """Whether a whole name stands in a text before another: "Giám đốc Bùi Quốc Khánh Hoàng Thị Lan"."""
    return len(name.split()) > 1 and f" {marked(name)} " in f" {marked(text)}"


def _is_given(text: str, name: str) -> bool:
    """Whether a text is the given name, alone or with what stands before it: "Hùng", "Quốc Khánh"."""
    said, parts = marked(text).split(), marked(name).split()
    return 0 < len(said) < len(parts) and parts[-len(said) :] == said


def _alike(named: Named, people: Iterable[Person]) -> list[Person]:
    said = words(named.name)
    rated = [(SequenceMatcher(None, said, words(p.name)).ratio(), p) for p in people]
    best = max((rate for rate, _ in rated), default=0.0)
    return [p for rate, p in rated if rate == best] if best >= _NEAR else []


def _shown(person: Person) -> str:
    return f"{person.name} ({person.title})" if person.title else person.name
