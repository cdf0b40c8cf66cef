"""The device that answers is the one that should."""

import pytest

from checks.same_device import ENGINE_ID, NAME, OBJECT_ID, Params, judge, needs
from monitord.sdk import Cause, Happening, Health, Reach, Sight, Syntax, Value
from tests.checks.sights import sight

HUAWEI, OTHER = "1.3.6.1.4.1.2011.2.23", "1.3.6.1.4.1.8072.3.2.10"


def system(
    object_id: str | None = HUAWEI, name: str | None = "cr-1", engine: bytes | None = b"\x80\x00\x07\xdb"
) -> Sight:
    values = {
        OBJECT_ID: Value(Syntax.NO_SUCH_OBJECT) if object_id is None else Value(Syntax.OID, object_id),
        NAME: Value(Syntax.NO_SUCH_OBJECT) if name is None else Value(Syntax.OCTETS, name.encode()),
        ENGINE_ID: Value(Syntax.NO_SUCH_OBJECT) if engine is None else Value(Syntax.OCTETS, engine),
    }
    return sight(values=values)


AGREED = Params(HUAWEI, "cr-1", "800007db")


def test_the_device_agreed_on_is_no_news() -> None:
    verdict = judge(AGREED, system(), None)
    assert (verdict.health, verdict.happenings) == (Health.UP, ())


@pytest.mark.parametrize(
    ("seen", "detail"),
    [
        (system(OTHER), f"sysObjectID {HUAWEI} → {OTHER}"),
        (system(name="kali"), "sysName cr-1 → kali"),
        (system(engine=b"\x00\x01"), "snmpEngineID 800007db → 0001"),
    ],
)
def test_another_one_is_told_with_what_it_should_be_and_is(seen: Sight, detail: str) -> None:
    for params, before in ((AGREED, None), (Params(), system())):
        verdict = judge(params, seen, before)
        assert (verdict.health, verdict.happenings, verdict.detail) == (
            Health.UP,
            (Happening.STRANGE_DEVICE,),
            detail,
        )


def test_the_first_look_without_an_agreement_is_taken_as_it_is() -> None:
    assert judge(Params(), system(OTHER, "kali"), None).happenings == ()


def test_what_an_agent_does_not_say_is_not_missed() -> None:
    assert judge(AGREED, system(engine=None, name=None), system()).happenings == ()
    nothing = judge(AGREED, system(None, None, None), system())
    assert (nothing.health, nothing.cause) == (Health.UNKNOWN, Cause.NOT_SUPPORTED)


def test_a_hostile_name_is_shown_clean_and_short() -> None:
    detail = judge(AGREED, system(name="a\x1b[31m\n" * 60), None).detail
    assert detail.isprintable()
    assert len(detail) < 120


@pytest.mark.parametrize(
    ("reach", "cause"),
    [(Reach.SILENT, Cause.DEVICE_SILENT), (Reach.GARBLED, Cause.DEVICE_SILENT), (Reach.NOT_LOOKED, Cause.NOT_LOOKED)],
)
def test_what_does_not_answer_is_nobody(reach: Reach, cause: Cause) -> None:
    verdict = judge(AGREED, sight(reach), system())
    assert (verdict.health, verdict.cause, verdict.happenings) == (Health.UNKNOWN, cause, ())


def test_it_asks_for_three_values() -> None:
    assert needs(Params()).scalars == (OBJECT_ID, NAME, ENGINE_ID)


@pytest.mark.parametrize("wrong", [{"object_id": ".1.3"}, {"engine_id": "80:00"}, {"name": "x" * 256}])
def test_wrong_parameters_are_mistakes(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Params(**wrong)
