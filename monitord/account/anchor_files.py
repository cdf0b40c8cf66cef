"""Anchors kept in files: one line each behind what is there, and read back whatever stands around them."""

import os
from dataclasses import dataclass
from pathlib import Path

from monitord.domain.anchor import Anchor, Unread, find_anchors

FOLDER = "anchors"
"""Folder below the state folder, with one file a month."""
_LARGEST = 16 << 20
"""Bytes of one file of anchors: some five years of hourly ones."""
_LAST = 4_000
"""Bytes at the end of a file in which its last anchor lies."""


class AnchorTrouble(Exception):
    """A key or a file of anchors cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What files of anchors hold: the anchors, each once, and the places that cannot be read, as `file:line: why`."""

    anchors: tuple[Anchor, ...]
    unread: tuple[str, ...]


def append(place: Path, anchor: Anchor) -> Path:
    """Write an anchor behind what `place` holds, a file or a folder with one file a month, and return the file.

    It is on the disk when this returns; OSError when it is not. Nothing that stands in the file is ever changed.
    """
    path = place / f"{anchor.ts:%Y-%m}.txt" if place.is_dir() else place
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        size = os.fstat(file).st_size
        # A line cut off by a crash is ended, so that ours stands alone.
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        line = b"\n" * torn + anchor.line.encode("ascii") + b"\n"
        if os.write(file, line) != len(line):
            raise OSError("the anchor was not written whole")
        os.fsync(file)
    finally:
        os.close(file)
    sync_folder(path.parent)
    return path


def next_number(place: Path) -> int:
    """Return the number of the next anchor in a file or folder; 1 when there is none."""
    last = newest(place)
    return 1 if last is None else last.number + 1


def newest(place: Path) -> Anchor | None:
    """Return the anchor with the highest number in a file or folder, None when there is none; reads their ends only."""
    found: list[Anchor] = []
    for path in _files(place) if place.exists() else ():
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST))
            end = file.read(_LAST).decode("utf-8", "replace")
        found += [one for one in find_anchors(end) if isinstance(one, Anchor)]
    return max(found, key=lambda one: (one.number, one.ts), default=None)


def read_anchors(path: Path) -> Found:
    """Return the anchors in a file, or in every file of a folder, whatever stands around them; AnchorTrouble when none
    of it can be read.
    """
    anchors: dict[Anchor, None] = {}
    unread = []
    try:
        files = _files(path)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}; name a file of anchors, or a folder of them") from None
    for one in files:
        for found in find_anchors(read_whole(one).decode("utf-8", "replace")):
            match found:
                case Anchor():
                    anchors[found] = None
                case Unread(line, why):
                    unread.append(f"{one}:{line}: {why}")
    return Found(tuple(anchors), tuple(unread))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))


def read_whole(path: Path, most: int = _LARGEST) -> bytes:
    """Return the bytes of a file; AnchorTrouble when it cannot be read or is longer than `most`."""
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}") from None
    if len(raw) > most:
        raise AnchorTrouble(f"{path}: is longer than {most} bytes: not what belongs here")
    return raw


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
