"""Raw updates as values: hostile, bounded, never an exception."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.tell.incoming import TEXTS_AT_ONCE, Flood, bare, read_updates, worth_passing
from monitord.tell.ports import Update, UpdateKind

PRESS: dict[str, Any] = {
    "update_id": 7,
    "callback_query": {
        "id": "99",
        "from": {"id": 1001, "first_name": "Trần\u202eThị", "last_name": "B"},
        "message": {"message_id": 12, "chat": {"id": 1001}, "date": 1801767600},
        "data": "v1|x",
    },
}


def test_a_press_is_read_with_the_identity_and_the_message_it_was_under() -> None:
    (update,) = read_updates([PRESS], None)
    assert update == Update(7, UpdateKind.PRESS, 1001, 1001, "v1|x", "12", None, "99", "TrầnThị B")


def test_a_text_is_one_clean_line_with_telegrams_instant() -> None:
    raw = {
        "update_id": 8,
        "message": {
            "message_id": 1,
            "from": {"id": 5},
            "chat": {"id": 5},
            "date": 1801767600,
            "text": "XN\n004" + "x" * 999,
        },
    }
    (update,) = read_updates([raw], None)
    assert update.kind is UpdateKind.TEXT
    assert update.data.startswith("XN 004x")
    assert len(update.data) <= 500
    assert update.at == datetime.fromtimestamp(1801767600, UTC)


def test_order_repetition_and_what_is_committed_already_do_not_matter() -> None:
    raw = [{"update_id": n} for n in (9, 7, 8, 8, 3)]
    assert [u.update_id for u in read_updates(raw, 7)] == [7, 8, 9]


def test_only_old_ids_mean_that_the_updates_were_numbered_anew() -> None:
    raw = [{"update_id": n} for n in (4, 3)]
    assert [u.update_id for u in read_updates(raw, 900_000)] == [3, 4]
    assert [u.update_id for u in read_updates([*raw, {"update_id": 900_001}], 900_000)] == [900_001]


def test_an_unknown_kind_is_passed_on_so_that_the_offset_moves() -> None:
    assert read_updates([{"update_id": 5, "poll": {}}], None) == [Update(5, UpdateKind.OTHER)]


def test_an_answer_that_is_no_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="no list"):
        read_updates({"a": 1}, None)


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
junk = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["callback_query", "message"]),
    st.dictionaries(st.sampled_from(["id", "from", "message", "text", "chat", "date", "data"]), junk),
)
def test_no_junk_raises_and_none_gets_through_unbounded(kind: str, inner: dict[str, Any]) -> None:
    (update,) = read_updates([{"update_id": 1, kind: inner}], None)
    assert isinstance(update.user_id, int)
    assert len(update.data) <= 500


def _text(number: int, user: int) -> Update:
    return Update(number, UpdateKind.TEXT, user, user, "x")


OURS = frozenset({666, 1001})


def test_of_one_of_ours_a_pile_passes_and_then_five_texts_a_second() -> None:
    flood, batch = Flood(), [_text(n, 666) for n in range(100)]
    assert list(worth_passing(batch, flood, 0.0, OURS)) == batch[:TEXTS_AT_ONCE]
    assert list(worth_passing(batch, flood, 1.0, OURS)) == batch[:5]


def test_a_flood_of_one_does_not_hold_back_the_press_of_another() -> None:
    press = Update(50, UpdateKind.PRESS, 1001, 1001, "v1")
    batch = [*(_text(n, 666) for n in range(50)), press, *(_text(n, 666) for n in range(51, 99))]
    assert press in list(worth_passing(batch, Flood(), 0.0, OURS))


def test_of_strangers_nothing_passes_but_some_that_may_be_codes() -> None:
    chatter = [_text(n, 10_000 + n) for n in range(100)]
    assert list(worth_passing(chatter, Flood(), 0.0, OURS)) == []
    codes = [Update(n, UpdateKind.TEXT, 10_000 + n, 10_000 + n, f"/start {n}") for n in range(100)]
    flood = Flood()
    assert len(list(worth_passing(codes, flood, 0.0, OURS))) == 20
    assert len(list(worth_passing(codes, flood, 1.0, OURS))) == 5
    # Their presses do: each is written down and refused.
    press = Update(1, UpdateKind.PRESS, 5, 5, "forged")
    assert list(worth_passing([press], flood, 1.0, OURS)) == [press]


def test_a_flood_from_many_accounts_is_remembered_within_bounds() -> None:
    flood = Flood()
    assert sum(not flood.too_much(user, 0.0) for user in range(10_000)) == 2_000
    assert not flood.too_much(10_001, 100.0)


def test_a_bare_update_keeps_what_is_needed_to_answer_it() -> None:
    (press,) = read_updates([PRESS], None)
    assert bare(press) == Update(7, UpdateKind.OTHER, callback_id="99")
