"""Pages: status, words, pace; by the ids of the black-box cases."""

import unicodedata
from typing import Any

import pytest

from checks.page_answers import CHECK, Params, judge
from monitord.sdk import Cause, Health, Reach, Sight
from tests.checks.sights import page, sight

URL = "http://truc:s3cret@portal.vn/trang?token=1"

STATUSES: dict[str, tuple[int, tuple[int, ...], Health]] = {
    "status-200-default": (200, (), Health.UP),
    "status-201-default": (201, (), Health.UP),
    "status-300-default": (300, (), Health.DOWN),
    "status-503-default": (503, (), Health.DOWN),
    "status-404-of-200-404": (404, (200, 404), Health.UP),
    "status-200-of-200-404": (200, (200, 404), Health.UP),
    "status-201-of-200-404": (201, (200, 404), Health.DOWN),
    "status-404-of-404": (404, (404,), Health.UP),
    "status-200-of-404": (200, (404,), Health.DOWN),
    "redirect-not-followed": (302, (302,), Health.UP),
    "redirect-unwanted": (302, (), Health.DOWN),
    "method-405": (405, (), Health.DOWN),
    "H10-unauthorised": (401, (), Health.AUTH),
    "H10-forbidden": (403, (), Health.AUTH),
    "H10-too-many-requests": (429, (), Health.DEGRADED),
    "H10-forbidden-unless-configured": (403, (200,), Health.DOWN),
}


@pytest.mark.parametrize("case", STATUSES)
def test_a_status_is_good_or_named(case: str) -> None:
    status, good, health = STATUSES[case]
    verdict = judge(Params(URL, status=good), page(status), None)
    assert verdict.health is health
    assert (health is Health.UP) or str(status) in verdict.detail


LATEST = "Download the latest version here"
WORDS: dict[str, tuple[str | bytes, dict[str, Any], Cause]] = {
    "body-forbidden-hit": (
        "Bad news: could not connect to database server",
        {"forbid": "could not connect to database"},
        Cause.TEXT_FORBIDDEN,
    ),
    "body-forbidden-beats-required": ("ok internal error", {"text": "ok", "forbid": "internal"}, Cause.TEXT_FORBIDDEN),
    "body-required-hit": (LATEST, {"text": LATEST}, Cause.FINE),
    "body-required-missing": ("nothing", {"text": LATEST}, Cause.TEXT_MISSING),
    "nothing-wanted": (b"\xff\xfe", {}, Cause.FINE),
    "vietnamese-decomposed": (unicodedata.normalize("NFD", "Bến Thủy"), {"text": "Bến Thủy"}, Cause.FINE),
    "not-utf-8": (b"abc \xff\xfe xyz", {"text": "xyz"}, Cause.FINE),
}


@pytest.mark.parametrize("case", WORDS)
def test_words_are_looked_for(case: str) -> None:
    body, wanted, cause = WORDS[case]
    verdict = judge(Params(URL, **wanted), page(200, body), None)
    assert verdict.cause is cause
    assert verdict.readings["body_bytes"] == len(body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize("charset", ["windows-1258", "no-such-charset", "hex", "punycode", "undefined", '"utf-8"', ""])
def test_a_lying_charset_raises_nothing(charset: str) -> None:
    headers = (("Content-Type", f"text/html; charset={charset}"),)
    assert judge(Params(URL, text="plain"), page(200, b"plain \xff", headers=headers), None).health is Health.UP


def test_the_charset_said_is_used() -> None:
    headers = (("content-type", "text/html; charset=UTF-16LE"),)
    seen = page(200, "Hàm Rồng".encode("utf-16-le"), headers=headers)
    assert judge(Params(URL, text="Hàm Rồng"), seen, None).health is Health.UP


def test_the_message_shows_the_wanted_text_cut_and_the_url_without_secrets() -> None:
    """Case body-text-missing-message."""
    verdict = judge(Params(URL, text="NonRootWithOver30charsAndMoreFunThanAWetFish" * 10), page(200, "x"), None)
    assert "NonRootWithOver30chars" in verdict.detail
    assert "http://portal.vn/trang" in verdict.detail
    assert "s3cret" not in verdict.detail
    assert "token" not in verdict.detail
    assert len(verdict.detail) < 255


def test_a_text_beyond_the_limit_of_the_body_is_said_to_be_so() -> None:
    verdict = judge(Params(URL, text="end"), page(200, b"x" * 1000, truncated=True), None)
    assert verdict.cause is Cause.TEXT_MISSING
    assert "first 1000 bytes" in verdict.detail


@pytest.mark.parametrize("fault", [Cause.TLS, Cause.REDIRECT, Cause.HTTP_PROTOCOL, Cause.TIMED_OUT])
def test_a_fault_of_the_exchange_is_down_with_its_name(fault: Cause) -> None:
    verdict = judge(Params(URL), page(200, "x", fault=fault), None)
    assert (verdict.health, verdict.cause) == (Health.DOWN, fault)


REACHES: dict[str, tuple[Sight, Health, Cause]] = {
    "never-answers": (sight(Reach.SILENT, cause=Cause.TIMED_OUT), Health.DOWN, Cause.TIMED_OUT),
    "refused": (sight(Reach.REFUSED, cause=Cause.REFUSED), Health.DOWN, Cause.REFUSED),
    "unreachable": (sight(Reach.UNREACHABLE, cause=Cause.UNREACHABLE), Health.DOWN, Cause.UNREACHABLE),
    "dns-fails": (
        sight(Reach.NOT_LOOKED, cause=Cause.NAME_NOT_RESOLVED),
        Health.UNKNOWN,
        Cause.NAME_NOT_RESOLVED,
    ),
    "no-worker": (sight(Reach.NOT_LOOKED), Health.UNKNOWN, Cause.NOT_LOOKED),
    "not-http": (sight(Reach.GARBLED, cause=Cause.HTTP_PROTOCOL), Health.DOWN, Cause.HTTP_PROTOCOL),
}


@pytest.mark.parametrize("case", REACHES)
def test_no_page_at_all_says_why(case: str) -> None:
    seen, health, cause = REACHES[case]
    verdict = judge(Params(URL), seen, None)
    assert (verdict.health, verdict.cause) == (health, cause)


def test_response_time_limit_is_degraded_not_down() -> None:
    verdict = judge(Params(URL, slow_after=0.5), page(took=0.75), None)
    assert (verdict.health, verdict.cause) == (Health.DEGRADED, Cause.SLOW)
    assert judge(Params(URL, slow_after=0.5), page(took=0.25), None).health is Health.UP


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "portal.vn/trang"},
        {"url": "invalid://host"},
        {"url": "http://"},
        {"url": "http://a:99999/"},
        {"url": "http://a/\r\nX: y"},
        {"url": "file:///etc/passwd"},
        {"url": URL, "method": "BREW"},
        {"url": URL, "status": (99,)},
        {"url": URL, "text": "x" * 1001},
        {"url": URL, "slow_after": -1},
        {"url": URL, "follow": 11},
    ],
    ids=lambda wrong: "-".join(str(value)[:20] for value in wrong.values()),
)
def test_bad_params_are_refused(wrong: dict[str, Any]) -> None:
    """Cases scheme-missing, scheme-invalid: refused when the settings are read."""
    with pytest.raises(ValueError, match=r"url|method|status|text|slow_after|follow"):
        Params(**wrong)


def test_it_asks_for_the_page() -> None:
    asked = CHECK.needs(Params(URL, method="HEAD", follow=2, verify_tls=False)).page
    assert asked is not None
    assert (asked.url, asked.method, asked.follow, asked.verify_tls) == (URL, "HEAD", 2, False)
