"""The heap of due devices and its grid: never early, never lost, no burst, no drift."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitord.look.heap import DueHeap, after_look, next_slot
from monitord.look.plan import phase_of

instants = st.floats(0, 1e7, allow_nan=False)
intervals = st.floats(0.1, 86_400, allow_nan=False)
phases = st.floats(0, 1, exclude_max=True, allow_nan=False)


@given(instants, intervals, phases)
def test_the_next_slot_lies_after_now_and_at_most_an_interval_away(now: float, interval: float, phase: float) -> None:
    slot = next_slot(now, interval, phase)
    assert now < slot <= now + interval * (1 + 1e-5)


@given(instants, intervals, phases, st.integers(1, 50))
def test_slots_lie_on_the_grid_however_often_one_walks_it(
    now: float, interval: float, phase: float, steps: int
) -> None:
    slot = now
    for _ in range(steps):
        slot = next_slot(slot, interval, phase)
    turns = (slot - phase * interval) / interval
    assert abs(turns - round(turns)) < 1e-3
    assert abs(slot - (next_slot(now, interval, phase) + (steps - 1) * interval)) < interval * 1e-3


@given(instants, st.floats(0, 1e4), intervals, phases, st.one_of(st.none(), st.floats(0.1, 1e4)))
def test_the_next_look_never_begins_before_the_last_one_ended(
    started: float, took: float, interval: float, phase: float, retry: float | None
) -> None:
    ended = started + took
    due = after_look(started=started, ended=ended, interval=interval, phase=phase, retry=retry)
    assert due >= ended
    assert due <= ended + 1.25 * interval * (1 + 1e-5)
    assert retry is not None or due >= started + interval / 4


@given(st.floats(0, 1e5), st.floats(0, 100), st.floats(1, 60), phases)
def test_being_late_skips_slots_and_makes_no_burst(started: float, took: float, interval: float, phase: float) -> None:
    """However many slots a look overran, exactly one look follows in each interval after it."""
    due = after_look(started=started, ended=started + took, interval=interval, phase=phase)
    then = after_look(started=due, ended=due, interval=interval, phase=phase)
    assert abs(then - due - interval) < interval * 1e-3


def test_a_soft_change_is_looked_at_again_after_the_retry_delay_from_begin_to_begin() -> None:
    assert after_look(started=100.0, ended=101.0, interval=30, phase=0.0, retry=5) == 105.0
    assert after_look(started=100.0, ended=108.0, interval=30, phase=0.0, retry=5) == 108.0
    assert after_look(started=100.0, ended=101.0, interval=30, phase=0.0, retry=90) == 130.0


def test_phases_are_stable_and_spread_evenly() -> None:
    phases = [phase_of(f"olt-{number}") for number in range(2000)]
    tenths = [sum(low <= phase * 10 < low + 1 for phase in phases) for low in range(10)]
    assert sum(tenths) == 2000
    assert min(tenths) > 150
    assert phase_of("olt-7") == phases[7]


class HeapAgainstModel(RuleBasedStateMachine):
    """A heap behaves as a plain mapping from device to due instant would."""

    def __init__(self) -> None:
        super().__init__()
        self.heap = DueHeap()
        self.model: dict[str, float] = {}
        self.now = 0.0

    @rule(device=st.sampled_from("abcdef"), ahead=st.floats(-5, 50))
    def push(self, device: str, ahead: float) -> None:
        self.heap.push(device, self.now + ahead)
        self.model[device] = self.now + ahead

    @rule(device=st.sampled_from("abcdef"))
    def remove(self, device: str) -> None:
        self.heap.remove(device)
        self.model.pop(device, None)

    @rule(by=st.floats(0, 20))
    def pop(self, by: float) -> None:
        self.now += by
        popped = self.heap.pop_due(self.now)
        assert dict(popped) == {device: due for device, due in self.model.items() if due <= self.now}
        assert [due for _, due in popped] == sorted(due for _, due in popped)
        for device, _ in popped:
            del self.model[device]

    @invariant()
    def agrees(self) -> None:
        assert len(self.heap) == len(self.model)
        assert self.heap.next_due() == min(self.model.values(), default=None)
        assert all(self.heap.due(device) == due for device, due in self.model.items())


TestHeapAgainstModel = HeapAgainstModel.TestCase


def test_devices_pushed_again_and_again_do_not_pile_up() -> None:
    heap = DueHeap()
    for number in range(10_000):
        heap.push("olt-1", float(number % 7))
        heap.push("olt-2", 3.0)
    assert len(heap._heap) < 100
    assert heap.pop_due(9.0) == [("olt-1", 3.0), ("olt-2", 3.0)]
