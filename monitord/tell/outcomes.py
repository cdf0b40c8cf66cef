"""What an exception of python-telegram-bot means for the message: sent, surely not sent, or nobody knows.

`BadRequest` is a `NetworkError` there, and both kinds of time-out are `TimedOut`; the truth lies in `__cause__`.
"""

import re
import ssl
from collections.abc import Iterator
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean

LONGEST_WAIT = timedelta(hours=1)
"""The longest wait we let the other side order; then we ask again."""
REJECTED_WAIT = timedelta(seconds=60)
"""The wait after our token, or we as a whole, were rejected: perhaps by a portal on the way, so it is never final."""

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
_UNCHANGED = "message is not modified"
_NO_CHAT = re.compile(r"chat not found|user not found|chat_id is empty|peer_id_invalid|chat_id_invalid", re.IGNORECASE)
_TOO_FAST = re.compile(r"too many requests(?:\D+(\d{1,9}))?", re.IGNORECASE)
_TOO_LARGE = "request entity too large"
_STATUS_ONLY = re.compile(r"\(\d{3}\)\.?( Parsing the server response.*)?$", re.DOTALL)


def outcome_of(error: Exception, secret: str = "", replaces: str | None = None) -> Outcome:
    """Return what `error`, raised by sending or editing, came to. `secret` is taken out of the detail."""
    detail = clean((str(error) or type(error).__name__).replace(secret, "***") if secret else str(error), 200)
    match error:
        case RetryAfter():
            return Outcome(
                Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, detail, retry_in=_bounded_wait(error.retry_after)
            )
        case ChatMigrated():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, detail, address=str(error.new_chat_id))
        case InvalidToken():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REJECTED_WAIT)
        case Forbidden() | BadRequest() if _from_a_stranger(error):
            # A portal's or proxy's own page: Telegram always says why in JSON. Nothing reached it.
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REJECTED_WAIT)
        case Forbidden():
            return Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED, detail)
        case BadRequest() if _UNCHANGED in error.message.lower():
            return Outcome(Delivery.ACCEPTED, DeliveryCause.FINE, message_ref=replaces)
        case BadRequest() if _NO_CHAT.search(error.message):
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, detail)
        case BadRequest():
            return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, detail)
        case Conflict():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REJECTED_WAIT)
        case TelegramError() if _TOO_LARGE in error.message.lower() and not _from_a_stranger(error):
            return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, detail)
        case TelegramError() if found := _TOO_FAST.match(error.message):
            return Outcome(
                Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, detail, retry_in=_bounded_wait(int(found[1] or 30))
            )
        case TelegramError():
            return _by_transport(error, detail)
        case _:
            # The request went out and the answer could not be read as Telegram's.
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, f"{type(error).__name__}: {detail}"[:200])


def _by_transport(error: TelegramError, detail: str) -> Outcome:
    chain = tuple(_causes(error))
    cause = next((e for e in chain if isinstance(e, httpx.HTTPError | httpx.InvalidURL)), None)
    if any(isinstance(e, ssl.SSLCertVerificationError) for e in chain):
        return Outcome(Delivery.NOT_SENT, DeliveryCause.CERTIFICATE, detail)
    match cause:
        case httpx.PoolTimeout():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.POOL, detail)
        case httpx.HTTPError() | httpx.InvalidURL() if isinstance(cause, _NEVER_SENT):
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, detail)
        case httpx.TimeoutException():
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, detail)
        case httpx.HTTPError():
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, detail)
    if error.message.startswith("Invalid server response"):
        return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, detail)
    return Outcome(Delivery.UNCERTAIN, DeliveryCause.SERVER_ERROR, detail)


def _from_a_stranger(error: TelegramError) -> bool:
    return error.__cause__ is not None or _STATUS_ONLY.search(error.message) is not None


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(12):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__


def _bounded_wait(wait: int | timedelta) -> timedelta:
    asked = wait if isinstance(wait, timedelta) else timedelta(seconds=min(wait, 10_000_000))
    return min(LONGEST_WAIT, max(timedelta(seconds=1), asked))
