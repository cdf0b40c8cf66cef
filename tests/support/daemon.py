"""A real `monitord run` as a process of its own, on settings written for the occasion and ports that are free."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
import sqlalchemy as sa

from monitord.clock import SystemClock
from monitord.store.engine import reading_engine
from tests.support.ports import reserved
from tests.support.shared import REPOSITORY

TOKEN = "123456:demo"
COMMUNITY = "song-mau"
START_LIMIT = 40.0
"""Seconds a start may take: the machine may be busy with other tests."""
CLOCK = SystemClock()

PEOPLE = """\
units:
  - id: vt
    name: Viễn thông Sông Mẫu
    roster_owner: giang
    auto_send: {order: Công văn số 000/VD}
  - {id: bd, name: Bưu điện Sông Mẫu, roster_owner: uyen}
duty_kinds:
  - {id: shift, name: trực ca}
  - {id: operations, name: trực điều hành}
  - {id: leader, name: trực lãnh đạo}
organisations:
  - {id: so, name: Sở Khoa học và Công nghệ, role: department, contacts: [yen, tuan]}
people:
  - {id: an, name: Nguyễn Văn An, home: vt, title: Trực ca, telegram: 1001, mobile: 0912 000 001}
  - {id: giang, name: Võ Trường Giang, home: vt, title: Trưởng phòng, telegram: 1002, mobile: 0912 000 002}
  - {id: khanh, name: Bùi Quốc Khánh, home: vt, title: Giám đốc, telegram: 1003}
  - {id: son, name: Tạ Thanh Sơn, home: bd, title: Trực ca, telegram: 1011}
  - {id: uyen, name: Lâm Tú Uyên, home: bd, title: Trưởng phòng, telegram: 1012}
  - {id: vinh, name: Chu Thế Vinh, home: bd, title: Giám đốc, telegram: 1013}
  - {id: yen, name: Phan Thị Yến, home: so, title: Trực lãnh đạo Sở, telegram: 1021}
  - {id: tuan, name: Cao Anh Tuấn, home: so, title: Trưởng phòng, telegram: 1022}
roster:
  - {unit: vt, duty: shift, every_day: [{from: "00:00", to: "24:00", people: [an]}]}
  - {unit: vt, duty: operations, every_day: [{from: "00:00", to: "24:00", people: [giang]}]}
  - {unit: vt, duty: leader, every_day: [{from: "00:00", to: "24:00", people: [khanh]}]}
  - {unit: bd, duty: shift, every_day: [{from: "00:00", to: "24:00", people: [son]}]}
  - {unit: bd, duty: operations, every_day: [{from: "00:00", to: "24:00", people: [uyen]}]}
  - {unit: bd, duty: leader, every_day: [{from: "00:00", to: "24:00", people: [vinh]}]}
sites:
  - {id: tram, name: Trạm Gò Mây, kind: nhà trạm, commune: xã Gò Mây}
"""
"""Two units, each with one person on each duty round the clock; `vt` writes to the department by itself."""

CHATS: Mapping[str, int] = {
    "an": 1001,
    "giang": 1002,
    "khanh": 1003,
    "son": 1011,
    "uyen": 1012,
    "vinh": 1013,
    "yen": 1021,
    "tuan": 1022,
}
DUTIES: Mapping[str, Sequence[str]] = {"vt": ("an", "giang", "khanh"), "bd": ("son", "uyen", "vinh")}
"""Who has shift, operations and leader in each unit."""
CONTACTS = ("yen", "tuan")

SECRETS = {
    "MONITORD_SECRET_TELEGRAM_TOKEN": TOKEN,
    "MONITORD_SECRET_CORE": COMMUNITY,
    "MONITORD_SECRET_V3_AUTH": "xac-thuc-that-dai",
    "MONITORD_SECRET_V3_PRIV": "ma-hoa-that-dai",
}


def policy(
    delays: Sequence[str] = ("0s", "2s", "5s", "9s"),
    repeat: str = "60s",
    ack_holds: str = "2h",
    channels: str = "telegram, log",
) -> str:
    """Return the policies section: shift, operations, leader, department, each after its delay."""
    tell = ("duty: shift", "duty: operations", "duty: leader", "organisation: so")
    steps = "".join(
        f"      - {{after: {after}, tell: {{{whom}}}, channels: [{channels}]}}\n"
        for after, whom in zip(delays, tell, strict=False)
    )
    return (
        f"policies:\n  - id: chung\n    severities: [1, 2, 3, 4]\n    repeat: {repeat}\n"
        f"    ack_holds: {ack_holds}\n    noted_holds: 4s\n    steps:\n{steps}"
    )


class Daemon:
    """One `monitord run` on a folder: settings, state and log of it lie below. Usable again after a kill.

    As a context it starts the daemon; whatever happens inside, no process is left afterwards.
    """

    def __init__(
        self,
        folder: Path,
        network: str,
        *,
        bot_url: str | None = None,
        defaults: str,
        more: str = "",
        place: sa.URL | None = None,
    ) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.state = folder / "state"
        self.database = self.state / "monitord.db"
        self.place = place
        # Its own also while it is down: whoever connects somewhere could be given it otherwise.
        holder = reserved()
        self.web_port = int(holder.getsockname()[1])
        weakref.finalize(self, holder.close)
        self.process: asyncio.subprocess.Process | None = None
        self.ups: list[tuple[datetime, datetime | None]] = []
        """When it was ready and until when it lived, for each start that came that far."""
        self._bot_url = bot_url
        self._defaults = defaults
        self.write(network, more)

    def write(self, network: str, more: str = "") -> None:
        """Write the settings: the desk's own sections, the people, and `network` with devices and policies."""
        self.config.mkdir(parents=True, exist_ok=True)
        telegram = (
            f'telegram: {{token: {{secret: telegram_token}}, base_url: "{self._bot_url}/bot", poll_timeout: 2s}}\n'
            if self._bot_url
            else ""
        )
        database = "  database: {secret: database}\n" if self.place is not None else ""
        desk = (
            f"desk:\n  name: Bàn thử\n  administrators: [giang]\n  check_contacts: false\n"
            f"  reopen_within: 8s\n  state_dir: {self.state}\n"
            f"  runtime_dir: {self.folder / 'run'}\n{database}  defaults: {{{self._defaults}}}\n"
            f"web: {{host: 127.0.0.1, port: {self.web_port}}}\n{telegram}"
            f"log_channel: {{path: messages.log}}\n{more}"
        )
        for name, text in (("desk.yaml", desk), ("people.yaml", PEOPLE), ("network.yaml", network)):
            path = self.config / name
            path.touch(0o640)
            path.write_text(text, "utf-8")

    # --- life -------------------------------------------------------------------------------------------------------

    async def begin(self) -> asyncio.subprocess.Process:
        """Start the process and return at once."""
        with (self.folder / "daemon.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "monitord",
                "run",
                "--config",
                str(self.config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                cwd=REPOSITORY,
                start_new_session=True,
            )
        return self.process

    def environment(self) -> dict[str, str]:
        """Return the environment of the daemon and of the commands beside it, secrets included."""
        place = self.place and self.place.set(drivername="postgresql").render_as_string(hide_password=False)
        return {**os.environ, **SECRETS, **({"MONITORD_SECRET_DATABASE": place} if place else {})}

    async def start(self, within: float = START_LIMIT) -> None:
        """Start the daemon and wait until it has looked at every device; AssertionError with its log if it has not."""
        await self.begin()
        await self.until_ready(within)

    async def until_ready(self, within: float = START_LIMIT) -> None:
        """Wait for /readyz. AssertionError with the daemon's log when it does not come, or the daemon ended."""
        process = self.process
        assert process is not None
        until = CLOCK.mono() + within
        while CLOCK.mono() < until:
            assert process.returncode is None, f"the daemon ended with {process.returncode}:\n{self.log()[-3000:]}"
            if await asyncio.to_thread(self.status, "/readyz") == 200:
                if not self.ups or self.ups[-1][1] is not None:
                    self.ups.append((CLOCK.now(), None))
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"not ready within {within:g} s:\n{self.log()[-3000:]}")

    async def kill(self) -> None:
        """kill -9, and wait until the kernel has taken it away."""
        assert self.process is not None
        self._down()
        self._signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self, within: float = 10.0) -> int:
        """Stop in order by SIGTERM and return the exit code. TimeoutError when it takes longer than `within`."""
        assert self.process is not None
        self._down()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def end(self) -> None:
        """See to it that no process is left."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            await self.process.wait()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.process is not None and self.process.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await self.stop()
        finally:
            await self.end()

    def _down(self) -> None:
        if self.ups and self.ups[-1][1] is None:
            self.ups[-1] = (self.ups[-1][0], CLOCK.now())

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    # --- what can be seen of it -------------------------------------------------------------------------------------

    def status(self, path: str) -> int:
        """Return the HTTP status of one of its pages, 0 when nobody answers."""
        with requests.Session() as session, contextlib.suppress(requests.RequestException):
            session.trust_env = False
            return session.get(f"http://127.0.0.1:{self.web_port}{path}", timeout=2).status_code
        return 0

    def log(self) -> str:
        """Return what the daemon wrote to its standard output and error, of all its starts."""
        path = self.folder / "daemon.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open its database for reading."""
        engine = reading_engine(self.place or self.database)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def query(self, wanted: sa.Select[Any]) -> list[sa.RowMapping]:
        """Return the rows of a query, each by name."""
        with self.reading() as connection:
            return list(connection.execute(wanted).mappings())

    def copy_of_state(self, to: Path) -> Path:
        """Copy the database as a killed daemon left it, write-ahead log included, and return the copy."""
        to.mkdir(parents=True)
        for suffix in ("", "-wal"):
            path = self.database.with_name(self.database.name + suffix)
            if path.exists():
                shutil.copy2(path, to / path.name)
        return to / self.database.name
