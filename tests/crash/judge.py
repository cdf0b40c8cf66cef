"""Judges a night by its histories alone: what was really broken, what the telephones got, what journal and tables say.

Nothing here asks the desk's own functions what would have been right.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from monitord.account.proof import verify
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from tests.crash.ladders import judge_ladders
from tests.crash.letters import judge_letters
from tests.crash.night import Played, messages
from tests.crash.outages import judge_outages
from tests.crash.presses import judge_presses
from tests.crash.records import Found, Records


def judge(played: Played) -> Found:
    """Return what was found of a night."""
    found = Found()
    if not played.settled:
        found.wrong.append("something was still owed a minute after the last return")
    if played.exit_code != 0:
        found.wrong.append(f"the daemon ended with {played.exit_code} on SIGTERM")
    if "Traceback" in (log := played.daemon.log()):
        found.wrong.append("a traceback in the log: " + log[log.index("Traceback") :][:1500])
    for place in (*played.snapshots, played.daemon.database):
        found.wrong += [f"{place.parent.name}: {fault}" for fault in _tables(place)]
    with played.daemon.reading() as connection:
        records = Records(played, connection)
    for part in (judge_outages, judge_ladders, judge_letters, judge_presses):
        part(records, found)
    _count(records, found.figures)
    return found


def _tables(path: Path) -> Iterator[str]:
    """What must hold at every instant, killed or not."""
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            yield from (f"journal row {b.seq}: {b.why}" for b in verify(connection).breaks)
            wanted = sa.select(t.timer.c.incident).where(t.timer.c.state == "armed")
            armed = Counter(connection.execute(wanted).scalars())
            for incident in connection.execute(sa.select(t.incident)).mappings():
                number = armed.get(incident["id"], 0)
                if incident["phase"] == "restored" and number:
                    yield f"{incident['code']} is over and has {number} timers armed"
                if incident["phase"] != "restored" and number != 1:
                    yield f"{incident['code']} is {incident['phase']} and has {number} timers armed"
    finally:
        engine.dispose()


def _count(night: Records, figures: Counter[str]) -> None:
    figures["incidents"] += len(night.incidents)
    figures["messages"] += len(messages(night.played.bot))
    figures["repeats"] += sum(len(arrived) - 1 for arrived in night.arrived.values() if arrived)
    figures["uncertain"] += sum(notice["uncertain"] for notice in night.outbox)
    figures["acknowledged"] += sum(r.kind == FactKind.INCIDENT_ACKNOWLEDGED for r in night.rows)
    figures["expired"] += sum(r.kind == FactKind.INCIDENT_ACK_EXPIRED for r in night.rows)
    figures["presses"] += len(night.played.pressed)
    figures["steps"] += sum(r.kind == FactKind.STEP_FIRED for r in night.rows)
    figures["skipped_steps"] += sum(r.kind == FactKind.STEP_SKIPPED for r in night.rows)
    figures["late_steps"] += sum(r.kind == FactKind.STEP_FIRED and bool(r.refs["late_seconds"]) for r in night.rows)
