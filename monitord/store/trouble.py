"""Telling trouble with the file (full, locked, failing) from a mistake in a decision."""

import sqlite3

_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Primary result codes that concern the file and not the statement.

The whole group is undone and may be tried again.
"""


def file_trouble(error: BaseException | None) -> int | None:
    """Return SQLite's code when an error, or one it came from, concerns the file and not the statement; else None.

    SQLite undoes the whole transaction by itself when the disk is full: what fails next is the savepoint that is gone,
    and the true cause stands behind it.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _PASSING:
            return int(code) & 0xFF
        error = error.__cause__ or error.__context__
    return None
