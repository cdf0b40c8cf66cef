"""The log: one line for each event in letters as they are, and no secret in any of them."""

import io
import json
import logging
from collections.abc import Callable, Generator
from typing import Any

import pytest
import structlog

from monitord.telemetry.logs import Formatter, Redaction, configure

SECRET = "c0mmun1ty-của-lõi"
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _restored() -> Generator[None, None, None]:
    root = logging.getLogger()
    level = root.level
    yield
    for handler in [h for h in root.handlers if isinstance(h.formatter, Formatter)]:
        root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    configure([SECRET], stream=stream)
    return stream


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_letters_as_they_are(out: io.StringIO) -> None:
    structlog.stdlib.get_logger("monitord.desk").info("incident.opened", device="Trạm Tây Hồ\nhai")
    assert "Trạm Tây Hồ" in out.getvalue()
    (line,) = lines(out)
    assert (line["event"], line["device"], line["level"], line["logger"]) == (
        "incident.opened",
        "Trạm Tây Hồ\nhai",
        "info",
        "monitord.desk",
    )
    assert line["timestamp"].endswith("Z")


def test_a_librarys_record_looks_the_same_and_keeps_its_extras(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("port %d is taken", 8080, extra={"action": "bind"})
    (line,) = lines(out)
    assert (line["event"], line["action"], line["logger"]) == ("port 8080 is taken", "bind", "uvicorn.error")


class _Device:
    def __repr__(self) -> str:
        return f"Device(community={SECRET!r})"


@pytest.mark.parametrize(
    "say",
    [
        lambda log: log.info(f"asked with {SECRET}"),
        lambda log: log.info("asked", community=SECRET),
        lambda log: log.info("asked", access={"v": [("x", {"deep": SECRET})]}),
        lambda log: log.info("asked", access={SECRET: 1}),
        lambda log: log.info("asked", device=_Device()),
        lambda log: log.info("asked %s of %s", SECRET, "core"),
        lambda log: log.info("asked", raw=SECRET.encode().decode()),
        lambda log: log.info("asked", url=f"https://api.telegram.org/bot{TOKEN}/getMe"),
        lambda log: log.bind(community=SECRET).info("asked"),
    ],
)
def test_no_secret_reaches_a_line(out: io.StringIO, say: Callable[[Any], None]) -> None:
    say(structlog.stdlib.get_logger("monitord.look"))
    assert SECRET not in out.getvalue()
    assert TOKEN not in out.getvalue()
    assert "***" in out.getvalue()


@pytest.mark.parametrize("json_lines", [True, False])
def test_no_secret_reaches_a_line_by_an_exception(json_lines: bool) -> None:
    stream = io.StringIO()
    configure([SECRET], json=json_lines, stream=stream)
    for log in (structlog.stdlib.get_logger("monitord.tell"), logging.getLogger("telegram.ext")):
        try:
            try:
                raise ConnectionError(f"https://api.telegram.org/bot{TOKEN}/sendMessage")
            except ConnectionError as error:
                raise RuntimeError(f"community {SECRET}") from error
        except RuntimeError:
            log.exception("send.failed")
    assert SECRET not in stream.getvalue()
    assert TOKEN not in stream.getvalue()
    assert stream.getvalue().count("RuntimeError") >= 2


def test_a_secret_learnt_later_and_a_longer_one_with_the_same_beginning_are_both_hidden() -> None:
    redaction = Redaction(["công-khai"])
    redaction.learn(["matkhau", "matkhau-dai-hon", "ab"])
    assert redaction.text("matkhau-dai-hon matkhau ab công-khai") == "*** *** ab công-khai"


def test_the_clients_that_print_tokens_are_quiet_at_info(out: io.StringIO) -> None:
    for name in ("httpx", "httpcore.http11", "apscheduler.scheduler", "uvicorn.access"):
        logging.getLogger(name).info("GET https://api.telegram.org/ 200")
    assert out.getvalue() == ""


def test_configuring_again_replaces_the_handler_and_reaches_loggers_made_before() -> None:
    log = structlog.stdlib.get_logger("monitord.early")
    first, second = io.StringIO(), io.StringIO()
    configure(stream=first)
    configure(stream=second, level="WARNING")
    log.info("too.low")
    log.warning("heard")
    assert (first.getvalue(), [line["event"] for line in lines(second)]) == ("", ["heard"])


def test_a_record_that_cannot_be_rendered_says_so_in_one_line(out: io.StringIO) -> None:
    (ours,) = [h for h in logging.getLogger().handlers if isinstance(h.formatter, Formatter)]
    ours.handle(logging.LogRecord("odd", logging.WARNING, __file__, 1, "%d pieces", ("three",), None))
    (line,) = lines(out)
    assert (line["event"], line["error"]) == ("log.unprintable", "TypeError")


def test_a_value_that_cannot_be_shown_does_not_tell_why() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise ValueError(SECRET)

    assert Redaction().value(Bad()) == "<Bad: ValueError in repr>"
