"""The composition root.

The only file that knows every name. It makes the parts, starts them in order and stops them in reverse.
"""

import asyncio
import base64
import contextlib
import os
import random
import secrets
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitord import __version__
from monitord.account.anchor_key import signing_key
from monitord.account.documents import document_of
from monitord.account.publishing import AnchorKeeper
from monitord.clock import SystemClock
from monitord.desk import offline
from monitord.desk.alarms import Alarms
from monitord.desk.audit import Finding, passed
from monitord.desk.auditor import Auditor
from monitord.desk.bus import EdgeQueue
from monitord.desk.context import Context
from monitord.desk.control import Command, ControlSocket
from monitord.desk.desk import Desk
from monitord.desk.ports import ALARM_AFTER, COMMANDS
from monitord.desk.reports import Reported
from monitord.desk.starting import Started
from monitord.domain.bulletin import watched
from monitord.domain.deadline import seconds_left
from monitord.domain.document import Attachment, Document
from monitord.domain.edge import Edge, Known
from monitord.domain.finding import FindingKind
from monitord.domain.incident import Incident
from monitord.domain.looking import Check
from monitord.domain.network import SnmpVersion
from monitord.domain.notice import NoticeState, Reading
from monitord.domain.window import WindowKind, scope_from_wire
from monitord.domain.wiring import parts
from monitord.judge.registry import builtin_folder, find_checks
from monitord.judge.runner import Judge
from monitord.look.looker import Looker
from monitord.look.plan import plan
from monitord.look.transports.http import PageLooker
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from monitord.look.transports.snmp_sight import SnmpLooker
from monitord.settings.load import checks_dirs, load
from monitord.settings.model import Settings
from monitord.settings.problem import SettingsError
from monitord.settings.reloading import Reloader
from monitord.settings.watch import FolderWatch
from monitord.store import care
from monitord.store import tables as t
from monitord.store.counts import read_counts
from monitord.store.deadlines import met
from monitord.store.engine import Place, StateLock, reading_engine
from monitord.store.opening import not_durable, open_writing
from monitord.store.tx import Tx
from monitord.store.writer import StoreUnavailable, ThreadWriter
from monitord.telemetry import logs
from monitord.telemetry.metrics import Metrics
from monitord.telemetry.notify import Systemd, Watchdog
from monitord.telemetry.vitals import Vitals
from monitord.tell import registry as channels
from monitord.tell.direct import tell_past_outbox
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.updates import UpdatesLoop
from monitord.texts import pick
from monitord.texts.story import DiskTrouble, Pressed
from monitord.web.app import make_app
from monitord.web.server import WebServer

log = structlog.get_logger("monitord")
DATABASE = "monitord.db"
SOCKET = "monitord.sock"
ALIVE_EVERY = 10
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""APScheduler's own defaults drop late runs silently."""
NEXT_START = ("telegram", "channels", "log_channel", "web", "state_dir", "runtime_dir", "http_workers")
"""Settings that are used when the daemon starts: a reload leaves them as they are, and says so."""


def token(size: int) -> str:
    """Return fresh random text of `size` bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode("ascii")


def settings_of(
    folder: Path, environ: Mapping[str, str] = os.environ, today: date | None = None
) -> tuple[Settings, Mapping[str, Check]]:
    """Return the settings in `folder` and the check kinds they were validated with; lunar dates without a year are
    those nearest to `today`, the present day when None.

    SettingsError names every mistake.
    """
    checks = find_checks([builtin_folder(), *checks_dirs(folder)])
    sections = {name: kind.section for name, kind in channels.find().items()}
    return load(folder, checks, sections, environ, today or SystemClock().now().date()), checks


def database_of(settings: Settings) -> Place:
    """Return where the database of these settings lies."""
    if settings.database is not None:
        return sa.make_url(settings.database.reveal()).set(drivername="postgresql+psycopg")
    return settings.state_dir / DATABASE


def socket_of(settings: Settings) -> Path:
    """Return where the running daemon's control socket lies."""
    return settings.runtime_dir / SOCKET


async def take_without_daemon(settings: Settings, incident: str, person: str) -> Pressed:
    """Take an incident while no daemon runs; see `desk.offline.take`."""
    context = Context.of(settings, pick(settings.lang))
    return await offline.take(
        settings.state_dir, database_of(settings), context, SystemClock(), token, incident, person
    )


class Emergency:
    """What is done when nothing can be written: the reserve is freed, and administrators are told past the outbox."""

    def __init__(self, daemon: "Daemon") -> None:
        self._daemon = daemon

    async def refused(self, why: StoreUnavailable, seconds: float) -> None:
        """Free the reserve at once when the disk is full; tell the administrators when it is, or when it lasts."""
        if why.full:
            self._daemon.reserve.give()
        if why.full or seconds >= ALARM_AFTER:
            await self._daemon.tell_directly()

    async def works_again(self) -> None:
        """Say so in the log; the next time is told anew."""
        self._daemon.told_directly = False
        log.warning("database.works_again")


class Documents:
    """Makes what goes with a message, in a thread and from what is committed."""

    def __init__(self, daemon: "Daemon") -> None:
        self._daemon = daemon

    async def make(self, what: Attachment) -> Document:
        """Return the document; it raises what reading raises."""
        settings, words = self._daemon.settings, self._daemon.context.words

        def work() -> Document:
            with self._daemon.reading.connect() as connection:
                return document_of(connection, what, settings, words)

        return await asyncio.to_thread(work)


class Daemon:
    """`monitord run`: one desk, its looker, its channels and its page, on one loop."""

    def __init__(self, folder: Path, settings: Settings, checks: Mapping[str, Check]) -> None:
        self.folder = folder
        self.settings = settings
        self.checks = checks
        self.clock = SystemClock()
        self.run_id = token(6)
        self.reserve = care.ReserveFile(settings.state_dir)
        self.redaction = logs.configure(settings.secrets())
        self.stopping = asyncio.Event()
        self.systemd = Systemd()
        self.reloader = Reloader(
            folder,
            settings.content,
            lambda: settings_of(folder),
            self._put_in_force,
            self._config_read,
            self._reloading,
        )
        self.started = False
        self.told_directly = False
        self.bound: Mapping[str, int] = {}
        """Accounts bound by a code, for when the database cannot be asked."""
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT. StoreError (one of its kinds) when the database cannot be used."""
        self.settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        self.settings.runtime_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        self.database = database_of(self.settings)
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(StateLock(self.settings.state_dir))
            self.writing = open_writing(self.database)
            self.reading = reading_engine(self.database)
            stack.callback(self.reading.dispose)
            if wrong := not_durable(self.reading):
                log.error("database.not_durable", why=wrong)
            self.reserve.hold()
            await self._start_desk(stack)
            await self._start_looking(stack)
            await self._start_telling(stack)
            await self._start_doors(stack)
            self._start_watching(stack)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stopping.set)
            loop.add_signal_handler(signal.SIGHUP, lambda: self._keep("reload", self.reloader.asked, once=True))
            self.started = True
            self.systemd.ready()
            log.info("daemon.started", version=__version__, devices=len(self.settings.devices), run=self.run_id)
            await self.stopping.wait()
            self.systemd.stopping()
            log.info("daemon.stopping")

    # --- starting, in order -----------------------------------------------------------------------------------------

    async def _start_desk(self, stack: contextlib.AsyncExitStack) -> None:
        self.context = Context.of(self.settings, pick(self.settings.lang))
        self.kinds = channels.find()
        self.metrics = Metrics(__version__, self.kinds, COMMANDS, FindingKind)
        self.metrics.start.set(self.clock.now().timestamp())
        self._config_read(True)
        writer = ThreadWriter(self.writing, lambda connection: Tx(connection, token))
        stack.callback(writer.close)
        self.desk = Desk(writer, self.context, self.clock, self.run_id, random.random, Emergency(self), self, self._ask)
        self.channels = channels.make_all(self.kinds, self.settings, self.clock)
        self.start_report: Started = await self.desk.start()
        stack.push_async_callback(self._stop_desk)
        self._keep("timers", self.desk.run_timers)
        auditor = Auditor(self._reader, lambda: self.settings, self.clock, self.desk.unlooked, self._audited)
        self.alarms = Alarms(self.desk.alarm, self.clock)
        self._keep("auditor", auditor.run)
        self._keep("alarms", self.alarms.run)
        state = self.settings.state_dir
        key = partial(signing_key, state, os.environ)
        self.anchors = AnchorKeeper(self.reading, state, key, self.clock, self.desk, lambda: self.settings)
        # What fell due while nothing ran; after that the hourly job sends.
        self._keep("anchors", self.anchors.send, once=True)
        stack.push_async_callback(self._stop_tasks)

    async def _start_looking(self, stack: contextlib.AsyncExitStack) -> None:
        self.queue = EdgeQueue(self.desk, self.clock, self._taken)
        self._keep("edges", self.queue.run)
        self.engine = PysnmpEngine(self.clock)
        stack.push_async_callback(self.engine.close)
        self._prepare_v3(self.settings)
        self.pages = PageLooker(self.clock, self.settings.http_workers)
        stack.callback(self.pages.close)
        self.judge = Judge(self.checks, "desk", self.run_id)
        self.judge.reload(self.checks, self.settings.devices.values())
        self.judge.watch(watched(self.settings.bulletins))
        self._seed(self.start_report.known)
        self.looker = Looker(
            self.clock, SnmpLooker(self.engine, self.clock), self.pages, self.judge, self.queue, watch=self.metrics
        )
        urgent = {
            self.context.targets[t][0].id
            for t in self.start_report.unlooked
            if t in self.context.targets and parts(t) is None
        }
        self.looker.reload(plan(self.settings.devices.values(), self.checks), urgent)
        self.scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        self.looking: asyncio.Task[None] | None = None
        self.scheduler.add_job(self._supervise_looker, "interval", seconds=2, id="looker")
        self.scheduler.add_job(self.desk.keep_house, "cron", minute=3, id="keep_house")
        self.scheduler.add_job(self._care_for_file, "interval", minutes=5, id="care")
        self.scheduler.add_job(self._measure, "interval", seconds=15, id="measure")
        self.scheduler.add_job(self.anchors.hourly, "cron", minute=0, id="anchor")
        self.scheduler.start()
        stack.callback(self.scheduler.shutdown, wait=False)
        await self._supervise_looker()
        stack.push_async_callback(self.looker.stop)

    async def _start_telling(self, stack: contextlib.AsyncExitStack) -> None:
        dispatcher = Dispatcher(
            self.desk,
            self.channels,
            self.clock,
            observe=lambda name, o, _: self.metrics.delivered(name, o.delivery, o.cause),
            attachments=Documents(self),
            hears=self.desk,
        )
        telling = asyncio.create_task(dispatcher.run(), name="dispatcher")
        stack.push_async_callback(self._cancelled, telling)
        if self.settings.telegram is not None:
            loop = UpdatesLoop(self.settings.telegram, self.desk, self.clock, polled=self.desk.polled)
            self._keep("updates", loop.run)

    async def _start_doors(self, stack: contextlib.AsyncExitStack) -> None:
        control = ControlSocket(socket_of(self.settings), self._commands())
        await control.start()
        stack.push_async_callback(control.stop)
        self.vitals = Vitals()
        now = self.clock.mono()
        self.vitals.watch("looker", lambda: self.looker.last_tick, 15.0, now)
        self.vitals.watch("desk", lambda: self.desk.last_sign, 60.0, now)
        self.metrics.before_render(self._show)
        if self.settings.web.enabled:
            app = make_app(
                read=self._reader,
                settings=lambda: self.settings,
                words=lambda: self.context.words,
                clock=self.clock,
                metrics=self.metrics.render,
                stale=lambda: self.vitals.healthy(self.clock.mono()),
                ready=lambda: self.started and self.looker.load().first_round is not None,
            )
            server = WebServer(app, self.settings.web.host, self.settings.web.port)
            await server.start()
            stack.push_async_callback(server.stop)

    def _start_watching(self, stack: contextlib.AsyncExitStack) -> None:
        watchdog = Watchdog(self.systemd, self.vitals, self.clock.mono)
        watchdog.start()
        stack.callback(watchdog.stop)
        self._keep("pulse", self._pulse)
        watch = FolderWatch(self.folder, self.clock, self.reloader.if_changed, lambda: self.settings.watch)
        self._keep("watch", watch.run)

    def _ask(self, targets: Sequence[str]) -> None:
        """Look now at targets whose next verdict the desk waits for."""
        if not hasattr(self, "looker"):
            # Everything is looked at soon after a start, and every first verdict is told.
            return
        self.judge.ask(targets, self.clock.now())
        asked = frozenset(targets)
        for device in {target.partition("/")[0] for target in targets}:
            self.looker.relook(device, asked)

    # --- loops ------------------------------------------------------------------------------------------------------

    def _keep(self, name: str, work: Callable[[], Awaitable[object]], *, once: bool = False) -> None:
        """Run `work` as a task of its own; unless `once`, begin it again when it ends by a mistake."""

        async def kept() -> None:
            while True:
                try:
                    await work()
                except Exception:
                    log.exception("task.failed", task=name)
                if once:
                    return
                await self.clock.sleep(1.0)

        self.tasks.append(asyncio.create_task(kept(), name=name))

    async def _supervise_looker(self) -> None:
        if self.looking is None or (self.looking.done() and not self.stopping.is_set()):
            if self.looking is not None:
                log.error("looker.restarted", error=repr(self.looking.exception()))
            self.looking = asyncio.create_task(self.looker.run(), name="looker")

    async def _pulse(self) -> None:
        """Once a second, by monotonic time: notice a stepped clock, and note that we live."""
        beats = 0
        while True:
            await self.clock.sleep(1.0)
            step = self.clock.stepped()
            if step is not None:
                log.warning("clock.stepped", by=step.by, suspended=step.suspended)
                self.metrics.clock_steps.inc()
                await self.desk.clock_stepped(step)
                # The scheduler waits by wall time: after a step back its jobs would sleep until the clock has caught
                # up.
                for job in self.scheduler.get_jobs():
                    job.modify(next_run_time=self.clock.now())
                self.scheduler.wakeup()
            beats += 1
            if beats % ALIVE_EVERY == 0:
                await self.desk.alive()

    async def _care_for_file(self) -> None:
        try:
            if isinstance(self.database, Path) and not await asyncio.to_thread(care.shrink_log, self.writing):
                log.warning("database.log_not_shrunk")
        finally:
            self.reserve.hold()

    async def _measure(self) -> None:
        def read() -> Any:
            with self.reading.connect() as connection:
                self.bound = {r.person: r.account for r in connection.execute(sa.select(t.bound))}
                return read_counts(connection, self.clock.now()), met(connection)

        counts, done = await asyncio.to_thread(read)
        self.metrics.show_deadlines(seconds_left(self.settings.deadlines, done, self.clock.now()))
        self.metrics.show_outbox(counts.pending)
        self.metrics.show_incidents(counts.running)
        self.metrics.show_channels(counts.channels)
        for name, one in counts.canaries.items():
            self.metrics.show_canary(name, one.back, one.took, one.missed)
        self.metrics.show_gaps([(d.unit, d.duty) for d in self.settings.demands], counts.gaps)
        for (name, kind), value in counts.readings.items():
            self.metrics.show_reading(name, Reading(kind), value)
        room = self._room()
        self.metrics.wal.set(room.wal)
        self.metrics.disk_free.set(room.free)
        if room.wal > 64 * 1024 * 1024:
            log.error("database.log_large", bytes=room.wal)
        self.systemd.status(f"{self.context.words.page['open_incidents']}: {sum(counts.running.values())}")

    def _room(self) -> care.Room:
        """Return the room of our own disk; of a server's nothing is known here."""
        if isinstance(self.database, Path):
            return care.room(self.database)
        return care.Room(care.room(self.settings.state_dir / DATABASE).free, 0, 0)

    # --- reload -----------------------------------------------------------------------------------------------------

    async def _put_in_force(self, read: tuple[Settings, Mapping[str, Check]]) -> None:
        """Put settings in force whole: what can fail comes before the desk's COMMIT, and nothing after it."""
        settings, checks = read
        settings = self._without_moves(settings)
        self.redaction.learn(settings.secrets())
        context = Context.of(settings, pick(settings.lang))
        plans = plan(settings.devices.values(), checks)
        self._prepare_v3(settings)
        known = await self.desk.reload(context)
        self.settings, self.checks, self.context = settings, checks, context
        self.judge.reload(checks, settings.devices.values())
        self.judge.watch(watched(settings.bulletins))
        self._seed(known)
        self.looker.reload(plans)
        log.info("settings.loaded", devices=len(settings.devices), hash=settings.hash)

    def _without_moves(self, settings: Settings) -> Settings:
        """Return the settings with the folders and channels in use; say which sections count from the next start."""
        old = self.settings
        later = [name for name in NEXT_START if getattr(settings, name) != getattr(old, name)]
        if later:
            log.warning("settings.need_restart", changed=later)
        kept = settings.with_channels_of(old)
        return replace(kept, state_dir=old.state_dir, runtime_dir=old.runtime_dir)

    @contextlib.contextmanager
    def _reloading(self) -> Iterator[None]:
        self.systemd.reloading()
        try:
            yield
        finally:
            self.systemd.ready()

    def _prepare_v3(self, settings: Settings) -> None:
        if any(d.snmp and d.snmp.version is SnmpVersion.V3 for d in settings.devices.values()):
            self.engine.prepare_v3()

    def _seed(self, known: tuple[Known, ...]) -> None:
        self.judge.seed(known)

    def _config_read(self, ok: bool) -> None:
        self.metrics.config_ok.set(1 if ok else 0)
        if ok:
            self.metrics.config_read.set(self.clock.now().timestamp())

    # --- doors ------------------------------------------------------------------------------------------------------

    async def _acknowledge(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        pressed = await self.desk.acknowledge(str(asked["incident"]), str(asked["person"]))
        return {"result": pressed.result, "text": self.context.words.press(pressed)}

    def _commands(self) -> Mapping[str, Command]:
        """Return what a command of the terminal may ask of the running daemon."""
        return {
            "acknowledge": self._acknowledge,
            "act": self._act,
            "open": self._open,
            "script": self._script,
            "bulletin_approve": self._bulletin_approve,
            "bind_begin": self._bind_begin,
            "bind_claim": self._bind_claim,
            "bind_confirm": self._bind_confirm,
            "bind_end": self._bind_end,
            "channel_test": self._channel_test,
            "channel_tested": self._channel_tested,
            "channel_canary": self._channel_canary,
            "channel_canary_state": self._channel_canary_state,
            "window_add": self._window_add,
            "window_end": self._window_end,
            "roster": self._roster,
            "reload": self._reload,
        }

    async def _act(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        incident = await self.desk.act(
            str(asked["act"]), str(asked["incident"]), str(asked["person"]), dict(asked["given"])
        )
        return self._spoken(incident)

    async def _open(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        since = asked.get("since")
        what = Reported(
            unit=str(asked["unit"]),
            title=str(asked["title"]),
            severity=int(asked["severity"]),
            since=None if since is None else datetime.fromisoformat(str(since)),
            lane=asked.get("lane"),
            site=asked.get("site"),
            suspected=bool(asked.get("suspected")),
            drill=bool(asked.get("drill")),
        )
        return self._spoken(await self.desk.open_by_hand(what, str(asked["person"])))

    async def _script(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        script = await self.desk.script(str(asked["incident"]))
        return {"text": self.context.words.script(script, self.settings.zone)}

    async def _window_add(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        spans = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in asked["spans"]]
        kind, scope = WindowKind(asked["kind"]), scope_from_wire(asked["scope"])
        person, reason, leader = str(asked["person"]), str(asked.get("reason") or ""), asked.get("leader")
        ids = await self.desk.set_windows(kind, scope, spans, person, reason, leader)
        return {"windows": ids, "text": f"{self.context.words.window(kind)}: {', '.join(map(str, ids))}"}

    async def _roster(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self.desk.roster(str(asked["act"]), str(asked["person"]), dict(asked["given"]))

    async def _window_end(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        ended = await self.desk.end_window(int(asked["window"]), str(asked["person"]), str(asked.get("reason") or ""))
        return {"text": f"{self.context.words.window(ended.kind)} {ended.id}"}

    async def _bind_begin(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        code = await self.desk.begin_binding(str(asked["whom"]), str(asked["person"]))
        return {"code": code, "text": self.context.words.page["code_given"].format(code=code)}

    async def _bind_claim(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        claim = await self.desk.claim_of(str(asked["whom"]))
        return {"account": claim.account, "name": claim.name}

    async def _bind_confirm(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        await self.desk.confirm_binding(str(asked["whom"]), int(asked["account"]), str(asked["person"]))
        return {"text": f"{asked['whom']}: {asked['account']}"}

    async def _bind_end(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        await self.desk.end_binding(str(asked["whom"]), str(asked["person"]))
        return {"text": str(asked["whom"])}

    async def _channel_test(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        whom, channel = str(asked["whom"]), str(asked["channel"])
        notice = await self.desk.test(whom, channel, str(asked["person"]))
        return {"notice": notice, "text": f"{whom} ← {self.context.words.channel(channel)}"}

    async def _channel_tested(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        tried, words = await self.desk.tested(int(asked["notice"])), self.context.words
        said = words.notice_state(tried.state)
        if tried.accepted_at is not None:
            said += f" {words.clock(tried.accepted_at, self.settings.zone, seconds=True)}"
        elif tried.cause is not None:
            said += f" ({words.delivery_cause(tried.cause)}, {tried.attempts})"
        over = tried.state in (NoticeState.SENT, NoticeState.DEAD)
        return {"text": said, "over": over, "sent": tried.state is NoticeState.SENT}

    async def _channel_canary(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        channel = str(asked["channel"])
        token = await self.desk.canary(channel)
        return {"token": token, "text": f"{self.context.words.channel(channel)}: {token}"}

    async def _channel_canary_state(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        state, words = await self.desk.canary_state(str(asked["channel"])), self.context.words
        waits = state.out and state.token == asked["token"]
        asked_at, back_at = state.asked_at, state.back_at
        back = not state.out and back_at is not None and (asked_at is None or back_at >= asked_at)
        if back and back_at is not None and state.took is not None:
            said = f"{words.table['canary_back']} {words.clock(back_at, self.settings.zone, seconds=True)}"
            return {"text": f"{said} ({state.took.total_seconds():.1f} s)", "over": True, "back": True}
        return {"text": words.table["canary_out" if waits else "canary_lost"], "over": not waits, "back": False}

    async def _bulletin_approve(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        key = str(asked["bulletin"])
        by = await self.desk.approve_bulletin(key, str(asked["person"]))
        return {"text": f"{key}: {self.context.words.table['approved']} {by}".rstrip()}

    def _spoken(self, incident: Incident) -> Mapping[str, Any]:
        words = self.context.words
        return {"code": incident.code, "text": f"{incident.code}: {words.phase(incident.phase)}"}

    async def _reload(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            await self.reloader.reload()
        except SettingsError as wrong:
            return {"problems": [str(p) for p in wrong.problems]}
        return {"hash": self.settings.hash}

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sa.Connection]:
        with self.reading.connect() as connection:
            yield connection

    async def tell_directly(self) -> None:
        """Tell the administrators once, past outbox and journal, that nothing can be written."""
        if self.told_directly:
            return
        self.told_directly = True
        free = self._room().free
        trouble = DiskTrouble(self.clock.now(), self.settings.zone, free, written=False)
        people = [
            replace(one, telegram=self.bound.get(one.id, one.telegram))
            for one in (self.settings.people[name] for name in self.settings.administrators)
        ]
        await tell_past_outbox(self.channels, people, self.context.words.disk_full(trouble))

    # --- what is counted --------------------------------------------------------------------------------------------

    def committed(self, command: str, seconds: float) -> None:
        """Count a command of the desk."""
        self.metrics.committed((command,), seconds, self.clock.now().timestamp())

    def refused(self) -> None:
        """Count a button that had no effect by right."""
        self.metrics.presses_refused.inc()

    def _taken(self, edges: Sequence[Edge]) -> None:
        at = self.clock.now().timestamp()
        for edge in edges:
            self.metrics.edge(edge.now, edge.firmness, at)

    def _audited(self, findings: tuple[Finding, ...]) -> None:
        ok_at = self.clock.now().timestamp() if passed(findings) else None
        self.alarms.heard(findings)
        self.metrics.show_audit({finding.kind: finding.count for finding in findings}, ok_at)

    def _show(self) -> None:
        load = self.looker.load()
        self.metrics.devices.set(load.devices)
        self.metrics.looks_in_flight.set(load.in_flight)
        self.metrics.looks_waiting.set(load.waiting)
        self.metrics.up_to(self.metrics.sweep_overruns, load.overruns)
        self.metrics.up_to(self.metrics.look_failures, load.failures)
        self.metrics.up_to(self.metrics.check_failures, self.judge.check_failures)
        self.metrics.up_to(self.metrics.rounds, load.rounds)
        self.metrics.first_round.set(load.first_round or 0)
        self.metrics.show_targets(load.healths)
        self.metrics.show_datagrams(asdict(self.engine.counter))
        self.metrics.http_stuck.set(self.pages.stuck)

    # --- stopping, in reverse ---------------------------------------------------------------------------------------

    async def _cancelled(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task

    async def _stop_tasks(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _stop_desk(self) -> None:
        with contextlib.suppress(StoreUnavailable):
            await self.desk.stop()
