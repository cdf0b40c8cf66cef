"""The desk: every change of an incident passes here and nowhere else, one transaction a decision, answered after its
COMMIT."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from monitord.clock import Clock, Step
from monitord.desk import (
    alarms,
    balances,
    binding,
    bulletin_sending,
    bulletins,
    by_hand,
    canaries,
    channels,
    claiming,
    coverage,
    deadlines,
    handling,
    hearing,
    laying,
    leases,
    overdue,
    presses,
    publishing,
    purging,
    reporting,
    reports,
    reviewing,
    rollcall,
    roster_acts,
    security,
    starting,
    swaps,
    timers,
    trying,
    windows,
)
from monitord.desk import edges as edge_work
from monitord.desk.context import Context
from monitord.desk.correlating import correlate_all
from monitord.desk.ports import ALARM_AFTER, Observer, Reserve
from monitord.desk.steady import Steady
from monitord.domain.anchor import Anchor
from monitord.domain.canary import Canary
from monitord.domain.edge import Edge, Known
from monitord.domain.finding import FindingKind
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Claimed, Outcome
from monitord.domain.storm import unit_of
from monitord.domain.update import Answer, Heard, Update
from monitord.domain.window import Scope, Window, WindowKind
from monitord.domain.wiring import parts
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.store.writer import StoreUnavailable, Writer
from monitord.texts.story import Pressed, Script

T = TypeVar("T")
log = structlog.get_logger("desk")

RETRY = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to write while the database refuses; the last one repeats for ever."""
LOOK_AGAIN_LIMIT = 90.0
"""Seconds after a start for which timers wait for a fresh look at their target, at most."""


class Desk:
    """Decides. Clock, randomness and writer are arguments, so that a simulation can replay every decision.

    Any method may be called at any time from the event loop. While the database refuses they wait and nothing is lost:
    the decision is made
    from what the database holds once it can be written.
    """

    def __init__(
        self,
        writer: Writer,
        context: Context,
        clock: Clock,
        run: str,
        jitter: Callable[[], float],
        reserve: Reserve,
        observer: Observer,
        ask: Callable[[Sequence[str]], None] = lambda targets: None,
    ) -> None:
        self._writer = writer
        self._context = context
        self._clock = clock
        self._run = run
        self._jitter = jitter
        self._reserve = reserve
        self._observer = observer
        self._ask = ask
        self._key = b""
        self._down: tuple[datetime, datetime] | None = None
        self._unlooked: dict[str, float] = {}
        self._reviewed: reviewing.Reviewed | None = None
        self._roster_turn = 0
        """How often the roster was changed; counted inside the decision that changes it."""
        self._looked_ahead: tuple[int, float] | None = None
        """The turn of the roster that was looked at last, and the instant since boot of the next look."""
        self._steady = Steady()
        self._bulletins_done = False
        self._polled: datetime | None = None
        """When Telegram's updates were heard last."""
        self._sweep_at = 0.0
        self._timers_moved = asyncio.Event()
        self._mail: dict[str, asyncio.Event] = {}
        self.last_commit = clock.mono()
        self.last_sign = self.last_commit
        """Monotonic instant of the last answer of the database, a refusal included.

        It tells a stuck desk from a full disk.
        """

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> starting.Started:
        """Do what a start owes (see `starting.start`) and return what the looker must know."""
        started = await self._decide("start", lambda tx, at: starting.start(tx, self._context, at))
        self._key, self._down = started.key, started.down_between
        now = self._clock.mono()
        self._sweep_at = now + reporting.ADD_CHANNEL_AFTER.total_seconds()
        self._unlooked = {target: now + self._patience(target) for target in started.unlooked}
        return started

    async def stop(self) -> None:
        """Note an orderly stop."""

        def work(tx: Tx, at: Moment) -> None:
            tx.append([Fact(FactKind.DAEMON_STOPPED)], at)
            tx.put(starting.ALIVE, stamp(at.now))
            tx.put(starting.STOPPED, stamp(at.now))

        await self._writer.run(lambda tx: work(tx, self._moment()))

    async def reload(self, context: Context) -> tuple[Known, ...]:
        """Put other settings in force, whole or not at all, and return what is known of every target."""

        before = self._context

        def work(tx: Tx, at: Moment) -> tuple[Known, ...]:
            # Here and not after the COMMIT: decisions behind this one in the queue must not see the old devices.
            self._context = context
            self._roster_turn += 1
            starting.take_settings(tx, context, at)
            edge_work.drop_removed(tx, context, at)
            correlate_all(tx, context, at)
            return starting.known_targets(tx)

        try:
            known = await self._decide("reload", work)
        except Exception:
            self._context = before
            raise
        # What the old settings held may be free by the new ones.
        self._reviewed = None
        self._timers_moved.set()
        return known

    async def keep_house(self) -> None:
        """Write the roster of the days ahead out as shifts, a unit at a time so that nobody waits for all; every
        running incident gets a timer if it lost its own."""

        def write(tx: Tx, at: Moment, unit: str) -> int:
            return laying.write_out(tx, self._context.settings, at, units=(unit,))

        def work(tx: Tx, at: Moment) -> int:
            laying.note_horizon(tx, self._context.settings, at)
            presses.prune(tx, at)
            purging.purge(tx, self._context.settings, at)
            return starting.rearm_forgotten(tx, self._context, at)

        for unit in self._context.settings.units:
            await self._decide("keep_house", partial(write, unit=unit))
        if await self._decide("keep_house", work):
            log.error("incident.without_timer")

    async def alive(self) -> None:
        """Note that the daemon lives, so that the next start can say since when it was down."""
        await self._decide("alive", lambda tx, at: tx.put(starting.ALIVE, stamp(at.now)))

    async def clock_stepped(self, step: Step) -> None:
        """Note that the wall clock was moved or the machine slept; timers keep their distance by themselves."""
        refs = {"by": round(step.by, 3), "suspended": round(step.suspended, 3) or None}

        def work(tx: Tx, at: Moment) -> None:
            tx.append([Fact(FactKind.CLOCK_STEPPED, refs=refs)], at)
            leases.hasten(tx, at, step.by)
            canaries.resume(tx, self._context, at)

        await self._decide("clock_stepped", work)
        self._timers_moved.set()
        self._wake_dispatchers()  # what fell due while the machine slept goes now

    # --- what is seen -----------------------------------------------------------------------------------------------

    async def take_edges(self, edges: Sequence[Edge]) -> Sequence[Edge]:
        """Take edges in, in order and in one transaction, and return those that could not be decided on.

        They are logged and do not stop the others; who brings edges brings these again.
        """
        failed = await self._decide("edges", lambda tx, at: self._take(tx, edges, at))
        for edge, error in failed:
            log.error("edge.failed", target=edge.target, error=repr(error))
        looked = [edge.target for edge in edges if self._unlooked.pop(edge.target, None) is not None]
        for whole in [name for name in self._unlooked if parts(name) is not None or unit_of(name) is not None]:
            if not self._unlooked.keys() & set(self._judged_from(whole)):
                looked.append(whole)
                del self._unlooked[whole]
        if looked:
            # What waited for this look may be claimed and may fall due now.
            self._timers_moved.set()
            self._wake_dispatchers()
        return [edge for edge, _ in failed]

    def _judged_from(self, whole: str) -> Sequence[str]:
        """Return what is looked at to know how a whole is; of a storm, all that its unit waits to be looked at."""
        unit = unit_of(whole)
        if unit is None:
            return self._context.wiring.looked_at(whole)
        known = self._context.targets
        return [n for n in self._unlooked if n in known and known[n][0].unit == unit and unit_of(n) is None]

    def _take(self, tx: Tx, edges: Sequence[Edge], at: Moment) -> list[tuple[Edge, Exception]]:
        failed = []
        for edge in edge_work.agents_first(self._context, edges):
            error = tx.isolated(lambda edge=edge: edge_work.take_edge(tx, self._context, edge, at, self._down))  # type: ignore[misc]
            if error is not None:
                failed.append((edge, error))
        if (error := tx.isolated(lambda: edge_work.settle_looked_again(tx, self._context, at))) is not None:
            log.error("looks.failed", error=repr(error))  # what waits for them is decided by its rounds
        return failed

    # --- what falls due ---------------------------------------------------------------------------------------------

    async def fire_due(self) -> float | None:
        """Fire every timer that is due now, and return the seconds until the next one; None when none is armed."""
        self._timers_moved.clear()
        waiting = self._waiting()

        def work(tx: Tx, at: Moment) -> tuple[float | None, reviewing.Reviewed, tuple[int, float]]:
            timers.fire_due(tx, self._context, at, waiting, self._down)
            reviewed = reviewing.review(tx, self._context, self._reviewed, at, waiting)
            waits = [timers.seconds_to_next(tx, at.boot, waiting), reviewed.wait, self._keep_bulletins(tx, at)]
            waits += [self._keep_canaries(tx, at), self._call_the_roll(tx, at), self._remind(tx, at)]
            waits.append(self._keep_swaps(tx, at))
            looked = self._look_ahead(tx, at)
            waits.append(max(1.0, looked[1] - at.boot))
            return min((wait for wait in waits if wait is not None), default=None), reviewed, looked

        wait, self._reviewed, self._looked_ahead = await self._decide("timers", work)
        if self._unlooked:
            return min(wait if wait is not None else 1.0, 1.0)
        return wait

    async def run_timers(self, rest: float = 60.0) -> None:
        """Fire timers as they fall due, for ever; look at least every `rest` seconds.

        The loop's own timers do not count the time a machine slept.
        """
        while True:
            try:
                wait = await self.fire_due()
            except Exception:
                log.exception("timers.failed")
                wait = 1.0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._timers_moved.wait(), rest if wait is None else min(rest, wait))

    def _keep_bulletins(self, tx: Tx, at: Moment) -> float | None:
        """Do what is due about bulletins; one that cannot be made keeps no ladder from going on."""
        steady = self._steady.seen(at)
        if not self._context.settings.bulletins and self._bulletins_done:
            return None  # there were none when it was looked at last, and none has come since
        waits: list[float | None] = []
        error = tx.isolated(lambda: waits.append(bulletins.keep(tx, self._context, at, steady)))
        if error is not None:
            log.error("bulletins.failed", error=repr(error))
        self._bulletins_done = waits == [None]
        return waits[0] if waits else 60.0

    def _keep_canaries(self, tx: Tx, at: Moment) -> float | None:
        """Do what is due about canaries and accounts; what goes wrong with them keeps no ladder from going on."""
        settings = self._context.settings
        if not settings.canaries and not settings.accounts:
            return None
        waits: list[float | None] = []
        for keep in (
            lambda: waits.append(canaries.keep(tx, self._context, at, self._polled)),
            lambda: waits.append(balances.keep(tx, self._context, at)),
        ):
            error = tx.isolated(keep)
            if error is not None:
                log.error("canaries.failed", error=repr(error))
                waits.append(60.0)
        return min((wait for wait in waits if wait is not None), default=None)

    def _call_the_roll(self, tx: Tx, at: Moment) -> float | None:
        """Ask who comes on duty; what goes wrong with that keeps no ladder from going on."""
        waits: list[float | None] = []
        error = tx.isolated(lambda: waits.append(rollcall.keep(tx, self._context, at)))
        if error is not None:
            log.error("rollcall.failed", error=repr(error))
        return waits[0] if waits else 60.0

    def _remind(self, tx: Tx, at: Moment) -> float | None:
        """Remind of deadlines; what goes wrong with that keeps no ladder from going on."""
        waits: list[float | None] = []
        error = tx.isolated(lambda: waits.append(deadlines.keep(tx, self._context, at)))
        if error is not None:
            log.error("deadlines.failed", error=repr(error))
        return waits[0] if waits else 60.0

    def _look_ahead(self, tx: Tx, at: Moment) -> tuple[int, float]:
        """Look now and then, and when the roster was changed, at what it lacks in the days ahead; return which turn of
        it was looked at and when to look again. What goes wrong with that keeps no ladder from going on."""
        turn, before = self._roster_turn, self._looked_ahead
        if before is not None and before[0] == turn and at.boot < before[1]:
            return before
        waits: list[float] = []
        error = tx.isolated(lambda: waits.append(coverage.keep(tx, self._context, at)))
        if error is not None:
            log.error("coverage.failed", error=repr(error))
        return turn, at.boot + (waits[0] if waits else coverage.EVERY.total_seconds())

    def _keep_swaps(self, tx: Tx, at: Moment) -> float | None:
        """Let swaps expire; what goes wrong with that keeps no ladder from going on."""
        waits: list[float | None] = []
        error = tx.isolated(lambda: waits.append(swaps.keep(tx, self._context, at)))
        if error is not None:
            log.error("swaps.failed", error=repr(error))
        return waits[0] if waits else 60.0

    def unlooked(self) -> frozenset[str]:
        """Return the targets whose timers and old rows wait for a fresh look after the start."""
        return self._waiting()

    def _waiting(self) -> frozenset[str]:
        now = self._clock.mono()
        self._unlooked = {target: until for target, until in self._unlooked.items() if until > now}
        return frozenset(self._unlooked)

    def _patience(self, target: str) -> float:
        found = self._context.targets.get(target)
        if found is None:
            return 0.0
        timing = found[0].timing
        return min(LOOK_AGAIN_LIMIT, (2 * timing.interval + timing.attempts * timing.timeout).total_seconds())

    # --- what is sent (tell's Outbox) -------------------------------------------------------------------------------

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        """Return due rows of a channel under lease, rendered."""
        self._mailbox(channel).clear()
        waiting, sweep = self._waiting(), self._sweeps()

        def work(tx: Tx, at: Moment) -> list[Claimed]:
            if sweep:
                overdue.add_channels(tx, at, waiting)
            return claiming.claim(tx, self._context, self._key, channel, limit, at, waiting)

        return await self._decide("claim", work)

    def _sweeps(self) -> bool:
        """Return whether to look for what waits without an attempt: now and then, and not before every lane had its
        time after a start."""
        now = self._clock.mono()
        if now < self._sweep_at:
            return False
        self._sweep_at = now + overdue.EVERY
        return True

    async def report(self, notice: int, outcome: Outcome) -> None:
        """Commit what an attempt came to."""
        jitter = self._jitter()
        await self._decide("report", lambda tx, at: reporting.report(tx, self._context, notice, outcome, at, jitter))

    async def give_back(self, notice: int, retry_in: timedelta) -> None:
        """Make a leased row pending again without counting an attempt."""
        await self._decide("give_back", lambda tx, at: leases.give_back(tx, notice, retry_in, at))

    async def wait(self, channel: str) -> None:
        """Return when a row of that channel may have become due since its last `claim`."""
        await self._mailbox(channel).wait()

    async def next_due(self, channel: str) -> float | None:
        """Return the seconds until the next pending row of that channel may be claimed."""
        seconds = await self._decide("next_due", lambda tx, at: leases.seconds_to_next(tx, channel, at))
        # Rows that wait for a look at their target are due already: without a pause the dispatcher would spin on them.
        return seconds if seconds is None or not self._unlooked else max(0.2, seconds)

    def _mailbox(self, channel: str) -> asyncio.Event:
        return self._mail.setdefault(channel, asyncio.Event())

    # --- what people do (tell's Updates, and the control socket) ----------------------------------------------------

    async def offset(self) -> int | None:
        """Return the first Telegram update id not yet committed, None when there never was one."""
        return await self._decide("offset", lambda tx, at: presses.offset(tx))

    async def accounts(self) -> frozenset[int]:
        """Return the Telegram accounts of our people."""
        return await self._decide("accounts", lambda tx, at: presses.accounts(tx))

    async def press(self, update: Update) -> Answer:
        """Commit an update and its effect."""
        answer = await self._decide(
            "press", lambda tx, at: presses.take_update(tx, self._context, self._key, update, at)
        )
        if answer.refused:
            self._observer.refused()
        return answer

    async def hear(self, heard: Heard) -> Answer:
        """Commit a text that came in by a channel without buttons, and its effect."""
        return await self._decide("hear", lambda tx, at: hearing.hear(tx, self._context, heard, at))

    async def conflict(self, seconds: float) -> None:
        """Note that somebody else reads our updates."""
        await self._decide("conflict", lambda tx, at: channels.conflict(tx, self._context, "telegram", seconds, at))

    async def probed(self, channel: str, outcome: Outcome) -> None:
        """Take note of what a probe of a channel came to."""

        def work(tx: Tx, at: Moment) -> None:
            channels.heed(tx, self._context, channel, outcome, at, probe=True)
            balances.read(tx, channel, outcome, at)

        await self._decide("probed", work)

    def polled(self) -> None:
        """Note that Telegram's updates were heard: a canary that nobody presses waits for no more."""
        self._polled = self._clock.now()
        if any(not route.pressed for route in self._context.settings.canaries.values()):
            self._timers_moved.set()

    async def canary(self, channel: str) -> str:
        """Owe a channel a canary now, and return its token; CanaryRefused when the settings have none for it."""
        token = await self._decide("canary", lambda tx, at: canaries.now(tx, self._context, channel, at))
        self._timers_moved.set()
        return token

    async def canary_state(self, channel: str) -> Canary:
        """Return what is known of a channel's canaries."""
        return await self._decide("canary", lambda tx, at: canaries.state_of(tx, channel))

    async def test(self, person: str, channel: str, by: str) -> int:
        """Owe somebody a message that tries a channel; return its notice. TrialRefused says why it cannot be."""
        return await self._decide("test", lambda tx, at: trying.begin(tx, self._context, person, channel, by, at))

    async def tested(self, notice: int) -> trying.Tried:
        """Return what became of a message that tries a channel."""
        return await self._decide("tested", lambda tx, at: trying.look(tx, notice))

    async def acknowledge(self, shown: str, person: str) -> Pressed:
        """Take the incident with the number that somebody typed (`014` or `SC-0602-014`), as that person.

        UnknownIncident when no running incident has the number, more than one has, or nobody has that id.
        """

        return await self._decide("acknowledge", lambda tx, at: by_hand.take(tx, self._context, shown, person, at))

    async def act(self, what: str, shown: str, person: str, given: Mapping[str, Any]) -> Incident:
        """Do one of the acts of `handling` on an incident as that person; return the incident as it is then.

        UnknownIncident, ActRefused or ReportRefused say why not.
        """
        return await self._decide("act", lambda tx, at: handling.act(tx, self._context, what, shown, person, given, at))

    async def roster(self, what: str, person: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do one of the acts on the roster as that person and return what is said of it; RosterRefused says why not."""

        def work(tx: Tx, at: Moment) -> Mapping[str, Any]:
            self._roster_turn += 1
            return roster_acts.act(tx, self._context, what, person, given, at)

        answer = await self._decide("roster", work)
        self._timers_moved.set()
        return answer

    async def open_by_hand(self, what: reports.Reported, person: str) -> Incident:
        """Open an incident that somebody reports; ReportRefused says why not."""
        return await self._decide("act", lambda tx, at: reports.report(tx, self._context, what, person, at))

    async def script(self, shown: str) -> Script:
        """Return what the caller of a security incident reads from; UnknownIncident or ValueError without one."""

        def work(tx: Tx, at: Moment) -> Script:
            return security.script(tx, self._context, by_hand.named(tx, shown, running_only=False))

        return await self._decide("act", work)

    async def set_windows(
        self,
        kind: WindowKind,
        scope: Scope,
        spans: Sequence[tuple[datetime, datetime]],
        person: str,
        reason: str = "",
        leader: str | None = None,
    ) -> list[int]:
        """Write a series of windows and return their ids; WindowRefused says why not."""
        return await self._decide(
            "window",
            lambda tx, at: windows.set_windows(tx, self._context, kind, scope, spans, person, reason, leader, at),
        )

    async def end_window(self, window: int, person: str, reason: str = "") -> Window:
        """End a window now and return it as it was; WindowRefused when none runs or is ahead with that id."""
        return await self._decide(
            "window", lambda tx, at: windows.end_window(tx, self._context, window, person, reason, at)
        )

    async def approve_bulletin(self, key: str, person: str) -> str:
        """Let a leader approve a bulletin, which sends it; return who approved it. BulletinRefused says why not."""

        def work(tx: Tx, at: Moment) -> str:
            before = bulletin_sending.approve(tx, self._context, key, person, at)
            return str(before["approved_by"] or "") if before["sent_at"] is not None else person

        return await self._decide("act", work)

    async def begin_binding(self, person: str, by: str) -> str:
        """Give out a code by which a person binds his account, and return it; BindingRefused says why not."""

        def work(tx: Tx, at: Moment) -> str:
            return binding.begin(tx, self._context, person, by, at, binding.fresh_code(tx))

        return await self._decide("bind", work)

    async def claim_of(self, person: str) -> binding.Claim:
        """Return who sent a person's code; BindingRefused when none is in force."""
        return await self._decide("bind", lambda tx, at: binding.claim_of(tx, person, at))

    async def confirm_binding(self, person: str, account: int, by: str) -> None:
        """Bind the account that sent the code; BindingRefused says why not."""
        await self._decide("bind", lambda tx, at: binding.confirm(tx, self._context, person, account, by, at))

    async def end_binding(self, person: str, by: str) -> None:
        """End a binding; BindingRefused says why not."""
        await self._decide("bind", lambda tx, at: binding.end(tx, self._context, person, by, at))

    # --- what the auditor finds (desk.alarms) -----------------------------------------------------------------------

    async def alarm(self, standing: Sequence[alarms.Standing], green: AbstractSet[FindingKind]) -> None:
        """Owe the administrators what they were not told yet: what stands, and what is over."""
        await self._decide("alarm", lambda tx, at: alarms.tell(tx, self._context, standing, green, at))

    # --- the journal outside ----------------------------------------------------------------------------------------

    async def anchor_published(self) -> datetime | None:
        """Return the instant for which an anchor was last queued, None before the first."""
        return await self._decide("anchor", lambda tx, at: publishing.published(tx))

    async def publish_anchor(self, anchor: Anchor, due: datetime) -> None:
        """Queue an anchor for everybody the settings name, once for each `due`."""
        await self._decide("anchor", lambda tx, at: publishing.publish(tx, self._context, anchor, due, at))

    # --- the one way to the database --------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.boot(), self._clock.boot_id, self._run)

    async def _decide(self, command: str, work: Callable[[Tx, Moment], T]) -> T:
        """Run one decision; while the database refuses, again and again, at the instant of each attempt."""
        began, refusals, alarmed = self._clock.mono(), 0, False
        while True:
            try:
                result, queued, armed, asked = await self._writer.run(lambda tx: self._watched(tx, work))
            except StoreUnavailable as why:
                self.last_sign = self._clock.mono()
                lasted = self.last_sign - began
                if refusals == 0 or (lasted >= ALARM_AFTER and not alarmed):
                    alarmed = lasted >= ALARM_AFTER
                    log.error(
                        "database.refused", command=command, why=str(why), full=why.full, seconds=round(lasted, 1)
                    )
                    await self._aside(self._reserve.refused(why, lasted))
                await self._clock.sleep(RETRY[min(refusals, len(RETRY) - 1)])
                refusals += 1
                continue
            self.last_commit = self.last_sign = self._clock.mono()
            if refusals:
                await self._aside(self._reserve.works_again())
            self._observer.committed(command, self.last_commit - began)
            if asked:
                self._ask(asked)
            if armed:
                self._timers_moved.set()
            if queued:
                self._wake_dispatchers()
            return result

    def _watched(self, tx: Tx, work: Callable[[Tx, Moment], T]) -> tuple[T, bool, bool, tuple[str, ...]]:
        """Run a decision and return with its result whether it left something for the dispatchers or the timers, and
        the targets whose next look it waits for."""
        queued, armed, asked = tx.queued, tx.armed_count, len(tx.asked)
        result = work(tx, self._moment())
        return result, tx.queued != queued, tx.armed_count != armed, tuple(tx.asked)[asked:]

    @staticmethod
    async def _aside(work: Awaitable[None]) -> None:
        """What is done beside a decision must not end it."""
        try:
            await work
        except Exception:
            log.exception("reserve.failed")

    def _wake_dispatchers(self) -> None:
        for mailbox in self._mail.values():
            mailbox.set()
