"""Why it went so: the story of an incident, and why somebody was told at an instant, or was not."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import cyclopts
import pytest

from monitord.account.explain import story_of
from monitord.account.reasons import Reason, reasons_for
from monitord.cli import explain, rehearse
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store.engine import reading_engine
from monitord.texts import pick
from tests.support.night import CONFIG, SECRETS, Night, example, silent

CORE, LONE, OLT = silent("cr-1"), silent("cr-2"), silent("olt-go-may")


class Lived(Night):
    """A night that is over: who was on duty in it, and when it ended."""

    people: dict[str, str]
    end: datetime


@pytest.fixture
def night(tmp_path: Path) -> Lived:
    """Return a night: one fault taken after six minutes, another still untaken, one held behind its parent."""
    lived = Lived(tmp_path, "2026-12-01 02:00")

    async def live() -> None:
        async with lived:
            await lived.sees(CORE, Health.DOWN)
            await lived.passes(minutes=6)
            await lived.presses(lived.on("operations"), lived.got[1].buttons[0])
            await lived.sees(LONE, Health.DOWN)
            await lived.sees(silent("agg-go-may"), Health.DOWN)
            await lived.sees(OLT, Health.DOWN)
            await lived.passes(minutes=3)
            lived.people = {duty: lived.on(duty) for duty in ("shift", "operations", "leader")}
            lived.end = lived.clock.now()

    asyncio.run(live())
    return lived


def why(night: Lived, person: str, minutes: float = 0) -> dict[str, Reason]:
    """Return the last reason for each incident or target."""
    with reading_engine(night.database).connect() as connection:
        return {one.what: one.reason for one in reasons_for(connection, person, night.end - timedelta(minutes=minutes))}


def test_everyone_hears_why_he_was_called_or_was_not(night: Lived) -> None:
    assert why(night, night.people["shift"])["SC-0112-001"] is Reason.TOLD
    leader = why(night, night.people["leader"])
    assert leader["SC-0112-001"] is Reason.TAKEN_BEFORE
    assert leader["SC-0112-002"] is Reason.NOT_DUE
    assert leader[OLT] is Reason.HELD
    assert why(night, "yen.phan")["SC-0112-002"] is Reason.NOT_DUE
    assert why(night, "son.ta")["SC-0112-002"] is Reason.NOT_ON_DUTY
    assert why(night, night.people["leader"], 60) == {}


def test_the_story_of_an_incident_names_looks_steps_and_the_shift_that_chose(night: Lived) -> None:
    with reading_engine(night.database).connect() as connection:
        found = story_of(connection, example(), pick("vi"), "SC-0112-001")
        assert story_of(connection, example(), pick("vi"), "SC-0112-009") is None
    assert found is not None
    incident, told = found
    assert incident.target == CORE
    kinds = [one.line.kind for one in told]
    assert kinds.index(FactKind.TARGET_HARD) < kinds.index(FactKind.INCIDENT_OPENED) < kinds.index(FactKind.STEP_FIRED)
    step = next(one for one in told if one.line.kind == FactKind.STEP_FIRED)
    assert [shift.person for shift in step.shifts] == [night.people["shift"]]


def test_explain_and_rehearse_as_they_are_typed(
    night: Lived, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    app = cyclopts.App(name="monitord")
    explain.register(app)
    rehearse.register(app)

    def typed(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            app([*words, "--config", str(CONFIG), "--database", str(night.database)])
        return int(str(ended.value.code or 0)), capsys.readouterr().out

    code, out = typed("explain", "SC-0112-001")
    assert code == 0
    assert "↳ ca 22:00 30/11/2026 – 06:00 01/12/2026" in out
    assert "tiếp nhận; dừng báo lên cấp trên" in out
    code, out = typed("explain", "--person", night.people["leader"], "--at", "2026-12-01 02:08")
    assert code == 0
    assert "SC-0112-001: đã có người tiếp nhận trước khi đến lượt" in out
    assert "giữ báo, không báo ai" in out
    code, out = typed("rehearse", "--fault", "olt-go-may", "--at", "2026-12-01 23:58")
    assert code == 0
    assert "trực lãnh đạo" in out
    assert "gom Gò Mây" in out
    code, out = typed("rehearse", "--fault", "olt-go-may", "--at", "2026-12-01 23:58", "--json")
    assert code == 0
    assert out.count('"person"') >= 4
