"""The files of a folder of settings: which there are, their bytes, and what tells one content from another."""

import hashlib
import os
import stat
from pathlib import Path

from monitord.domain.journal import canonical
from monitord.settings.problem import Findings

ENDINGS = (".yaml", ".csv", ".xlsx", ".xls", ".ods")
"""How the files of settings end: YAML, and tables."""

MAX_FILE = 4 * 1024 * 1024
"""Bytes of one file."""

MAX_LINE = 20_000
"""Characters of one line; some parts of a line cost the parser its length squared."""

MAX_FILES = 500
"""Files of one folder."""


def content_of(folder: Path) -> str:
    """Return what tells one content of the folder's files from another, comments and layout included.

    It is the `content` of the settings read from the same bytes; files that cannot be read count as such. Raises for
    nothing.
    """
    prints: dict[str, str] = {}
    for path in files_in(folder, Findings()):
        try:
            prints[path.name] = _print(*_read(path))
        except OSError as error:
            prints[path.name] = str(error.strerror)
    return content(prints)


def content(prints: dict[str, str]) -> str:
    """Return one word for the prints of all files."""
    return hashlib.sha256(canonical(prints).encode("utf-8", "backslashreplace")).hexdigest()


def files_in(folder: Path, findings: Findings) -> list[Path]:
    """Return the files of settings in the order of their names."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        findings.add(str(folder), (0, 0), f"this folder of settings cannot be read: {error.strerror}")
        return []
    for name in names:
        if name.endswith(".yml"):
            findings.warn(str(folder / name), (0, 0), "is not read: settings end in `.yaml`")
    found = [folder / name for name in names if name.endswith(ENDINGS) and not name.startswith("~$")]
    if not any(path.suffix == ".yaml" for path in found):
        findings.add(str(folder), (0, 0), "there is no *.yaml file in this folder")
    if len(found) > MAX_FILES:
        findings.add(str(folder), (0, 0), f"there are more than {MAX_FILES} files of settings")
    return found[:MAX_FILES]


def bytes_of(path: Path, findings: Findings, prints: dict[str, str], readable_by_all: set[str]) -> bytes | None:
    """Return the bytes of a file, None after telling why there are none; its print and whether all may read it are
    noted."""
    file = str(path)
    try:
        mode, raw = _read(path)
    except OSError as error:
        prints[path.name] = str(error.strerror)
        findings.add(file, (0, 0), f"cannot be read: {error.strerror}")
        return None
    prints[path.name] = _print(mode, raw)
    if raw is None:
        findings.add(file, (0, 0), "is not a file")
        return None
    if mode & 0o007:
        readable_by_all.add(file)
    if len(raw) > MAX_FILE:
        findings.add(file, (0, 0), f"is larger than {MAX_FILE // 1024 // 1024} MB; split it")
        return None
    return raw


def decoded(raw: bytes, file: str, findings: Findings) -> str | None:
    """Return the text of a file, None after telling why it is none."""
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
