"""Pages of a duty log: ways that reach no person, and ways by which what is asked cannot be answered."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from monitord.domain.notice import Claimed, Outcome
from monitord.settings.form import Form
from monitord.settings.model import ChannelSettings, Settings
from tests.nights.test_giao_thua import bulletins, watched
from tests.nights.test_second_channel import got_by, trouble, with_sms
from tests.support.night import ACCEPTED, BLOCKED, Night


def with_webhook() -> Settings:
    """Return the example with an endpoint that every step names before people's telephones."""
    settings = with_sms(order=("webhook", "telegram", "sms", "log"))
    return replace(settings, channels={**settings.channels, "webhook": ChannelSettings(Form(), {}, None, False)})


def to_people(outcome: Outcome) -> Callable[[Claimed], Outcome]:
    """Let the endpoint come to that, which is told the ids of people, and every other way work."""
    return lambda claimed: outcome if "." in claimed.message.to and "@" not in claimed.message.to else ACCEPTED


async def test_an_endpoint_that_wants_no_more_wakes_nobody_in_place_of_who_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_webhook()) as night:
        night.answer = to_people(BLOCKED)
        shift = await trouble(night)
        await night.passes(10)
        told = {got.person for got in night.got if "MẤT LIÊN LẠC" in got.text}
        assert told == {shift}


def asked_by_sms() -> Settings:
    """Return the settings of a night whose bulletin is asked for by SMS first, with a number for everybody."""
    settings, numbers = watched(channels=("sms", "telegram", "log")), with_sms()
    people = {name: replace(one, addresses=numbers.people[name].addresses) for name, one in settings.people.items()}
    return replace(settings, people=people, channels=numbers.channels)


async def test_who_is_asked_for_a_bulletin_by_sms_is_asked_where_he_can_approve_it_as_well(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", asked_by_sms()) as night:
        await night.passes(minutes=152)
        leader = night.on("leader")
        assert len(got_by(night, "sms", leader)) == 1
        (asked,) = [got for got in bulletins(night) if got.person == leader]
        assert (await night.presses(leader, asked.button("approve"))).accepted
        # Who only reads it is told once.
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert len(got_by(night, "sms", contact)) == 1
        assert got_by(night, "telegram", contact) == []


async def test_where_nobody_can_approve_at_a_touch_one_letter_is_enough(tmp_path: Path) -> None:
    settings = asked_by_sms()
    nobody_has_it = {name: replace(one, telegram=None) for name, one in settings.people.items()}
    async with Night(tmp_path, "2027-02-05 22:00", replace(settings, people=nobody_has_it)) as night:
        await night.passes(minutes=152)
        leader = night.on("leader")
        assert len(got_by(night, "sms", leader)) == 1
        assert got_by(night, "log", leader) == []
