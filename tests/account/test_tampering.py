"""Every way of bending a journal is found, by the chain or by an anchor; the bench does the same ten thousand times."""

from pathlib import Path

import pytest

from tests.bench.bench_proof import bend
from tests.bench.tampering import KINDS

pytestmark = pytest.mark.slow


def test_every_kind_of_tampering_is_found(tmp_path: Path) -> None:
    done, missed, rows = bend(tmp_path, 20 * len(KINDS), seed=7)
    assert rows > 20
    assert set(done.values()) == {20}
    assert {kind: count for kind, count in missed.items() if count} == {}
