"""A small desk with a real database: one incident that runs, one that is over, and strings that mean harm."""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitord.domain.health import FAULTS, Cause, Health, Hold
from monitord.domain.incident import Incident, Phase, code
from monitord.domain.journal import Fact, FactKind
from monitord.domain.network import Device, Site, Target
from monitord.domain.notice import DeliveryCause, NoticeState
from monitord.domain.people import DutyKind, Organisation, OrganisationRole, Person, Unit
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.roster import Shift
from monitord.settings.model import DatedEntry, PolicyRule, Settings, WebSettings
from monitord.store import tables as t
from monitord.store.engine import reading_engine, writing_engine
from monitord.store.migrate import bring_up
from monitord.store.rows import Moment
from monitord.store.tx import Tx

NOW = datetime(2027, 2, 5, 20, 7, tzinfo=UTC)
HOSTILE = '<img src=x onerror="alert(1)">&\'"</script>\u202e{{ 7*7 }}\x1b[31m'
POLICY = Policy(
    "binh-thuong",
    (
        PolicyStep(timedelta(0), Whom.DUTY, "shift", ("telegram",)),
        PolicyStep(timedelta(minutes=5), Whom.DUTY, "leader", ("telegram",)),
        PolicyStep(timedelta(minutes=30), Whom.ORGANISATION, "so", ("telegram",)),
    ),
)
PEOPLE = (
    Person("an", "Nguyễn Văn An", "vt", "Trực ca", "0900", 1),
    Person("lan", "Hoàng Thị Lan", "vt", "Phó Giám đốc", "0901", 2),
    Person("yen", "Phan Thị Yến", "so", "Trực Sở", "0902", 3),
)


def moment(minutes: float = 0) -> Moment:
    """Return the moment so many minutes after NOW."""
    return Moment(NOW + timedelta(minutes=minutes), 1000 + minutes * 60, "boot", "run")


def settings(folder: Path) -> Settings:
    """Return the settings of two devices at two sites of one unit; nobody is on the leader's duty."""
    router = (
        Target("rt/agent", "rt", "agent", None, None, 2),
        Target("rt/port/ge-0", "rt", "port", "ge-0", None, 3, "Cổng lên lõi"),
    )
    shift = Shift("vt", "shift", "an", NOW - timedelta(hours=5), NOW + timedelta(hours=3), "roster.yaml:1")
    leader = Shift("vt", "leader", "lan", NOW - timedelta(days=2), NOW - timedelta(days=1), "roster.yaml:2")
    return Settings(
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        lang="vi",
        name="Bàn trực thử",
        units={"vt": Unit("vt", "Viễn thông Thử", "lan")},
        organisations={"so": Organisation("so", "Sở Thử", OrganisationRole.DEPARTMENT, ("yen",))},
        duty_kinds={"leader": DutyKind("leader", "trực lãnh đạo"), "shift": DutyKind("shift", "trực ca")},
        people={person.id: person for person in PEOPLE},
        sites={"a": Site("a", "Đài A", "nhà trạm"), "b": Site("b", "Đài B", "nhà trạm")},
        devices={
            "rt": Device("rt", "Bộ định tuyến A", "vt", "a", router),
            "ups": Device("ups", f"UPS {HOSTILE}", "vt", "b", (Target("ups/agent", "ups", "agent", None, None, 3),)),
        },
        links={},
        policies=(PolicyRule(POLICY, frozenset({1, 2, 3, 4})),),
        roster=(DatedEntry(shift), DatedEntry(leader)),
        administrators=("lan",),
        telegram=None,
        log_channel=None,
        web=WebSettings(),
        state_dir=folder,
        database=None,
        runtime_dir=folder,
        checks_dirs=(),
        http_workers=1,
        severity_of={},
        hash="0" * 64,
        files=(),
    )


def empty_database(path: Path) -> Path:
    """Return a database of the present schema with the people and shifts of the settings."""
    path.write_bytes(_fresh())

    def people(tx: Tx) -> None:
        for person in PEOPLE:
            values = {"id": person.id, "name": person.name, "home": person.home, "title": person.title}
            more: dict[str, Any] = {
                "phone": person.phone,
                "telegram": person.telegram,
                "stand_ins": [],
                "source": "test",
            }
            tx.sql.execute(t.person.insert().values(**values, **more))
        for entry in settings(path.parent).roster:
            assert isinstance(entry, DatedEntry)
            shift = entry.shift
            values = {"unit": shift.unit, "duty": shift.duty, "person": shift.person, "source": shift.source}
            tx.sql.execute(t.shift.insert().values(**values, starts=shift.start, ends=shift.end))

    write(path, people)
    return path


@cache
def _fresh() -> bytes:
    """The bytes of a migrated database: migrating one for each test takes longer than the tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.db"
        bring_up(path)
        return path.read_bytes()


def write(path: Path, work: Callable[[Tx], object]) -> None:
    """Do something in one transaction of a writer."""
    fresh = itertools.count()
    engine = writing_engine(path)
    with engine.begin() as connection:
        work(Tx(connection, lambda size: f"{next(fresh):0{size}d}"))
    engine.dispose()


def see(
    tx: Tx, target: str, health: Health, *, attempt: int = 0, held: tuple[Hold, ...] = (), detail: str = ""
) -> None:
    """Put down what the desk knows of a target; with `attempt` it is soft."""
    tx.sql.execute(t.target.delete().where(t.target.c.id == target))
    fault = health in FAULTS
    tx.sql.execute(
        t.target.insert().values(
            id=target,
            device=target.partition("/")[0],
            settled=Health.UP if attempt else health,
            seen=health,
            firmness="soft" if attempt else "hard",
            attempt=attempt,
            confirm=3,
            cause=Cause.NO_ANSWER if fault else Cause.FINE,
            detail=detail,
            since=NOW,
            held=list(held),
        )
    )


def opened(tx: Tx, target: str, number: int, *, severity: int = 2, minutes: float = 0, detail: str = "") -> Incident:
    """Open an incident with its journal row and the timer of its second step."""
    at = moment(minutes)
    day = at.now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    draft = Incident(
        id=0,
        code=code(day, number),
        target=target,
        unit="vt",
        severity=severity,
        health=Health.DOWN,
        cause=Cause.NO_ANSWER,
        detail=detail,
        phase=Phase.OPEN,
        policy=POLICY,
        detected_at=at.now,
        opened_at=at.now,
        ladder_from=at.now,
        step=0,
        first_bad=at.now - timedelta(seconds=12),
    )
    incident = tx.new_incident(draft, number, day)
    refs = {"code": incident.code, "severity": severity, "health": "down", "cause": "no_answer"}
    tx.append([Fact(FactKind.INCIDENT_OPENED, incident.id, target, refs=refs, private={"detail": detail})], at)
    return incident


def told(
    tx: Tx,
    incident: Incident,
    person: str,
    state: NoticeState,
    *,
    step: int = 0,
    round: int = 0,
    uncertain: int = 0,
    cause: DeliveryCause | None = None,
    organisation: str | None = None,
) -> None:
    """Put a step's notice into the outbox, as it stands after some attempts."""
    at = NOW + timedelta(seconds=step)
    tx.sql.execute(
        t.outbox.insert().values(
            key=f"{incident.id}:{step}:{round}:{person}",
            incident=incident.id,
            event="step",
            step=step,
            round=round,
            person=person,
            organisation=organisation,
            channel="telegram",
            fallback=[],
            priority=1,
            skipped=[],
            subject="",
            state=state,
            not_before=at,
            attempts=1,
            uncertain=uncertain,
            last_cause=cause,
            created_at=at,
            accepted_at=at if state is NoticeState.SENT else None,
        )
    )


def reader(path: Path) -> Callable[[], AbstractContextManager[sa.Connection]]:
    """Return what opens a connection for reading."""
    engine = reading_engine(path)

    @contextmanager
    def read() -> Iterator[sa.Connection]:
        with engine.connect() as connection:
            yield connection

    return read
