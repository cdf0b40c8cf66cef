"""What may be wrong with a database, told from a mistake in a decision."""

import sqlite3
from enum import Enum, auto

import sqlalchemy as sa


class StoreError(Exception):
    """The database cannot be used as asked."""


class AlreadyRunning(StoreError):
    """Another daemon holds this database."""


class Trouble(Enum):
    """What is wrong with the file or the server: no room is left, or something else that may pass."""

    FULL = auto()
    OTHER = auto()


_SQLITE = frozenset(
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

_POSTGRESQL = ("08", "25006", "28", "40", "53", "55P03", "57", "58")
"""How the SQLSTATEs begin that concern the server and not the statement (PostgreSQL's appendix A): the connection, a
server that only reads, its logins, a transaction it gave up, its resources, locks, an operator, its system."""
_DISK_FULL = "53100"


def store_trouble(error: BaseException | None) -> Trouble | None:
    """Return what is wrong when an error, or one it came from, concerns the database and not the statement; else None.

    SQLite undoes the whole transaction by itself when the disk is full: what fails next is the savepoint that is gone,
    and the true cause stands behind it.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if found := _of_sqlite(error) or _of_postgresql(error):
            return found
        error = error.__cause__ or error.__context__
    return None


def _of_sqlite(error: BaseException) -> Trouble | None:
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    if code is None or code & 0xFF not in _SQLITE:
        return None
    return Trouble.FULL if code & 0xFF == sqlite3.SQLITE_FULL else Trouble.OTHER


def _of_postgresql(error: BaseException) -> Trouble | None:
    if isinstance(error, AlreadyRunning):
        return Trouble.OTHER
    driver = getattr(error, "orig", None) or error
    if not hasattr(driver, "sqlstate"):
        return None
    if driver.sqlstate is None:
        # Only the client noticed: no server answers, or the connection broke.
        return Trouble.OTHER if isinstance(error, sa.exc.OperationalError) else None
    if driver.sqlstate == _DISK_FULL:
        return Trouble.FULL
    return Trouble.OTHER if driver.sqlstate.startswith(_POSTGRESQL) else None
