"""A page that is still the one agreed on: what counts, what does not, and hostile markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.page_unchanged import Params, fingerprint, judge, needs, read
from monitord.sdk import Cause, Happening, Health, PageSight, Reach
from tests.checks.sights import page, sight

HOME = (
    "<html><head><title>Cổng thông tin\n điện tử</title><base href='https://cong.example/'>"
    "<script src='https://cdn.example/a.js'></script></head><body><h1>Tin {news}</h1><form action='/tim'></form></body>"
)
URL = "https://cong.example/"
AGREED = fingerprint("Cổng thông tin điện tử", ("cdn.example", "cong.example"))


def test_the_news_of_the_day_change_nothing() -> None:
    for news in ("bão số 3", "Tết", "<p>x</p>" * 500):
        verdict = judge(Params(URL, AGREED), page(body=HOME.replace("{news}", news)), None)
        assert (verdict.health, verdict.happenings, verdict.detail) == (Health.UP, (), "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Cổng thông tin\n điện tử", "HACKED"),
        ("cdn.example/a.js", "evil.example/a.js"),
        ("action='/tim'", "action='//evil.example/x'"),
        ("<h1>", "<iframe src='http://evil.example/'></iframe><h1>"),
        ("<h1>", "<META HTTP-EQUIV=Refresh content='0; url=http://evil.example/'><h1>"),
    ],
)
def test_another_title_and_what_loads_or_sends_elsewhere_is_told_with_what_is_there_now(old: str, new: str) -> None:
    verdict = judge(Params(URL, AGREED), page(body=HOME.replace(old, new)), None)
    assert (verdict.health, verdict.happenings) == (Health.UP, (Happening.PAGE_CHANGED,))
    assert ("HACKED" if new == "HACKED" else "evil.example") in verdict.detail


def test_while_nothing_is_agreed_on_the_fingerprint_is_told() -> None:
    verdict = judge(Params(URL), page(body=HOME), None)
    assert verdict.happenings == (Happening.FINGERPRINT,)
    assert verdict.detail == f"{AGREED}: “Cổng thông tin điện tử” cdn.example cong.example"


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (page(500, HOME), Cause.NOT_LOOKED),
        (page(fault=Cause.TIMED_OUT), Cause.TIMED_OUT),
        (page(body="x", truncated=True), Cause.TOO_LARGE),
        (sight(Reach.NOT_LOOKED, cause=Cause.NAME_NOT_RESOLVED), Cause.NAME_NOT_RESOLVED),
        (sight(Reach.SILENT), Cause.NOT_LOOKED),
    ],
)
def test_where_no_whole_page_came_nothing_is_concluded(seen: object, cause: Cause) -> None:
    verdict = judge(Params(URL, AGREED), seen, None)  # type: ignore[arg-type]
    assert (verdict.health, verdict.cause, verdict.happenings) == (Health.UNKNOWN, cause, ())


@given(st.binary(max_size=2000) | st.text(max_size=2000).map(str.encode))
def test_no_markup_makes_it_fall_and_what_is_kept_is_bounded(body: bytes) -> None:
    title, hosts = read(PageSight(200, body=body))
    assert len(title) <= 120
    assert len(hosts) <= 201
    assert (title + "".join(hosts)).isprintable() or "\u200c" in title or "\u200d" in title


@pytest.mark.parametrize(
    "body",
    [
        "<!",
        "<![CDATA[",
        "<a b=",
        "<title>" * 9000,
        "<script src='http://[::1'>",
        "<" * 90_000,
        "<!DOCTYPE [" + "<" * 999,
    ],
)
def test_broken_markup_is_read_as_far_as_it_goes(body: str) -> None:
    assert isinstance(read(PageSight(200, body=body.encode()))[0], str)


@pytest.mark.parametrize("agreed", ["x", "0" * 15, "G" * 16])
def test_a_wrong_fingerprint_is_a_mistake(agreed: str) -> None:
    with pytest.raises(ValueError, match="agreed"):
        Params(URL, agreed)


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "https://a b/"])
def test_a_wrong_address_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Params(url)


def test_it_asks_for_the_page_alone() -> None:
    wanted = needs(Params(URL, verify_tls=False))
    assert wanted.page is not None
    assert (wanted.page.url, wanted.page.verify_tls, wanted.scalars) == (URL, False, ())
