"""Who hears of what follows, by which channels, and what stands behind each."""

from monitord.domain.decision import Told
from monitord.domain.steps import once


def told(notice: int, channel: str, *others: str, person: str = "b", step: int = 0) -> Told:
    return Told(notice, person, "so", channel, step, None, None, others)


def ways(*rows: Told) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(way.person, way.channel, way.others) for way in once(rows)]


def test_a_channel_that_is_used_anyhow_does_not_stand_behind_another() -> None:
    # Told by Telegram at one step and, its account dead by then, by the log at the next.
    assert ways(told(1, "telegram", "log", step=6), told(2, "log", step=7)) == [
        ("b", "telegram", ()),
        ("b", "log", ()),
    ]


def test_what_stands_behind_two_ways_stands_there_once() -> None:
    assert ways(told(1, "telegram", "sms", "mail"), told(2, "smpp", "mail", "log")) == [
        ("b", "telegram", ("sms", "mail", "log")),
        ("b", "smpp", ()),
    ]


def test_one_persons_ways_are_not_anothers() -> None:
    assert ways(told(1, "telegram", "log"), told(2, "log", person="c")) == [
        ("b", "telegram", ("log",)),
        ("c", "log", ()),
    ]


def test_who_was_called_reads_the_end_by_his_next_channel() -> None:
    assert ways(told(1, "voice", "sms", "mail"), told(2, "sms", "mail")) == [("b", "sms", ("mail",))]
