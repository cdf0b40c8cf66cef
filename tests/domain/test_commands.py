"""Commands as people type them at night: any case, with and without diacritics; what is talk is no command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.commands import LONGEST, NUMBERED, Command, Verb, read_command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("XN 014", Command(Verb.TAKE, "014")),
        ("xn 14", Command(Verb.TAKE, "14")),
        ("Xn014", Command(Verb.TAKE, "014")),
        ("XN: 014.", Command(Verb.TAKE, "014")),
        ("/xn 014", Command(Verb.TAKE, "014")),
        ("/xn@monitord_bot 014", Command(Verb.TAKE, "014")),
        ("xn sc-0602-014", Command(Verb.TAKE, "SC-0602-014")),
        ("XN DR-1109-001", Command(Verb.TAKE, "DR-1109-001")),
        ("GỌI 014", Command(Verb.CALLED, "014")),
        ("gọi 014 anh Sơn đội Tiểu Cần", Command(Verb.CALLED, "014", "anh Sơn đội Tiểu Cần")),
        ("HOÃN 014 45", Command(Verb.SNOOZE, "014", minutes=45)),
        ("hoan 014", Command(Verb.SNOOZE, "014", minutes=30)),
        ("hoan 014 90 phút", Command(Verb.SNOOZE, "014", minutes=90)),
        ("hoan 014 0", Command(Verb.SNOOZE, "014", wrong=True)),
        (f"hoan 014 {LONGEST + 1}", Command(Verb.SNOOZE, "014", wrong=True)),
        ("hoan 014 lát nữa", Command(Verb.SNOOZE, "014", wrong=True)),
        ("cc 014", Command(Verb.ESCALATE, "014")),
        ("NN 014 xe cẩu kéo đứt cáp", Command(Verb.CAUSE, "014", "xe cẩu kéo đứt cáp")),
        ("NN 014", Command(Verb.CAUSE, "014", wrong=True)),
        ("CBC 014 đang xác minh", Command(Verb.DECLINE, "014", "đang xác minh")),
        ("cbc 014", Command(Verb.DECLINE, "014", wrong=True)),
        ("cbc", Command(Verb.DECLINE, wrong=True)),
        ("HINH 014", Command(Verb.PICTURE, "014")),
        ("hình sc-0602-014", Command(Verb.PICTURE, "SC-0602-014")),
        ("hinh 14", Command(Verb.PICTURE, "14")),
        ("ẢNH 014", Command(Verb.PICTURE, "014")),
        ("anh 014", Command(Verb.PICTURE, "014")),
        ("hinh", Command(Verb.PICTURE, wrong=True)),
        ("hinh nhu mat dien", None),
        ("Anh 14", None),
        ("anh 014 ơi", None),
        ("anh", None),
        ("Anh Ba ơi", None),
        ("XN", Command(Verb.TAKE, wrong=True)),
        ("tt", Command(Verb.STATUS)),
        ("TRỰC", Command(Verb.ROSTER)),
        ("Trực?", None),
        ("help", Command(Verb.HELP)),
        ("Nc.", Command(Verb.SHIFT)),
        ("nc nhé anh", None),
        ("/nhom@bot", Command(Verb.GROUP)),
        ("nhom", None),
        ("/start", Command(Verb.HELP)),
        ("/start ABC234", Command(Verb.BIND, text="ABC234")),
        ("?", Command(Verb.HELP)),
        ("trực tiếp báo anh Ba", None),
        ("gọi cho anh Ba", None),
        ("xn rồi nhé", Command(Verb.TAKE, wrong=True)),
        ("xn 014 và 015", Command(Verb.TAKE, "014", wrong=True)),
        ("xn 014!", Command(Verb.TAKE, "014")),
        ("xn #14", Command(Verb.TAKE, "14")),
        ("XN số 014", Command(Verb.TAKE, "014")),
        ("cc 1 gấp", Command(Verb.ESCALATE, "1", wrong=True)),
        ("hoan 014 30 phut", Command(Verb.SNOOZE, "014", minutes=30)),
        ("HOAN 014 30P", Command(Verb.SNOOZE, "014", minutes=30)),
        ("Gọi 1 xe cẩu đến nhà anh Ba", None),
        ("start lai switch nhe", None),
        ("đang trên đường", None),
        ("014", None),
        ("", None),
        ("TT 014", None),
    ],
)
def test_what_is_typed_is_read(text: str, command: Command | None) -> None:
    assert read_command(text) == command


def test_marks_may_be_composed_either_way() -> None:
    assert read_command("HOA\u0303N 014") == read_command("HO\u00c3N 014") == Command(Verb.SNOOZE, "014")


@given(st.text(max_size=60))
def test_whatever_somebody_types_is_a_command_or_talk(text: str) -> None:
    found = read_command(text)
    assert found is None or (found.verb in Verb and 1 <= found.minutes <= LONGEST)


@given(st.sampled_from(sorted(NUMBERED)), st.integers(0, 999_999), st.text(alphabet=" .:,", min_size=1, max_size=3))
def test_a_number_is_found_behind_whatever_stands_between(verb: str, number: int, between: str) -> None:
    found = read_command(f"{verb}{between}{number} x")
    assert found is None or found.number == str(number)
