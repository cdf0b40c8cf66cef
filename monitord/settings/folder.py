"""A folder of settings as sections: what stands once, and the entries of each list, whichever file they are in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitord.domain.journal import canonical
from monitord.settings.block import Block, Items, Place
from monitord.settings.cells import Table, blocks
from monitord.settings.files import bytes_of, decoded, files_in
from monitord.settings.form import Form
from monitord.settings.problem import Findings, nearest
from monitord.settings.schema import MANY, ONE
from monitord.settings.sheets import read_csv, read_workbook
from monitord.settings.tree import read_tree
from monitord.settings.validate import unknown_key

NO_MORE: Mapping[str, type[Form]] = MappingProxyType({})

_HIDDEN_KEYS = frozenset({"community", "token", "key", "proxy", "password", "secret"})


@dataclass(slots=True)
class Sections:
    """What the files hold, before it is compared with any shape.

    `incomplete` are the sections something of which could not be read: what is missing there may be in the unread
    part, so nobody is told that it does not exist. `shapes` are those that stand once.
    """

    shapes: Mapping[str, type[Form]] = field(default_factory=lambda: ONE)
    files: list[Path] = field(default_factory=list)
    once: dict[str, Block] = field(default_factory=dict)
    lists: dict[str, list[Block]] = field(default_factory=lambda: {name: [] for name in MANY})
    incomplete: set[str] = field(default_factory=set)
    readable_by_all: set[str] = field(default_factory=set)
    digest: str = ""
    prints: dict[str, str] = field(default_factory=dict)


def read_folder(folder: Path, findings: Findings, only: str = "", more: Mapping[str, type[Form]] = NO_MORE) -> Sections:
    """Return the sections of every `*.yaml` and every table in `folder`, in the order of the names; mistakes go to
    `findings`.

    With `only`, tables and files in which that word does not occur are left out. `more` are sections that stand once
    beside our own.
    """
    sections = Sections({**ONE, **more})
    held: dict[str, Any] = {}
    for path in files_in(folder, findings):
        sections.files.append(path)
        raw = bytes_of(path, findings, sections.prints, sections.readable_by_all)
        if path.suffix == ".yaml":
            _take_yaml(path, raw, only, held, sections, findings)
        elif not only:
            _take_tables(path, raw, held, sections, findings)
    sections.digest = hashlib.sha256(canonical(held).encode("utf-8", "backslashreplace")).hexdigest()
    return sections


def _take_yaml(
    path: Path, raw: bytes | None, only: str, known: dict[str, Any], sections: Sections, findings: Findings
) -> None:
    text = None if raw is None else decoded(raw, str(path), findings)
    if text is not None and only not in text:
        return
    before = len(findings.problems)
    top = None if text is None else read_tree(text, str(path), findings)
    if top is None:
        if len(findings.problems) > before or text is None:
            sections.incomplete |= {*sections.shapes, *MANY}
        return
    known[path.name] = _without_secrets(top)
    _sort_in(top, sections, findings)


def _take_tables(path: Path, raw: bytes | None, known: dict[str, Any], sections: Sections, findings: Findings) -> None:
    before, file = len(findings.problems), str(path)
    tables: list[Table] = []
    if raw is not None and path.suffix == ".csv":
        text = decoded(raw, file, findings)
        one = None if text is None else read_csv(text, file, path.stem, findings)
        tables = [one] if one is not None else []
    elif raw is not None:
        tables = read_workbook(raw, file, path.stem, findings)
    held: dict[str, Any] = {}
    for table in tables:
        if file in sections.readable_by_all:
            sections.readable_by_all.add(table.file)
        entries = list(blocks(table, findings))
        sections.lists[table.section] += entries
        held[table.section] = [*held.get(table.section, ()), *(_without_secrets(entry) for entry in entries)]
    known[path.name] = held
    if raw is None or len(findings.problems) > before:
        # Nobody knows what the rest would have named.
        sections.incomplete |= {table.section for table in tables} or set(MANY)


def _sort_in(top: Block, sections: Sections, findings: Findings) -> None:
    for name, held in top.items():
        at = top.values_at[name]
        if name in sections.shapes:
            _once(name, held, top, sections, findings)
        elif name not in MANY:
            findings.add(
                top.file, top.keys_at[name], unknown_key(name, (*sections.shapes, *MANY)).replace("key", "section", 1)
            )
            # The misspelt section is most likely the one it resembles: what is in it is not missing, only unread.
            near = nearest(name, (*sections.shapes, *MANY))
            sections.incomplete |= {known for known in (*sections.shapes, *MANY) if f"`{known}`" in near}
        elif isinstance(held, Items):
            for entry, place in zip(held, held.items_at, strict=True):
                if isinstance(entry, Block):
                    sections.lists[name].append(entry)
                else:
                    sections.incomplete.add(name)
                    findings.add(top.file, place, f"an entry of `{name}` must be keys with values")
        elif held is not None:
            sections.incomplete.add(name)
            findings.add(top.file, at, f"`{name}` must be a list: begin each entry with `- `")


def _once(name: str, held: Any, top: Block, sections: Sections, findings: Findings) -> None:
    if name in sections.once:
        first = sections.once[name]
        findings.add(top.file, top.keys_at[name], f"`{name}` stands once; first at {first.file}:{first.at[0]}")
    elif isinstance(held, Block):
        sections.once[name] = held
    elif held is not None:
        sections.incomplete.add(name)
        findings.add(top.file, top.values_at[name], f"`{name}` must be keys with values")


def _without_secrets(held: Any, key: str = "") -> Any:
    if isinstance(held, Block):
        return {name: _without_secrets(value, name) for name, value in held.items()}
    if isinstance(held, Items):
        return [_without_secrets(value, key) for value in held]
    return "***" if key in _HIDDEN_KEYS else held


def spot(file: str, place: Place) -> str:
    """Return `file:line`, as a place is named inside a message or a source."""
    return f"{file}:{place[0]}"
