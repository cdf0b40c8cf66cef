"""Who has no way but the telephone."""

from tests.domain.test_follow_ups import told, ways


def test_whom_nothing_but_a_call_reaches_is_called_to_hear_what_follows() -> None:
    assert ways(told(1, "voice"), told(2, "sms", person="c")) == [("b", "voice", ()), ("c", "sms", ())]
