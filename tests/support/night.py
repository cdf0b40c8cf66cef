"""A night at the desk: the real desk on a real database, a clock moved by hand, and everything people get written
down."""

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitord.account import proof
from monitord.account.documents import document_of
from monitord.bootstrap import settings_of, token
from monitord.clock import Step
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.desk.reports import Reported
from monitord.domain.document import CannotMake, Document
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident
from monitord.domain.journal import Row, verify
from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Outcome
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.roster import on_duty
from monitord.domain.storm import NEVER
from monitord.domain.update import Answer, Heard, Update, UpdateKind
from monitord.domain.window import Scope, WindowKind
from monitord.settings.model import PolicyRule, Settings
from monitord.store import tables as t
from monitord.store.engine import Place, writing_engine
from monitord.store.migrate import bring_up
from monitord.store.rows import incident_of, journal_row, shift_of
from monitord.store.tx import Tx
from monitord.store.writer import InlineWriter, StoreUnavailable
from monitord.texts import pick
from tests.support.clock import ManualClock

CONFIG = Path(__file__).parents[2] / "config"
CHANNELS = ("telegram", "log")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SECRETS = {"MONITORD_SECRET_TELEGRAM_TOKEN": "1:t", "MONITORD_SECRET_CORE": "c", "MONITORD_SECRET_POST": "p"}
ACCEPTED = Outcome(Delivery.ACCEPTED)


def ladders() -> tuple[PolicyRule, ...]:
    """Return the ladders of the tests: shift, operations, leader and department for all that is grave, whatever the
    example says; for the rest the shift alone."""
    minutes = (0, 5, 15, 30)
    whom = ((Whom.DUTY, "shift"), (Whom.DUTY, "operations"), (Whom.DUTY, "leader"), (Whom.ORGANISATION, "so-khcn"))
    steps = tuple(PolicyStep(timedelta(minutes=m), *who, CHANNELS) for m, who in zip(minutes, whom, strict=True))
    restoration = tuple(timedelta(hours=hours) for hours in (2, 4, 6))
    grave = Policy("binh-thuong", steps, restoration=restoration, approval_waits=timedelta(minutes=10))
    return (
        PolicyRule(grave, frozenset({1, 2, 3})),
        PolicyRule(replace(grave, id="nhe", steps=steps[:1]), frozenset({4})),
    )


@cache
def example() -> Settings:
    """Return the example province, with the ladders of the tests, and as grave as its devices say."""
    return replace(settings_of(CONFIG, SECRETS)[0], policies=ladders(), loss_rules=(), storm=NEVER)


@cache
def empty_database() -> bytes:
    """Return the content of a migrated database without rows: migrating takes longer than a whole night."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        bring_up(path)
        return path.read_bytes()


@cache
def first_engine() -> sa.Engine:
    """Return an engine on a file, connected: its dialect and what it has compiled serve every night of this process."""
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "first.db"
    path.write_bytes(empty_database())
    engine = writing_engine(path)
    engine.connect().close()
    engine.dispose()
    folder.cleanup()
    return engine


_COMPILED: dict[Any, Any] = {}


def engine_on(place: Place) -> sa.Engine:
    """Return the engine of the one writer, which compiles only what no night before it has compiled: with an engine of
    its own for each start of each night, a quarter of their time would go there."""
    engine = writing_engine(place)
    if isinstance(place, sa.URL):
        return engine
    engine = engine.execution_options(compiled_cache=_COMPILED)
    engine.dialect = first_engine().dialect  # statements are kept by the dialect that compiled them
    return engine


@dataclass(frozen=True, slots=True)
class Got:
    """One message that reached somebody: local clock, person, channel, text, the callbacks of its buttons, the document
    that came with it, what the channel calls the message (`ref`), the words on its buttons, and the message to which it
    is a reply."""

    at: str
    person: str
    channel: str
    text: str
    buttons: tuple[str, ...] = ()
    edits: str | None = None
    document: Document | None = None
    ref: str = ""
    labels: tuple[str, ...] = ()
    follows: str = ""

    def button(self, action: str) -> str:
        """Return the callback of the button that does so; KeyError without one."""
        return {callback.split("|")[2]: callback for callback in self.buttons}[action]

    def labelled(self, label: str) -> str:
        """Return the callback of the button with that label; KeyError without one."""
        return dict(zip(self.labels, self.buttons, strict=True))[label]

    def actions(self) -> list[str]:
        """Return what its buttons do."""
        return [callback.split("|")[2] for callback in self.buttons]


@dataclass
class Reserve:
    """Writes down when the database refused."""

    refusals: list[StoreUnavailable] = field(default_factory=list)
    returns: int = 0

    async def refused(self, why: StoreUnavailable, seconds: float) -> None:
        self.refusals.append(why)

    async def works_again(self) -> None:
        self.returns += 1


class Uncounted:
    """Counts nothing."""

    def committed(self, command: str, seconds: float) -> None:
        return

    def refused(self) -> None:
        return


class Night:
    """One desk and one database, a file in `folder` or the empty one on a server that `place` names.

    `begin` is local time; `settings` the example province unless given.
    """

    def __init__(self, folder: Path, begin: str, settings: Settings | None = None, place: Place | None = None) -> None:
        self.clock = ManualClock(datetime.fromisoformat(begin).replace(tzinfo=ZONE).astimezone(UTC))
        self.settings = settings or example()
        self.database = folder / "night.db"
        self.place = place or self.database
        if place is None:
            self.database.write_bytes(empty_database())
        self.got: list[Got] = []
        self.answer: Callable[[Claimed], Outcome] = lambda claimed: ACCEPTED
        self.reserve = Reserve()
        self.whole = True
        """Whether the log must agree with the tables at the end; False where a test writes to the tables by itself."""
        self.answers_asks = True
        """Whether what the desk wants looked at is looked at; False when the looker hangs."""
        self.lanes: tuple[str, ...] | None = None
        """The channels that send, None for all of the settings: a lane may be held up, or come with the next start."""
        self.says: dict[str, tuple[Cause, str]] = {}
        """What targets say of their faults, cause and detail, whenever they are looked at."""
        self._runs = 0
        self._seq = 0
        self._message = 0
        self._update = 500
        self._health: dict[str, Health | None] = {}
        self._first_bad: dict[str, datetime] = {}
        self._asked: list[str] = []
        self._looked: set[str] = set()

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the daemon's desk."""
        self._runs += 1
        self._seq = 0
        self._looked.clear()
        self.engine = engine_on(self.place)
        writer = InlineWriter(self.engine, lambda connection: Tx(connection, token))
        context = Context.of(self.settings, pick(self.settings.lang))
        run = f"run{self._runs}"
        self.desk = Desk(writer, context, self.clock, run, lambda: 0.0, self.reserve, Uncounted(), self._asked.extend)
        self.started = await self.desk.start()
        self.run = run

    def context_of(self, settings: Settings) -> Context:
        """Return what the desk needs of other settings, for a reload."""
        return Context.of(settings, pick(settings.lang))

    def die(self) -> None:
        """End the daemon as kill -9 does: nothing more is written."""
        self.engine.dispose()

    async def __aenter__(self) -> "Night":
        await self.start()
        return self

    async def __aexit__(self, *rest: object) -> None:
        assert list(verify(self.rows())) == []
        if self.whole:
            with self.engine.connect() as connection:
                assert proof.verify(connection).breaks == ()
        self.engine.dispose()

    # --- what is seen -----------------------------------------------------------------------------------------------

    async def sees(
        self, target: str, health: Health, firmness: Firmness = Firmness.HARD, *, first: bool = False
    ) -> Edge:
        """Let the looker tell the desk of a target; looks are ten seconds apart, three of them confirm."""
        edge = self.edge(target, health, firmness, first=first)
        await self.takes(edge)
        return edge

    def edge(self, target: str, health: Health, firmness: Firmness = Firmness.HARD, *, first: bool = False) -> Edge:
        """Return the edge the looker would give now."""
        self._seq += 1
        now = self.clock.now()
        bad = health is not Health.UP
        says = self.says.get(target, (Cause.NO_ANSWER, ""))
        if bad:
            self._first_bad.setdefault(target, now)
        else:
            self._first_bad.pop(target, None)
        edge = Edge(
            source="desk",
            boot=self.run,
            seq=self._seq,
            target=target,
            was=self._health.get(target),
            now=health,
            firmness=firmness,
            attempt=3 if firmness is Firmness.HARD and bad else 1,
            confirm=3,
            cause=says[0] if bad else Cause.FINE,
            detail=says[1] if bad else "",
            seen_at=now,
            first_bad=self._first_bad.get(target),
            last_good=None,
            first=first,
        )
        self._health[target] = health
        self._looked.add(target)
        return edge

    async def takes(self, *edges: Edge) -> None:
        """Give the desk edges as they are; what the desk wants looked at is looked at in the same instant."""
        await self.desk.take_edges(edges)
        await self.deliver()

    def truly(self, seen: Mapping[str, Health]) -> None:
        """Let targets be so, for whoever looks; the looks that were not asked for come as the test says."""
        self._health.update(seen)
        for target, health in seen.items():
            if health is not Health.UP:
                self._first_bad.setdefault(target, self.clock.now())

    async def looks_where_asked(self) -> None:
        """Look at what the desk wants looked at, unless the looker hangs."""
        while self._asked and self.answers_asks:
            asked, self._asked[:] = list(self._asked), []
            edges = [self.edge(o, self._health.get(o) or Health.UP, first=o not in self._looked) for o in asked]
            await self.desk.take_edges(edges)

    async def window(
        self,
        kind: WindowKind,
        *,
        minutes: float,
        devices: tuple[str, ...] = (),
        reason: str = "",
        leader: str | None = None,
    ) -> int:
        """Let the shift, whoever comes first of it, set a window from now on; return its id."""
        now = self.clock.now()
        spans = [(now, now + timedelta(minutes=minutes))]
        (window,) = await self.desk.set_windows(
            kind, Scope(devices=devices), spans, self.everybody_on("shift")[0], reason, leader
        )
        return window

    # --- time -------------------------------------------------------------------------------------------------------

    async def passes(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Let time go by; timers fire and messages leave at their own instants."""
        left = seconds + 60 * minutes + 3600 * hours
        while True:
            wait = await self.desk.fire_due()
            await self.deliver()
            retry = await self._next_retry()
            steps = [s for s in (wait, retry) if s is not None and 0 < s <= left]
            if not steps:
                break
            step = min(steps)
            await self.clock.advance(step)
            left -= step
        await self.clock.advance(left)
        await self.desk.fire_due()
        await self.deliver()

    async def _next_retry(self) -> float | None:
        waits = [await self.desk.next_due(channel) for channel in self._channels()]
        return min((w for w in waits if w is not None and w > 0), default=None)

    async def passes_away(self, seconds: float) -> None:
        """Let time go by while no daemon runs, and start one."""
        await self.clock.advance(seconds)
        await self.start()

    async def wall_steps(self, seconds: float) -> None:
        """Move the wall clock alone and tell the desk, as the pulse does."""
        self.clock.jump(seconds)
        await self.desk.clock_stepped(Step(seconds, 0.0))

    # --- people -----------------------------------------------------------------------------------------------------

    async def deliver(self) -> None:
        """Send what is due until nothing is."""
        await self.looks_where_asked()
        busy = True
        while busy:
            busy = False
            for channel in self._channels():
                for claimed in await self.desk.claim(channel, 50):
                    busy = True
                    outcome = self.answer(claimed)
                    if outcome.delivery is Delivery.ACCEPTED:
                        self._message += 1
                        ref = claimed.message.replaces or str(self._message)
                        outcome = replace(outcome, message_ref=ref)
                        self._note(channel, claimed, ref)
                    await self.desk.report(claimed.message.notice, outcome)

    def _note(self, channel: str, claimed: Claimed, ref: str = "") -> None:
        to = claimed.message.to
        person = next((p.id for p in self.settings.people.values() if p.address(channel) == to), to)
        faces = [face for row in claimed.message.buttons for face in row]
        callbacks, labels = tuple(face.callback for face in faces), tuple(face.label for face in faces)
        document, text = None, claimed.message.text
        if claimed.message.attach is not None:
            with self.engine.connect() as connection:
                words = pick(self.settings.lang)
                try:
                    document = document_of(connection, claimed.message.attach, self.settings, words)
                except CannotMake:
                    text = claimed.message.instead
        replaces, follows = claimed.message.replaces, claimed.message.follows
        self.got.append(Got(self.now(), person, channel, text, callbacks, replaces, document, ref, labels, follows))

    def _channels(self) -> tuple[str, ...]:
        return self.lanes if self.lanes is not None else (*CHANNELS, *self.settings.channels)

    async def does(self, what: str, shown: str = "001", *, by: str = "", **given: object) -> Incident:
        """Let somebody, the shift unless `by` names another, do an act on the incident with that number."""
        return await self._done(self.desk.act(what, shown, by or self.on("shift"), given))

    async def reports(
        self,
        title: str,
        *,
        severity: int = 2,
        since: datetime | None = None,
        lane: str | None = None,
        site: str | None = None,
        suspected: bool = False,
    ) -> Incident:
        """Let the shift report an incident by hand."""
        what = Reported("vt-song-mau", title, severity, since, lane, site, suspected)
        return await self._done(self.desk.open_by_hand(what, self.on("shift")))

    async def _done(self, work: Awaitable[Incident]) -> Incident:
        incident = await work
        await self.deliver()
        return incident

    def in_minutes(self, minutes: float) -> str:
        """Return an instant ahead as an act gives it."""
        return (self.clock.now() + timedelta(minutes=minutes)).isoformat()

    async def presses(self, person: str, callback: str, *, update_id: int | None = None) -> Answer:
        """Let somebody press a button; `person` is an id of the roster, or a number for a stranger."""
        self._update += 1
        known = self.settings.people.get(person)
        user = known.telegram if known else int(person)
        # Under the message where the button stands, the newest of several.
        under = next((got.ref for got in reversed(self.got) if callback in got.buttons), "1")
        update = Update(
            self._update if update_id is None else update_id, UpdateKind.PRESS, user or 0, user or 0, callback, under
        )
        answer = await self.desk.press(update)
        await self.deliver()
        return answer

    async def types(self, person: str, text: str, *, update_id: int | None = None, chat: int | None = None) -> Answer:
        """Let somebody write to the bot, alone with it unless `chat` names a group."""
        self._update += 1
        known = self.settings.people.get(person)
        user = (known.telegram if known else int(person)) or 0
        number = self._update if update_id is None else update_id
        answer = await self.desk.press(Update(number, UpdateKind.TEXT, user, user if chat is None else chat, text))
        await self.deliver()
        return answer

    async def writes(self, person: str, text: str, *, channel: str = "sms", key: str | None = None) -> Answer:
        """Let somebody answer by a channel without buttons; `person` is an id of the roster, or an address."""
        self._update += 1
        known = self.settings.people.get(person)
        sender = (known.address(channel) if known else person) or ""
        answer = await self.desk.hear(Heard(channel, key or f"key {self._update}", sender, text))
        await self.deliver()
        return answer

    # --- reading ----------------------------------------------------------------------------------------------------

    def now(self) -> str:
        """Return the local wall clock."""
        return self.clock.now().astimezone(ZONE).strftime("%H:%M:%S")

    def on(self, duty: str, unit: str = "vt-song-mau") -> str:
        """Return who is on that duty now, by the roster."""
        with self.engine.connect() as connection:
            shifts = [shift_of(row) for row in connection.execute(sa.select(t.shift)).mappings()]
        (person,) = on_duty(shifts, unit, duty, self.clock.now())
        return person

    def everybody_on(self, duty: str, unit: str = "vt-song-mau") -> list[str]:
        """Return all who are on that duty now, by the roster, in order of their ids."""
        with self.engine.connect() as connection:
            shifts = [shift_of(row) for row in connection.execute(sa.select(t.shift)).mappings()]
        return sorted(on_duty(shifts, unit, duty, self.clock.now()))

    def told(self, *, edits: bool = False) -> list[tuple[str, str]]:
        """Return (clock, person) of everything people got, edits in place left out."""
        return [(g.at, g.person) for g in self.got if edits or g.edits is None]

    def rows(self, kind: str | None = None) -> list[Row]:
        """Return the journal, or its rows of one kind."""
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(t.journal).order_by(t.journal.c.seq)).mappings().all()
        return [row for row in map(journal_row, found) if kind is None or row.kind == kind]

    def kinds(self) -> list[str]:
        """Return the kinds of the journal's rows in order."""
        return [row.kind for row in self.rows()]

    def query(self, column: sa.Column[Any], **where: object) -> list[tuple[Any, ...]]:
        """Return a column of the rows of its table that fit."""
        wanted = sa.select(column)
        for name, value in where.items():
            wanted = wanted.where(column.table.c[name] == value)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(wanted)]

    def incidents(self) -> list[Incident]:
        """Return every incident, oldest first."""
        with self.engine.connect() as connection:
            return [
                incident_of(row)
                for row in connection.execute(sa.select(t.incident).order_by(t.incident.c.id)).mappings()
            ]

    def count(self, table: sa.Table, **where: object) -> int:
        """Return how many rows of a table fit."""
        wanted = sa.select(sa.func.count()).select_from(table)
        for column, value in where.items():
            wanted = wanted.where(table.c[column] == value)
        with self.engine.connect() as connection:
            return int(connection.execute(wanted).scalar() or 0)


NOT_SENT = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)
UNCERTAIN = Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT)
BLOCKED = Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED)


def silent(device: str) -> str:
    """Return the target that says whether a device's agent answers."""
    return f"{device}/agent_answers"
