"""Pages of a duty log: telephone numbers of who is in no roster any more are blanked, names stay in the log."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.domain.journal import FactKind
from monitord.settings.model import DailyEntry, Settings
from monitord.store import tables as t
from tests.nights.test_second_channel import with_sms
from tests.support.night import Night

DAY = 24 * 3600


def without(settings: Settings, person: str) -> Settings:
    """Return the settings with somebody in no roster, and nobody's stand-in; he still stands among the people."""
    roster = []
    for entry in settings.roster:
        if isinstance(entry, DailyEntry):
            left = tuple(one for one in entry.slot.people if one != person)
            entry = replace(entry, slot=replace(entry.slot, people=left))
        roster.append(entry)
    people = {
        name: replace(one, stand_ins=tuple(s for s in one.stand_ins if s != person))
        for name, one in settings.people.items()
    }
    return replace(settings, roster=tuple(roster), people=people)


def numbers(night: Night, person: str) -> tuple[str, bool, bool]:
    """Return his telephone, and whether he has a mobile number and an e-mail address."""
    (((phone,),), ((addresses,),)) = (
        night.query(column, id=person) for column in (t.person.c.phone, t.person.c.addresses)
    )
    return phone, "sms" in addresses, "mail" in addresses


async def test_the_numbers_of_who_left_the_roster_go_after_ninety_days_and_his_name_stays(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 23:00", with_sms()) as night:
        await night.types("an.nguyen", "TT")
        await night.desk.reload(night.context_of(without(night.settings, "an.nguyen")))
        night.settings = without(night.settings, "an.nguyen")
        assert numbers(night, "an.nguyen") == ("0900 000 001", True, True)
        await night.clock.advance(89 * DAY)
        await night.desk.keep_house()
        assert numbers(night, "an.nguyen") == ("0900 000 001", True, True)
        await night.clock.advance(2 * DAY)
        await night.desk.keep_house()
        assert numbers(night, "an.nguyen") == ("", False, True)
        assert night.query(t.person.c.name, id="an.nguyen") == [("Nguyễn Văn An",)]
        assert night.count(t.contact, person="an.nguyen") == 0
        (row,) = night.rows(FactKind.ROSTER_PURGED)
        assert (row.actor, row.refs) == (None, {"people": ["an.nguyen"], "days": 90})
        assert numbers(night, "binh.tran") == ("0900 000 002", True, True)
        assert numbers(night, "yen.phan")[0] == "0900 000 015"  # another organisation's contact was never on duty
        # The settings still name the number: it does not come back by a start, nor is it written down again.
        await night.desk.reload(night.context_of(night.settings))
        await night.desk.keep_house()
        assert numbers(night, "an.nguyen") == ("", False, True)
        assert len(night.rows(FactKind.ROSTER_PURGED)) == 1


async def test_who_is_on_the_roster_again_has_his_numbers_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 23:00", with_sms()) as night:
        before = night.settings
        await night.desk.reload(night.context_of(without(before, "an.nguyen")))
        night.settings = without(before, "an.nguyen")
        await night.clock.advance(91 * DAY)
        await night.desk.keep_house()
        assert numbers(night, "an.nguyen") == ("", False, True)
        await night.desk.reload(night.context_of(before))
        assert numbers(night, "an.nguyen") == ("0900 000 001", True, True)


@pytest.mark.parametrize("why", ["administrator", "stand-in", "roster owner", "never"])
async def test_who_is_needed_otherwise_keeps_his_numbers(tmp_path: Path, why: str) -> None:
    settings = without(with_sms(), "an.nguyen")
    if why == "administrator":
        settings = replace(settings, administrators=("an.nguyen",))
    elif why == "stand-in":
        chi = replace(settings.people["chi.le"], stand_ins=("an.nguyen",))
        settings = replace(settings, people={**settings.people, "chi.le": chi})
    elif why == "roster owner":
        unit = replace(settings.units["vt-song-mau"], roster_owner="an.nguyen")
        settings = replace(settings, units={**settings.units, unit.id: unit})
    else:
        settings = replace(settings, purge_after=timedelta(0))
    async with Night(tmp_path, "2026-12-05 23:00", with_sms()) as night:
        await night.desk.reload(night.context_of(settings))
        night.settings = settings
        await night.clock.advance(100 * DAY)
        await night.desk.keep_house()
        assert numbers(night, "an.nguyen")[0] == "0900 000 001"
        assert night.rows(FactKind.ROSTER_PURGED) == []


async def test_only_an_administrator_purges_by_hand(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 23:00", with_sms()) as night:
        with pytest.raises(RosterRefused):
            await night.desk.roster("purge", "giang.vo", {})
        assert (await night.desk.roster("purge", "minh.do", {}))["people"] == []


async def test_who_looked_at_the_roster_with_its_numbers_is_written_down(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 23:00", with_sms()) as night:
        assert "0900 000 001" in (await night.types("chi.le", "TRUC")).text
        (row,) = night.rows(FactKind.ROSTER_VIEWED)
        assert (row.actor, row.refs["units"]) == ("chi.le", ["vt-song-mau"])
