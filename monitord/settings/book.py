"""The entries of all sections after their shapes were checked, and the question whether an id that one names exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from monitord.settings.block import Block, Place
from monitord.settings.fields import slug
from monitord.settings.folder import Sections, spot
from monitord.settings.form import Form
from monitord.settings.problem import Findings, nearest, quoted
from monitord.settings.schema import MANY
from monitord.settings.validate import locate, validated

F = TypeVar("F", bound=Form)

_SINGULAR = {
    "units": "unit",
    "organisations": "organisation",
    "duty_kinds": "duty kind",
    "people": "person",
    "sites": "site",
    "devices": "device",
    "links": "link",
    "communes": "commune",
    "operators": "operator",
    "teams": "team",
    "power_areas": "power area",
    "routes": "cable route",
    "rings": "ring",
    "services": "service",
    "policies": "policy",
    "bulletins": "bulletin",
    "campaigns": "campaign",
    "deadlines": "deadline",
}


@dataclass(frozen=True, slots=True)
class Entry(Generic[F]):
    """An entry whose shape is right: what it says, and the block it was written in."""

    given: F
    block: Block

    @property
    def file(self) -> str:
        """Return the file it was written in."""
        return self.block.file

    def at(self, *path: str | int) -> Place:
        """Return where the value at `path` stands."""
        return locate(self.block, path)

    @property
    def spot(self) -> str:
        """Return `file:line` of the entry."""
        return spot(self.block.file, self.block.at)


class Book:
    """All entries, each checked against its shape; the id of a wrong entry still counts as existing."""

    def __init__(self, sections: Sections, findings: Findings) -> None:
        self.sections = sections
        self.findings = findings
        self.incomplete = set(sections.incomplete)
        self.ids: dict[str, dict[str, str]] = {name: {} for name in MANY}
        self._entries: dict[str, list[Entry[Any]]] = {name: list(self._read(name)) for name in MANY}
        self._once: dict[str, Entry[Any]] = {}
        for name, block in sections.once.items():
            given = validated(sections.shapes[name], block, findings)
            if given is not None:
                self._once[name] = Entry(given, block)

    def entries(self, section: str, form: type[F]) -> list[Entry[F]]:
        """Return the sound entries of a section that is a list."""
        assert MANY[section] is form
        return self._entries[section]

    def once(self, section: str, form: type[F]) -> Entry[F] | None:
        """Return a section that stands once; None when it is absent or wrong."""
        assert self.sections.shapes[section] is form
        return self._once.get(section)

    def exists(self, section: str, name: str) -> bool:
        """Return True when `name` is an id of that section, or may be one in a part that could not be read."""
        return name in self.ids[section] or section in self.incomplete

    def refer(self, name: str, by: Entry[Any], *path: str | int, to: str | tuple[str, ...]) -> bool:
        """Return True when the id exists in one of the sections `to`; otherwise a mistake is told at `path`."""
        wanted = (to,) if isinstance(to, str) else to
        if any(self.exists(section, name) for section in wanted):
            return True
        known = [each for section in wanted for each in self.ids[section]]
        what = " or ".join(_SINGULAR[section] for section in wanted)
        self.findings.add(by.file, by.at(*path), f"there is no {what} {quoted(name)}{nearest(name, known)}")
        return False

    def _read(self, section: str) -> Iterator[Entry[Any]]:
        form = MANY[section]
        for block in self.sections.lists[section]:
            given = validated(form, block, self.findings)
            if section in _SINGULAR:
                self._note(section, block)
            if given is None:
                if section not in _SINGULAR or _id_of(block) is None:
                    self.incomplete.add(section)
                continue
            yield Entry(given, block)

    def _note(self, section: str, block: Block) -> None:
        name = _id_of(block)
        if name is None:
            return
        ids = self.ids[section]
        if name in ids:
            what = f"{_SINGULAR[section]} {quoted(name)} is here twice; first at {ids[name]}"
            self.findings.add(block.file, block.place("id"), what)
        else:
            ids[name] = spot(block.file, block.place("id"))


def _id_of(block: Block) -> str | None:
    try:
        return slug(block.get("id"))
    except ValueError:
        return None
