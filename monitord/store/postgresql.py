"""Opening a PostgreSQL database as the daemon needs it: one connection that writes and holds the writer's lock."""

import os
import socket
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from monitord.store.trouble import AlreadyRunning, StoreError

LOCK = 0x6D6F6E64
"""The advisory lock of the writer (`mond`), one a database."""
LOCK_MS = 3_000
"""How long a start waits for it: the server may not have noticed yet that the last daemon died."""
READ_MS = 5_000
"""Milliseconds a statement that reads may take."""

_NOTICE_THE_DEAD = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""libpq waits for hours, else, for a server whose machine or network is gone."""
_WRITING = (
    "SET synchronous_commit = on",
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    # A daemon that stopped inside a transaction would keep its lock for ever.
    "SET idle_in_transaction_session_timeout = 60000",
)


def writing_engine(url: sa.URL, lock_ms: int = LOCK_MS) -> sa.Engine:
    """Return the engine of the one writer: one connection, which holds the lock of the database as long as it lives.

    Every transaction is SERIALIZABLE: what it read still holds when it commits, whoever else may write, or it fails and
    is tried again. Opening the connection raises AlreadyRunning, naming the holder, when another one has the lock;
    after the connection was lost the next transaction opens one anew and takes the lock again before anything else.
    """
    engine = _engine(url, "SERIALIZABLE", pool_size=1, max_overflow=0)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # Outside of a transaction, else what is set would be undone with it.
        connection.autocommit = True
        for statement in (*_WRITING, f"SET lock_timeout = {max(1, lock_ms)}"):
            connection.execute(statement)
        (level,) = connection.execute("SHOW synchronous_commit").fetchone()
        if level != "on":
            raise StoreError(f"synchronous_commit is {level}, not on; committed rows could be lost in a power cut")
        _take_lock(connection)
        connection.autocommit = False

    return engine


def reading_engine(url: sa.URL, read_ms: int = READ_MS) -> sa.Engine:
    """Return an engine that cannot write; a statement that reads for more than `read_ms` is ended.

    A transaction sees the database as it was at its first statement.
    """
    # A connection that lay in the pool while the server was started anew is replaced, not stumbled over.
    engine = _engine(url, "REPEATABLE READ", pool_size=4, max_overflow=2, pool_pre_ping=True)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET default_transaction_read_only = on")
        connection.execute(f"SET statement_timeout = {read_ms}")
        connection.autocommit = False
        connection.read_only = True

    return engine


def _engine(url: sa.URL, isolation: Any, **pool: Any) -> sa.Engine:
    name = f"monitord {socket.gethostname()[:40]} {os.getpid()}"
    return sa.create_engine(
        url,
        isolation_level=isolation,
        hide_parameters=True,
        poolclass=QueuePool,
        connect_args=_NOTICE_THE_DEAD | {"application_name": name, "client_encoding": "utf8"},
        **pool,
    )


def _take_lock(connection: Any) -> None:
    try:
        connection.execute(f"SELECT pg_advisory_lock({LOCK})")
    except Exception as error:
        if getattr(error, "sqlstate", None) != "55P03":
            raise
    else:
        return
    found = connection.execute(
        "SELECT a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1"
        " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (LOCK,),
    ).fetchone()
    holder = f"`{found[0]}` (process {found[1]} of the server)" if found else "another session"
    raise AlreadyRunning(f"the writer's lock of this database is held by {holder}: one daemon a database")


def order_and_letters(connection: sa.Connection) -> str | None:
    """Return what is wrong with the way this database keeps and sorts text, None when nothing is.

    Text must sort by its code points, as it does in SQLite: another order would also change with the system's library
    and spoil indexes.
    """
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    wrong = "" if encoding == "UTF8" else f"text is kept as {encoding}"
    if not wrong and not connection.exec_driver_sql("SELECT 'B' < 'a' AND 'a-b' < 'aa' AND 'z' < 'đ'").scalar():
        wrong = "text is sorted by a language"
    anew = "make the database anew with CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
    return f"{wrong}: {anew}" if wrong else None


def not_durable(connection: sa.Connection) -> str | None:
    """Return which setting of the server lets committed rows be lost in a power cut, None when none does."""
    for name in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() != "on":
            return f"{name} is off on the database server: committed rows could be lost in a power cut"
    return None
