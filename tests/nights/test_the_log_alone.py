"""Pages of a duty log: what only the log has told, nobody was told."""

from pathlib import Path

from monitord.settings.model import Settings
from tests.nights.test_second_channel import got_by, trouble, with_sms
from tests.support.night import Night


def log_first() -> Settings:
    """Return the example in which every step names the log before people's telephones."""
    return with_sms(order=("log", "sms", "telegram"))


async def test_at_the_last_step_the_log_alone_tells_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", log_first()) as night:
        await trouble(night)
        await night.passes(minutes=31)
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert len(got_by(night, "log", contact)) == len(got_by(night, "sms", contact)) == 1
        assert got_by(night, "telegram", contact) == []


def test_no_channel_that_reaches_no_person_can_be_answered() -> None:
    settings = log_first()
    assert [settings.answers(name) for name in ("log", "webhook", "mail", "sms", "telegram")] == [
        False,
        False,
        False,
        True,
        True,
    ]
