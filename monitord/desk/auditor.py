"""The auditor: audits all day. Its heartbeat stops for as long as something does not hold."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.clock import Clock
from monitord.desk.audit import Finding, audit, passed
from monitord.domain.finding import WARNINGS, FindingKind
from monitord.settings.model import Settings

log = structlog.get_logger("auditor")

LIMIT = 2.0
"""Seconds the reading of one audit may take."""
GIVE_UP = 10.0
"""Seconds after which an audit whose thread hangs (in a read from a dead disk) is waited for no longer."""
AGAIN = 15.0
"""Seconds after which what was found for the first time is looked at again: whoever must hear of it waits for that."""
_STEPS = 10_000


class Auditor:
    """Audits every `interval` seconds, in a thread, on a connection that only reads; `again` after a new finding.

    `read` opens such a connection, `settings` and `unlooked` give what is in force and which targets wait for a look;
    `on_findings` gets what each audit found. `last_ok` is the monotonic instant at which the last passed audit began,
    None before the first: the heartbeat.
    """

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sa.Connection]],
        settings: Callable[[], Settings],
        clock: Clock,
        unlooked: Callable[[], frozenset[str]],
        on_findings: Callable[[tuple[Finding, ...]], None],
        interval: float = 30.0,
        chain_from: int = 1,
        give_up: float = GIVE_UP,
        again: float = AGAIN,
    ) -> None:
        self._read = read
        self._settings = settings
        self._clock = clock
        self._unlooked = unlooked
        self._on_findings = on_findings
        self._interval = interval
        self._chain_from = chain_from
        self._give_up = give_up
        self._again = again
        self._waited: frozenset[str] = frozenset()
        self._under_way: asyncio.Future[tuple[Finding, ...]] | None = None
        self.last_ok: float | None = None
        self.findings: tuple[Finding, ...] = ()

    async def run(self) -> None:
        """Audit for ever."""
        while True:
            before = {finding.kind for finding in self.findings}
            new = {finding.kind for finding in await self.look()} - before
            await self._clock.sleep(min(self._again, self._interval) if new else self._interval)

    async def look(self) -> tuple[Finding, ...]:
        """Audit once and return what was found; an audit that cannot be done is a finding, and nothing is raised."""
        began = self._clock.mono()
        try:
            findings = await self._found()
        except Exception as error:
            # An error of the database would bring its whole statement along.
            why = f"{type(error).__name__}: {str(getattr(error, 'orig', None) or error)[:200]}"
            # What could not be looked at is not over.
            kept = [finding for finding in self.findings if finding.kind is not FindingKind.AUDIT_FAILED]
            findings = (*kept, Finding(FindingKind.AUDIT_FAILED, why, 1))
        self._log_edges(findings)
        self.findings = findings
        if passed(findings):
            self.last_ok = began
        try:
            self._on_findings(findings)
        except Exception:
            log.exception("audit.not_shown")
        return findings

    async def _found(self) -> tuple[Finding, ...]:
        if self._under_way is not None and not self._under_way.done():
            raise TimeoutError("the audit before has not come to its end")
        now, boot, unlooked = self._clock.now(), self._clock.boot(), self._unlooked()
        # What was let go since the last audit has had no time to leave.
        waiting, self._waited = unlooked | self._waited, unlooked
        loop = asyncio.get_running_loop()
        self._under_way = loop.run_in_executor(None, self._audit, self._settings(), now, boot, waiting)
        done, _ = await asyncio.wait({self._under_way}, timeout=self._give_up)
        if not done:
            raise TimeoutError(f"no end after {self._give_up:g} s")
        return self._under_way.result()

    def _audit(self, settings: Settings, now: datetime, boot: float, waiting: frozenset[str]) -> tuple[Finding, ...]:
        with self._read() as connection, connection.begin():
            self._limit(connection)
            return audit(connection, settings, now, boot, self._clock.boot_id, waiting, self._chain_from)

    def _limit(self, connection: sa.Connection) -> None:
        """Let the database end what still reads LIMIT seconds from now; a server, each statement that takes so long."""
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {LIMIT * 1000:.0f}")
            return
        deadline = self._clock.mono() + LIMIT
        # In place of the engine's own limit, which counts work and not time, until the next transaction begins.
        handle: Any = connection.connection.dbapi_connection
        handle.set_progress_handler(lambda: self._clock.mono() > deadline, _STEPS)

    def _log_edges(self, findings: Sequence[Finding]) -> None:
        before = {finding.kind for finding in self.findings}
        for finding in findings:
            if finding.kind not in before:
                tell = log.warning if finding.kind in WARNINGS else log.error
                tell("audit.finding", kind=finding.kind, detail=finding.detail, count=finding.count)
        for kind in sorted(before - {finding.kind for finding in findings}):
            log.info("audit.finding_over", kind=kind)
