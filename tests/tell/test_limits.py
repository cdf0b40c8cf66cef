"""The pace of a channel, in simulated seconds."""

from itertools import pairwise

from monitord.domain.notice import Priority
from monitord.tell.limits import MOST_ADDRESSES, Limits


def _leaving(limits: Limits, addresses: list[str], seconds: float, priority: Priority = Priority.FIRST) -> list[float]:
    """Return the instants at which messages leave when everybody always has one to send."""
    at, left = 0.0, []
    while at < seconds:
        for address in addresses:
            if limits.wait(address, priority, at) == 0:
                limits.take(address, at)
                left.append(at)
        at = round(at + 0.01, 2)
    return left


def test_one_chat_gets_one_message_a_second() -> None:
    left = _leaving(Limits(25.0, 1.0), ["a"], 10.0)
    assert len(left) == 10
    assert all(later - earlier >= 0.99 for earlier, later in pairwise(left))


def test_all_chats_together_get_twenty_five_a_second_and_a_small_burst() -> None:
    left = _leaving(Limits(25.0, 1.0), [str(n) for n in range(200)], 4.0)
    for start in (0.0, 0.5, 1.0, 2.0, 3.0):
        assert sum(start <= at < start + 1 for at in left) <= 32
    assert 95 <= len(left) <= 110


def test_an_edit_never_takes_the_last_tokens() -> None:
    limits = Limits(25.0, 1.0)
    assert limits.wait("0", Priority.EDIT, 0.0) == 0
    limits.take("0", 0.0)
    limits.take("1", 0.0)
    assert limits.wait("2", Priority.EDIT, 0.0) > 0
    assert limits.wait("urgent", Priority.FIRST, 0.0) == 0


def test_a_frozen_chat_waits_and_the_others_do_not() -> None:
    limits = Limits(25.0, 1.0)
    limits.freeze("a", 35.0)
    assert limits.wait("a", Priority.FIRST, 5.0) == 30.0
    assert limits.wait("b", Priority.FIRST, 5.0) == 0
    limits.freeze("", 50.0)
    assert limits.wait("b", Priority.FIRST, 5.0) == 45.0
    assert limits.frozen(5.0) == 45.0


def test_a_shorter_freeze_does_not_end_a_longer_one() -> None:
    limits = Limits(None, None)
    limits.freeze("a", 100.0)
    limits.freeze("a", 10.0)
    assert limits.wait("a", Priority.FIRST, 50.0) == 50.0


def test_a_waiting_message_is_let_go_exactly_when_it_was_told() -> None:
    limits = Limits(25.0, 1.0)
    limits.take("a", 0.1)
    wait = limits.wait("a", Priority.FIRST, 0.3)
    assert limits.wait("a", Priority.FIRST, 0.3 + wait) == 0


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    limits = Limits(None, 1.0)
    for n in range(3 * MOST_ADDRESSES):
        limits.take(str(n), float(n))
    assert len(limits._addresses) <= MOST_ADDRESSES


def in_groups() -> Limits:
    return Limits(25.0, 1.0, 0.25, lambda address: address.partition(":")[0] if address.startswith("-") else "")


def test_a_group_never_gets_more_than_twenty_messages_in_any_minute_however_many_topics_it_has() -> None:
    left = _leaving(in_groups(), ["-1:1", "-1:2", "-1:3"], 600.0)
    assert max(sum(start <= at < start + 60 for at in left) for start in left) <= 20
    assert len(left) >= 150


def test_groups_do_not_wait_for_each_other_nor_people_for_groups() -> None:
    limits = in_groups()
    while limits.wait("-1", Priority.FIRST, 0.0) == 0:
        limits.take("-1", 0.0)
    assert limits.wait("-2", Priority.FIRST, 0.5) == 0
    assert limits.wait("1001", Priority.FIRST, 0.5) == 0


def test_edits_leave_a_group_room_for_what_rings() -> None:
    limits, at = in_groups(), 0.0
    for _ in range(3):
        assert limits.wait("-1", Priority.EDIT, at) == 0
        limits.take("-1", at)
        at += 1.0
    assert limits.wait("-1", Priority.EDIT, at) > 0
    assert limits.wait("-1", Priority.FOLLOW_UP, at) == 0


def test_a_group_told_to_wait_waits_in_all_its_topics() -> None:
    limits = in_groups()
    limits.freeze("-1:1", 35.0)
    assert limits.wait("-1:2", Priority.FIRST, 5.0) == 30.0
    assert limits.wait("-2:1", Priority.FIRST, 5.0) == 0
