"""When a window is, as people type it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import cyclopts
import pytest

from monitord.account.spans import NotASpan, typed_spans
from monitord.cli import window
from tests.support.night import CONFIG, SECRETS

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EVENING = datetime(2026, 12, 1, 22, 0, tzinfo=ZONE)


def typed(start: str, end: str | None = None, now: datetime = EVENING, **more: str) -> list[str]:
    """Return the windows as local times."""
    return [
        f"{a.astimezone(ZONE):%d/%m %H:%M}-{b.astimezone(ZONE):%d/%m %H:%M}"
        for a, b in typed_spans(now, ZONE, start, end, **more)
    ]


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        ("01:00", "04:00", "02/12 01:00-02/12 04:00"),
        ("23:00", "04:00", "01/12 23:00-02/12 04:00"),
        ("21:50", "23:00", "01/12 21:50-01/12 23:00"),
        ("21:30", "23:00", "02/12 21:30-02/12 23:00"),
        ("2026-12-05 01:00", "04:00", "05/12 01:00-05/12 04:00"),
        ("2026-12-05 23:00", "01:00", "05/12 23:00-06/12 01:00"),
    ],
)
def test_a_time_alone_is_the_next_such_time(start: str, end: str, window: str) -> None:
    assert typed(start, end) == [window]


@pytest.mark.parametrize(("length", "ends"), [("2h", "02/12 01:00"), ("90m", "02/12 00:30"), ("1d2h", "03/12 01:00")])
def test_a_length_stands_for_an_end(length: str, ends: str) -> None:
    assert typed("23:00", length=length) == [f"01/12 23:00-{ends}"]


def test_a_lunar_date_that_the_coming_year_lacks_offers_its_neighbour() -> None:
    with pytest.raises(NotASpan, match=r"05/02/2027"):
        typed("23:00", "23:59", lunar="30 tháng Chạp")
    assert typed("23:00", "23:59", lunar="29 tháng Chạp") == ["05/02 23:00-05/02 23:59"]
    later = datetime(2027, 3, 1, tzinfo=ZONE)
    assert typed_spans(later, ZONE, "23:00", "23:59", lunar="mùng 1 Tết")[0][1] - later < timedelta(days=400)


def test_each_week_until_a_day() -> None:
    assert typed("01:00", "02:00", every="T4 CN", until="2026-12-09") == [
        "02/12 01:00-02/12 02:00",
        "06/12 01:00-06/12 02:00",
        "09/12 01:00-09/12 02:00",
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"end": "04:00", "length": "2h"}, "--for 2h"),
        ({}, "--to 04:00"),
        ({"length": "2x"}, "a length such as"),
        ({"length": "0h"}, "a length such as"),
        ({"end": "04:00", "every": "T9", "until": "2026-12-09"}, "no day of the week"),
        ({"end": "04:00", "every": "T2"}, "until when"),
        ({"end": "04:00", "every": "T2", "until": "soon"}, '--until: "soon" names no'),
        ({"end": "25:00"}, "25:00"),
        ({"end": "04:00", "lunar": "hôm kia"}, "names no lunar date"),
    ],
)
def test_what_cannot_be_read_says_what_to_type(given: dict[str, str], says: str) -> None:
    with pytest.raises(NotASpan, match=says):
        typed_spans(EVENING, ZONE, "01:00", given.pop("end", None), **given)


def test_a_dry_run_says_in_the_desks_language_what_would_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    app = cyclopts.App(name="monitord")
    window.register(app)
    words = ["window", "add", "maintenance", "--from", "2027-06-01 01:00", "--for", "2h", "--device", "cr-1"]
    with pytest.raises(SystemExit) as ended:
        app([*words, "--as", "an.nguyen", "--dry-run", "--config", str(CONFIG)])
    out = capsys.readouterr().out
    assert not ended.value.code
    assert out.startswith(
        "bảo dưỡng: 1 khung giờ, 5 mục kiểm tra trong phạm vi; chưa ghi gì\n  01:00 01/06/2027 – 03:00"
    )
    assert "Bộ định tuyến lõi 1 – Sông Mẫu (cr-1/agent_answers)" in out
