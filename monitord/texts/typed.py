"""What a typed command is answered with: values that a language turns into words."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum


class TypedResult(StrEnum):
    """What came of a command."""

    CAUSE = "cause"
    INSTRUCTED = "instructed"
    STATUS = "status"
    ROSTER = "roster"
    HELP = "help"
    FORM = "form"
    NONE = "none"
    SEVERAL = "several"
    NOT_ON_DUTY = "not_on_duty"
    NOT_ASKED = "not_asked"
    WHICH = "which"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunningLine:
    """An incident that runs, for a list: `taken_by` has it, nobody where that is empty."""

    code: str
    severity: int
    name: str
    since: datetime
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Somebody on duty. `phone` is for one reader alone."""

    unit: str
    role: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The answer to a command at `at`. `code` is the incident, `codes` are those that may be meant, or the
    organisations whose reports wait, `word` the command
    whose form is shown; `running` are the first of `count` incidents, `duties` who is on
    duty."""

    result: TypedResult
    at: datetime
    zone: tzinfo
    code: str = ""
    codes: tuple[str, ...] = ()
    word: str = ""
    running: tuple[RunningLine, ...] = ()
    count: int = 0
    duties: tuple[DutyLine, ...] = ()
