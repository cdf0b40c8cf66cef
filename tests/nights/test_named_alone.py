"""Pages of a duty log: what named persons alone may hear, when no message reaches them."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.journal import FactKind
from monitord.settings.model import Settings
from tests.nights.test_suspicions import NAMED, changed, watched
from tests.support.night import ACCEPTED, BLOCKED, Night

OTHER = "an.nguyen"


def standing_in(telegram: bool = True) -> Settings:
    """Return the settings in which somebody who is not named stands in for who is, with a telephone or without."""
    settings = watched()
    named = replace(settings.people[NAMED], stand_ins=(OTHER,))
    named = named if telegram else replace(named, telegram=None)
    return replace(settings, people={**settings.people, NAMED: named}, administrators=("binh.tran",))


async def test_a_suspicion_does_not_go_to_a_stand_in_when_who_is_named_blocked_the_bot(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", standing_in()) as night:
        dead = str(night.settings.people[NAMED].telegram)
        night.answer = lambda claimed: BLOCKED if claimed.message.to == dead else ACCEPTED
        await changed(night)
        await night.passes(minutes=5)
        assert not [got for got in night.got if got.person == OTHER and "NGHI VẤN" in got.text]
        # That somebody named cannot be reached is told to who administers, without what it was about.
        (told,) = [got for got in night.got if (got.person, got.channel) == ("binh.tran", "telegram")]
        assert "NGHI VẤN" not in told.text
        assert night.incidents()[0].code not in told.text


async def test_a_suspicion_does_not_go_to_a_stand_in_when_who_is_named_has_no_address(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", standing_in(telegram=False)) as night:
        await changed(night)
        await night.passes(minutes=5)
        assert not [got for got in night.got if got.person == OTHER and "NGHI VẤN" in got.text]
        assert night.rows(FactKind.COVERAGE_GAP)
