"""Logs: one form for our own events and those of every library, with secrets taken out before anything is written."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

STARS = "***"

TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
"""What a bot token looks like: the library's client prints it as a part of the address at INFO."""

QUIET = ("httpx", "httpcore", "apscheduler", "uvicorn", "alembic", "telegram")
"""Libraries whose INFO is noise or tells secrets."""

SHORTEST_SECRET = 4
"""Characters below which a secret is not looked for: stars in place of every `ab` would hide the log itself."""

_DEPTH = 6


class Redaction:
    """Takes secrets out of texts: those it was told of, and whatever looks like a bot token."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Replace the known secrets; those shorter than `SHORTEST_SECRET` are left out."""
        # The longest first: a secret that begins with another one must not leave its tail behind.
        words = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        # A secret may also appear as repr shows it, with its special characters escaped.
        forms = dict.fromkeys(form for word in words for form in (word, repr(word)[1:-1]))
        self._known = re.compile("|".join(map(re.escape, forms))) if forms else None

    def text(self, text: str) -> str:
        """Return `text` with stars for every secret."""
        if self._known is not None:
            text = self._known.sub(STARS, text)
        return TOKEN.sub(STARS, text)

    def value(self, value: Any, depth: int = _DEPTH) -> Any:
        """Return a value fit for a log line: texts redacted, unknown objects by their redacted `repr`."""
        match value:
            case str():
                return self.text(value)
            case None | bool() | int() | float():
                return value
            case dict() if depth:
                return {self.text(str(key)): self.value(item, depth - 1) for key, item in value.items()}
            case list() | tuple() | set() | frozenset() if depth:
                return [self.value(item, depth - 1) for item in value]
            case _:
                return self.text(_shown(value))

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        """Return the event with every text redacted (a structlog processor)."""
        return {key: self.value(item) for key, item in event.items()}


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__} in repr>"


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders every record; one that cannot be rendered says so, without what was in it."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:
            return f'{{"event": "log.unprintable", "logger": "{record.name}", "error": "{type(error).__name__}"}}'


def configure(
    secrets: Iterable[str] = (),
    level: int | str = logging.INFO,
    json: bool | None = None,
    stream: TextIO | None = None,
) -> Redaction:
    """Set up structlog and the standard library's logging on one handler; return the redaction, to teach it more.

    JSON, one line for each event, in letters as they are; a readable console when `json` is False, or None and the
    stream (standard error if not said) is a terminal. May be called again: it replaces what it set up before.
    """
    out = sys.stderr if stream is None else stream
    as_json = not out.isatty() if json is None else json
    redaction = Redaction(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    console = structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    formatter = Formatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            # Here, because exceptions are text by now and nothing adds to the event any more.
            redaction,
            structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else console,
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, Formatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Loggers made at import must follow a later configuration.
        cache_logger_on_first_use=False,
    )
    return redaction
