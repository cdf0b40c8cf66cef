"""Looking at a device by SNMP: one GET a round whatever the number of checks, table rows found by their names.

Row names are compared after `clean_bytes`, the form in which people see and write them. When an agent gives two rows
one name, the first row wins. A name that the agent does not have is looked for again at every `REWALK`th look, and
after `REWALK_AFTER` seconds; a name that moved is found again at once.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from monitord.clock import Clock
from monitord.domain.health import Cause
from monitord.domain.looking import Branch, Oid, Reach, Sight, Syntax, TableRow, Value
from monitord.domain.network import SnmpAccess, SnmpVersion, Timing
from monitord.domain.safe import clean, clean_bytes
from monitord.look.transports.snmp import NO_SUCH_NAME, TOO_BIG, Ask, Pdu, Reply, SnmpEngine
from monitord.look.transports.snmp_branches import Branches, read_branches
from monitord.look.transports.snmp_tables import TABLES, Table
from monitord.look.transports.snmp_walk import MAX_SECONDS, Walked, walk

MAX_OIDS = 40
MAX_BYTES = 1200
"""Bounds of one GET: what its answer is likely to need must fit one unfragmented datagram."""


@dataclass(slots=True)
class _Fetched:
    """What GETs brought: values by OID, and the reply that ended it all when no answer came."""

    values: dict[Oid, Value] = field(default_factory=dict)
    failure: Reply | None = None
    cause: Cause | None = None
    detail: str = ""


@dataclass(slots=True)
class _Rows:
    """What became of the rows asked for. `places` are the indexes whose key cell was seen to say the row's name."""

    places: dict[tuple[Oid, str], str] = field(default_factory=dict)
    cells: dict[tuple[Oid, str], Value] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    renumbered: set[str] = field(default_factory=set)
    incomplete: bool = False


class SnmpLooker:
    """Looks at devices through an engine, one look of a device at a time."""

    def __init__(self, engine: SnmpEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._tables: OrderedDict[tuple[SnmpAccess, Oid], Table] = OrderedDict()

    async def look(
        self,
        access: SnmpAccess,
        scalars: Sequence[Oid],
        rows: Sequence[TableRow],
        timing: Timing,
        branches: Sequence[Branch] = (),
    ) -> Sight:
        """Return what was seen of the device: scalars by OID, cells by column and row name, branches by column and the
        name they lie under. Never raises for anything a device does.

        Each question is asked `timing.attempts` times, `timing.timeout` each, as long as nothing or nonsense comes.
        ANSWERED with a cause means that the device is there but its agent refused some or all of what was asked.
        """
        round_ = _Round(self._engine, self._clock, access, timing)
        found = _Rows()
        rows = [*rows, *(TableRow(branch.key_column, branch.key, ()) for branch in branches)]
        now = self._clock.mono()
        for column in dict.fromkeys(row.key_column for row in rows):
            wanted = [row for row in rows if row.key_column == column]
            table = self._known(access, column)
            if table is None or table.stale((clean(row.key) for row in wanted), now):
                failure = await self._walk(round_, column, wanted, found)
                if failure is not None:
                    return round_.failed(failure)
            else:
                table.looks += 1
        places = self._places(access, rows)
        fetched = await round_.get([*scalars, *_oids(places)])
        if fetched.failure is not None:
            return round_.failed(fetched.failure)
        still, moved = [], []
        for row, index in places:
            if _still_there(row, fetched.values, index):
                still.append((row, index))
            else:
                moved.append(row)
        self._read_cells(still, fetched.values, found)
        if moved:
            await self._find_again(round_, moved, found)
        self._name_missing(access, rows, found)
        under = await read_branches(round_.walk, branches, found.places, found.absent, self._clock)
        return round_.seen(fetched, scalars, found, under)

    def forget(self, access: SnmpAccess) -> None:
        """Forget where the device's rows were."""
        for key in [key for key in self._tables if key[0] == access]:
            del self._tables[key]

    def _known(self, access: SnmpAccess, column: Oid) -> Table | None:
        table = self._tables.get((access, column))
        if table is not None:
            self._tables.move_to_end((access, column))
        return table

    async def _walk(self, round_: "_Round", column: Oid, wanted: Sequence[TableRow], found: _Rows) -> Reply | None:
        """Walk `column` and keep its names; return the reply that says why nothing came, or None."""
        begun = self._clock.mono()
        walked = await round_.walk(column)
        old = self._tables.get((round_.access, column))
        if walked.failure is not None:
            return walked.failure
        index: dict[str, str] = {}
        for place, value in walked.rows:
            index.setdefault(_name(value), place)
        # A table that had rows and is suddenly empty is an agent starting up, not a device without interfaces.
        complete = walked.complete and not (old is not None and old.index and not index)
        if not complete and old is not None:
            index = {**old.index, **index}  # rows known before are not gone because the agent broke off
        for row in wanted:
            name = clean(row.key)
            if old is not None and name in old.index and name in index and old.index[name] != index[name]:
                found.renumbered.add(row.key)
        self._tables[round_.access, column] = Table(index, complete, walked.lost, begun)
        if len(self._tables) > TABLES:
            self._tables.popitem(last=False)
        return None

    def _places(self, access: SnmpAccess, rows: Sequence[TableRow]) -> list[tuple[TableRow, str]]:
        places = []
        for row in dict.fromkeys(rows):
            table = self._tables.get((access, row.key_column))
            index = table.index.get(clean(row.key)) if table is not None else None
            if index is not None:
                places.append((row, index))
        return places

    async def _find_again(self, round_: "_Round", moved: Sequence[TableRow], found: _Rows) -> None:
        """Walk once more for rows that are no longer where they were, and read them at their new place."""
        for column in dict.fromkeys(row.key_column for row in moved):
            if await self._walk(round_, column, moved, found) is not None:
                found.incomplete = True
                return
        places = self._places(round_.access, moved)
        again = await round_.get(_oids(places))
        settled = [(row, index) for row, index in places if _still_there(row, again.values, index)]
        self._read_cells(settled, again.values, found)
        if again.failure is not None or len(settled) < len(places):
            found.incomplete = True

    def _read_cells(self, places: Sequence[tuple[TableRow, str]], values: dict[Oid, Value], found: _Rows) -> None:
        for row, index in places:
            if f"{row.key_column}.{index}" in values:
                found.places[row.key_column, row.key] = index
            for column in row.columns:
                value = values.get(f"{column}.{index}")
                if value is not None:
                    found.cells[column, row.key] = value

    def _name_missing(self, access: SnmpAccess, rows: Sequence[TableRow], found: _Rows) -> None:
        for row in rows:
            table = self._tables.get((access, row.key_column))
            if table is None or not table.complete:
                found.incomplete = True
            elif clean(row.key) not in table.index:
                found.absent.add(row.key)


class _Round:
    """The questions of one look, with their retries."""

    def __init__(self, engine: SnmpEngine, clock: Clock, access: SnmpAccess, timing: Timing) -> None:
        self.access = access
        self._engine, self._clock, self._timing = engine, clock, timing
        self._begun = clock.mono()
        self._answered: float | None = None

    async def question(self, pdu: Pdu, oids: tuple[Oid, ...], repetitions: int = 0) -> Reply:
        """Ask until something sound comes or the attempts are used up; nonsense heard once outweighs silence
        afterwards.
        """
        ask = Ask(self.access, pdu, oids, self._timing.timeout.total_seconds(), repetitions)
        kept: Reply | None = None
        for _ in range(max(1, self._timing.attempts)):
            reply = await self._engine.ask(ask)
            if reply.reach not in (Reach.SILENT, Reach.GARBLED):
                return reply
            if kept is None or reply.reach is Reach.GARBLED:
                kept = reply
        assert kept is not None
        return kept

    async def walk(self, column: Oid, seconds: float = MAX_SECONDS) -> Walked:
        return await walk(self.question, column, self.access.version is not SnmpVersion.V1, self._clock, seconds)

    async def get(self, oids: Sequence[Oid]) -> _Fetched:
        """Return what a GET for `oids` brings, in as few datagrams as hold it; `failure` only when the first of them
        is not answered.
        """
        fetched = _Fetched()
        answered = False
        queue = batches(list(dict.fromkeys(oids)))
        while queue:
            batch = queue.pop(0)
            reply = await self.question(Pdu.GET, batch)
            if reply.reach is not Reach.ANSWERED:
                if not answered:
                    fetched.failure = reply
                    return fetched
                fetched.cause, fetched.detail = reply.cause or Cause.NO_ANSWER, "a part of the answer is missing"
                return fetched
            answered = True
            if self._answered is None:
                self._answered = self._clock.boot()
            match reply.error_status:
                case 0:
                    fetched.values.update(reply.varbinds)
                case s if s == TOO_BIG and len(batch) > 1:
                    half = len(batch) // 2
                    queue[:0] = [batch[:half], batch[half:]]
                case s if s == NO_SUCH_NAME and self.access.version is SnmpVersion.V1 and reply.error_index:
                    lacking = reply.error_index - 1
                    fetched.values[batch[lacking]] = Value(Syntax.NO_SUCH_OBJECT)
                    rest = batch[:lacking] + batch[lacking + 1 :]
                    queue[:0] = [rest] if rest else []
                case _:
                    fetched.cause, fetched.detail = reply.cause or Cause.AGENT_ERROR, reply.detail
        return fetched

    def failed(self, reply: Reply) -> Sight:
        detail = clean(reply.detail)
        return Sight(self._clock.now(), reply.reach, self._took(), reply.cause, detail, mono=self._clock.boot())

    def seen(self, fetched: _Fetched, scalars: Sequence[Oid], found: _Rows, under: Branches) -> Sight:
        return Sight(
            self._clock.now(),
            Reach.ANSWERED,
            self._took(),
            fetched.cause,
            clean(fetched.detail),
            values={oid: fetched.values[oid] for oid in scalars if oid in fetched.values},
            rows=found.cells,
            absent=frozenset(found.absent),
            incomplete=found.incomplete,
            renumbered=frozenset(found.renumbered),
            branches=under.rows,
            cut=frozenset(under.cut),
            left=frozenset(under.left),
            mono=self._clock.boot() if self._answered is None else self._answered,
        )

    def _took(self) -> timedelta:
        return timedelta(seconds=max(0.0, self._clock.mono() - self._begun))


def batches(oids: Sequence[Oid]) -> list[tuple[Oid, ...]]:
    """Return `oids` in groups whose answers are likely to fit one datagram each; one empty group never occurs."""
    groups: list[tuple[Oid, ...]] = []
    group: list[Oid] = []
    size = 60
    for oid in oids:
        need = oid.count(".") + 2 + 22  # the OID, its wrapping and a value of ordinary length
        if group and (len(group) >= MAX_OIDS or size + need > MAX_BYTES):
            groups.append(tuple(group))
            group, size = [], 60
        group.append(oid)
        size += need
    if group:
        groups.append(tuple(group))
    return groups


def _oids(places: Iterable[tuple[TableRow, str]]) -> list[Oid]:
    return [f"{column}.{index}" for row, index in places for column in (row.key_column, *row.columns)]


def _still_there(row: TableRow, values: dict[Oid, Value], index: str) -> bool:
    """Return whether the key cell at `index` still says the row's name; a cell not told of (agent error) is taken as
    unchanged.
    """
    value = values.get(f"{row.key_column}.{index}")
    return value is None or _name(value) == clean(row.key)


def _name(value: Value) -> str:
    match value.raw:
        case bytes(raw):
            return clean_bytes(raw)
        case None:
            return ""
        case other:
            return str(other)
