"""What stands in section `sms` of the settings."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from monitord.domain.balance import Account, pattern_of
from monitord.domain.canary import CanaryRoute
from monitord.settings.fields import Duration, FolderPath, between, text
from monitord.settings.form import DAY, HOUR, MINUTE, MONTH, Form
from monitord.settings.phones import mobile_of

_SHORT = re.compile(r"[0-9]{2,8}")
_SENDER = re.compile(r"[A-Za-z0-9 ._-]{2,20}")


def mobile(value: Any) -> str:
    """Return a mobile number in E.164."""
    number = mobile_of(text(value))
    if number is None:
        raise ValueError("is no mobile number: write it as 0912 345 678 or +84 912 345 678, in quotes")
    return number


def service(value: Any) -> str:
    """Return a service number of an operator, or a mobile number in E.164."""
    written = text(value)
    if (number := mobile_of(written)) is not None:
        return number
    if not _SHORT.fullmatch(written):
        raise ValueError("is neither a service number of 2 to 8 digits nor a mobile number")
    return written


def checked_sender(value: Any) -> str:
    """Return the name or number that an operator's texts come from, as the modem writes it."""
    written = text(value)
    if (number := mobile_of(written)) is not None:
        return number
    if not _SENDER.fullmatch(written):
        raise ValueError("is no sender of a text: up to 20 letters, digits, spaces, `.`, `_` and `-`")
    return written


def one_part(value: Any) -> str:
    """Return what is asked of an operator: one line of plain ASCII."""
    written = text(value)
    if not written.isascii() or len(written) > 160:
        raise ValueError("must be plain ASCII of at most 160 characters")
    return written


def checked_pattern(value: Any) -> re.Pattern[str]:
    """Return a pattern that hostile text cannot keep busy."""
    return pattern_of(text(value))


class SmsCanaryForm(Form):
    """Section `canary` of `sms`: the number of this SIM or of a second one that hands its texts on to this."""

    number: Annotated[str, BeforeValidator(mobile)]
    every: Annotated[Duration, between(HOUR, MONTH)] = timedelta(days=1)
    within: Annotated[Duration, between(MINUTE, DAY)] = timedelta(minutes=15)

    @model_validator(mode="after")
    def comes_back_before_the_next(self) -> "SmsCanaryForm":
        if self.within >= self.every:
            raise ValueError("`within` of a canary must be shorter than `every`")
        return self

    def route(self) -> CanaryRoute:
        """Return the way of the canaries."""
        return CanaryRoute(self.number, self.every, self.within)


class BalanceForm(Form):
    """Section `balance` of `sms`: what the operator is asked, and what of his answer is the amount. `sender` is where
    the answer comes from, when that is not `to`."""

    to: Annotated[str, BeforeValidator(service)]
    text: Annotated[str, BeforeValidator(one_part)]
    every: Annotated[Duration, between(HOUR, MONTH)] = timedelta(days=1)
    pattern: Annotated[re.Pattern[str], BeforeValidator(checked_pattern)]
    sender: Annotated[str, BeforeValidator(checked_sender)] | None = None
    below: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None

    def account(self) -> Account:
        """Return how the operator is asked."""
        below = None if self.below is None else float(self.below)
        return Account(self.to, self.text, self.every, self.pattern, self.sender or self.to, below)


class SmsForm(Form):
    """Section `sms`. `spool` holds the folders inbox, outbox, sent and error that gammu-smsd is set to; `per_minute` is
    how many texts the modem sends a minute. `monitor` is the configuration file of gammu-smsd, by which its monitor
    program reads the signal; less than `lowest_signal` percent is none. `at_port` is an AT port of the modem that
    gammu-smsd does not use: it is asked whether the modem is registered."""

    spool: FolderPath
    per_minute: Annotated[int, Field(ge=1, le=60)] = 10
    monitor: FolderPath | None = None
    at_port: FolderPath | None = None
    lowest_signal: Annotated[int, Field(ge=0, le=100)] = 10
    canary: SmsCanaryForm | None = None
    balance: BalanceForm | None = None


def route_of(given: SmsForm) -> CanaryRoute | None:
    """Return the way of the canaries by SMS, None without."""
    return None if given.canary is None else given.canary.route()


def account_of(given: SmsForm) -> Account | None:
    """Return how the operator is asked what is left, None when he is not."""
    return None if given.balance is None else given.balance.account()
