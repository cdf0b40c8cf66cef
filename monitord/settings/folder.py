"""A folder of YAML files as sections: what stands once, and the entries of each list, whichever file they are in."""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitord.domain.journal import canonical
from monitord.settings.block import Block, Items, Place
from monitord.settings.problem import Findings, nearest
from monitord.settings.schema import MANY, ONE
from monitord.settings.tree import read_tree
from monitord.settings.validate import unknown_key

MAX_FILE = 4 * 1024 * 1024
"""Bytes of one file."""

MAX_LINE = 20_000
"""Characters of one line; some parts of a line cost the parser its length squared."""

MAX_FILES = 500
"""Files of one folder."""

_HIDDEN_KEYS = frozenset({"community", "token", "key", "proxy"})


@dataclass(slots=True)
class Sections:
    """What the files hold, before it is compared with any shape.

    `incomplete` are the sections something of which could not be read: what is missing there may be in the unread
    part, so nobody is told that it does not exist.
    """

    files: list[Path] = field(default_factory=list)
    once: dict[str, Block] = field(default_factory=dict)
    lists: dict[str, list[Block]] = field(default_factory=lambda: {name: [] for name in MANY})
    incomplete: set[str] = field(default_factory=set)
    readable_by_all: set[str] = field(default_factory=set)
    digest: str = ""
    prints: dict[str, str] = field(default_factory=dict)


def content_of(folder: Path) -> str:
    """Return what tells one content of the folder's files from another, comments and layout included.

    It is the `content` of the settings read from the same bytes; files that cannot be read count as such. Raises for
    nothing.
    """
    prints: dict[str, str] = {}
    for path in _files(folder, Findings()):
        try:
            prints[path.name] = _print(*_read(path))
        except OSError as error:
            prints[path.name] = str(error.strerror)
    return content(prints)


def content(prints: dict[str, str]) -> str:
    """Return one word for the prints of all files."""
    return hashlib.sha256(canonical(prints).encode("utf-8", "backslashreplace")).hexdigest()


def read_folder(folder: Path, findings: Findings, only: str = "") -> Sections:
    """Return the sections of every `*.yaml` in `folder`, in the order of the names; mistakes go to `findings`.

    With `only`, files in which that word does not occur are left out.
    """
    sections = Sections()
    content: dict[str, Any] = {}
    for path in _files(folder, findings):
        sections.files.append(path)
        text = _text(path, findings, sections)
        if text is not None and only not in text:
            continue
        before = len(findings.problems)
        top = None if text is None else read_tree(text, str(path), findings)
        if top is None:
            if len(findings.problems) > before or text is None:
                sections.incomplete |= {*ONE, *MANY}
            continue
        content[path.name] = _without_secrets(top)
        _sort_in(top, sections, findings)
    sections.digest = hashlib.sha256(canonical(content).encode("utf-8", "backslashreplace")).hexdigest()
    return sections


def _files(folder: Path, findings: Findings) -> list[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        findings.add(str(folder), (0, 0), f"this folder of settings cannot be read: {error.strerror}")
        return []
    for name in names:
        if name.endswith(".yml"):
            findings.warn(str(folder / name), (0, 0), "is not read: settings end in `.yaml`")
    found = [folder / name for name in names if name.endswith(".yaml")]
    if not found:
        findings.add(str(folder), (0, 0), "there is no *.yaml file in this folder")
    if len(found) > MAX_FILES:
        findings.add(str(folder), (0, 0), f"there are more than {MAX_FILES} *.yaml files")
    return found[:MAX_FILES]


def _text(path: Path, findings: Findings, sections: Sections) -> str | None:
    file = str(path)
    try:
        mode, raw = _read(path)
    except OSError as error:
        sections.prints[path.name] = str(error.strerror)
        findings.add(file, (0, 0), f"cannot be read: {error.strerror}")
        return None
    sections.prints[path.name] = _print(mode, raw)
    if raw is None:
        findings.add(file, (0, 0), "is not a file")
        return None
    if mode & 0o007:
        sections.readable_by_all.add(file)
    if len(raw) > MAX_FILE:
        findings.add(file, (0, 0), f"is larger than {MAX_FILE // 1024 // 1024} MB; split it")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = (before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        findings.add(file, place, f"is not UTF-8: byte 0x{raw[error.start]:02X}")
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            findings.add(file, (number, MAX_LINE + 1), f"this line is longer than {MAX_LINE} characters")
            return None
    return text


def _read(path: Path) -> tuple[int, bytes | None]:
    """Return the mode and the bytes of a file, no bytes when it is none; OSError when it cannot be read."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        return mode, None
    with path.open("rb") as stream:
        return mode, stream.read(MAX_FILE + 1)


def _print(mode: int, raw: bytes | None) -> str:
    # The mode is looked at as well: a secret in a file that everybody can read is a mistake, and `chmod` mends it.
    return f"{mode & 0o007} {'' if raw is None else hashlib.sha256(raw).hexdigest()}"


def _sort_in(top: Block, sections: Sections, findings: Findings) -> None:
    for name, held in top.items():
        at = top.values_at[name]
        if name in ONE:
            _once(name, held, top, sections, findings)
        elif name not in MANY:
            findings.add(top.file, top.keys_at[name], unknown_key(name, (*ONE, *MANY)).replace("key", "section", 1))
            # The misspelt section is most likely the one it resembles: what is in it is not missing, only unread.
            near = nearest(name, (*ONE, *MANY))
            sections.incomplete |= {known for known in (*ONE, *MANY) if f"`{known}`" in near}
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
