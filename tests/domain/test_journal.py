"""The chain: whoever changes one field of one row, takes one out or turns two around, is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.journal import (
    GENESIS,
    Fact,
    FactKind,
    Row,
    canonical,
    chained,
    private_digest,
    row_hash,
    verify,
)

T0 = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def chain(*facts: Fact) -> list[Row]:
    """Return the rows of these facts, a second apart."""
    rows: list[Row] = []
    for n, fact in enumerate(facts):
        at = T0 + timedelta(seconds=n)
        rows.append(chained(fact, rows[-1] if rows else None, at, "boot", "d" * 64 if fact.private else None))
    return rows


NIGHT = chain(
    Fact(FactKind.DAEMON_STARTED, refs={"version": "1"}),
    Fact(FactKind.INCIDENT_OPENED, 1, "olt/agent_answers", refs={"code": "SC-0112-001", "severity": 2, "f": 0.1}),
    Fact(FactKind.INCIDENT_ACKNOWLEDGED, 1, "olt/agent_answers", "an", {"duty": "shift"}, {"text": "x"}),
    Fact(FactKind.INCIDENT_RESTORED, 1, "olt/agent_answers", refs={"outage_seconds": 12.5}),
)

OTHER: dict[str, list[Any]] = {
    "seq": [0, 99],
    "ts": [T0 - timedelta(days=1), T0 + timedelta(microseconds=1)],
    "boot": ["other", ""],
    "kind": [FactKind.DISK_FULL],
    "incident": [7, None],
    "target": ["another", None],
    "actor": ["binh", ""],
    "refs": [{}, {"code": "SC-0112-002"}, {"severity": "2"}],
    "digest": ["0" * 64, ""],
    "prev": ["f" * 64],
    "hash": ["f" * 64],
}


def test_a_chain_as_it_was_written_holds() -> None:
    assert list(verify(NIGHT)) == []
    assert NIGHT[0].prev == GENESIS


@pytest.mark.parametrize("place", range(len(NIGHT)))
@pytest.mark.parametrize("name", [f.name for f in fields(Row)])
def test_a_change_of_any_single_field_is_found(name: str, place: int) -> None:
    for value in OTHER[name]:
        if getattr(NIGHT[place], name) == value:
            continue
        bent = [*NIGHT[:place], replace(NIGHT[place], **{name: value}), *NIGHT[place + 1 :]]
        assert list(verify(bent)), (name, value)


@pytest.mark.parametrize("place", range(len(NIGHT)))
def test_a_changed_row_with_a_fitting_hash_breaks_the_row_behind_it(place: int) -> None:
    bare = replace(NIGHT[place], actor="somebody else")
    forged = replace(bare, hash=row_hash(bare))
    bent = [*NIGHT[:place], forged, *NIGHT[place + 1 :]]
    assert bool(list(verify(bent))) == (place < len(NIGHT) - 1), "the last row is held by the anchors alone"


def test_a_missing_row_a_doubled_row_and_two_in_the_wrong_order_are_found() -> None:
    a, b, c, d = NIGHT
    for bent in ([a, c, d], [b, c, d], [a, b, b, c, d], [a, c, b, d], [a, b, d]):
        assert list(verify(bent)), bent


def test_a_part_holds_behind_the_row_before_it() -> None:
    assert list(verify(NIGHT[2:], NIGHT[1])) == []
    assert list(verify(NIGHT[2:], NIGHT[0]))


def test_the_time_of_a_row_never_runs_back() -> None:
    later = chained(Fact(FactKind.CLOCK_STEPPED), NIGHT[-1], T0 - timedelta(hours=2), "boot", None)
    assert later.ts == NIGHT[-1].ts
    assert list(verify([*NIGHT, later])) == []


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcdé", max_size=4), values, max_size=4))
@settings(max_examples=80, deadline=None)
def test_the_same_values_give_the_same_bytes_in_whatever_order(refs: dict[str, Any]) -> None:
    turned = dict(reversed(list(refs.items())))
    assert canonical(refs) == canonical(turned)
    row = chained(Fact(FactKind.INCIDENT_NOTED, refs=refs), None, T0, "b", None)
    assert list(verify([row])) == []
    again = chained(Fact(FactKind.INCIDENT_NOTED, refs=turned), None, T0, "b", None)
    assert row.hash == again.hash


def test_a_private_part_is_known_by_its_digest_and_not_to_be_guessed_without_its_salt() -> None:
    one = private_digest("salt", {"name": "Nguyễn Văn An"})
    assert one == private_digest("salt", {"name": "Nguyễn Văn An"})
    assert one != private_digest("other", {"name": "Nguyễn Văn An"})
    assert one != private_digest("salt", {"name": "Nguyễn Văn Anh"})
