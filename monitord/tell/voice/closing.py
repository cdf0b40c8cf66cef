"""Why a call was not answered, as an outcome."""

import re
from datetime import timedelta

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean

AGAIN = timedelta(seconds=30)
"""The wait before a line is called again that is busy, or where nobody answered."""
UNHEARD = DeliveryCause.NO_ANSWER
"""Why somebody was not told who did not answer, was busy, or pressed no key: of the causes that there are, the one by
which one person alone never makes a channel count as broken (`monitord.domain.channel`)."""
LOGIN_WAIT = timedelta(seconds=60)
_STATUS = re.compile(r"([3-6][0-9]{2})(?: |\Z)")
_NOT_THERE = frozenset({404, 410, 484, 604})
_LOGIN = frozenset({401, 403, 407})
_NOBODY = {
    408: "nobody answered",
    480: "nobody answered",
    486: "busy",
    487: "nobody answered",
    600: "busy",
    603: "declined",
}
_NO_WAY = ("connection refused", "no route", "network is unreachable", "host is unreachable", "timed out", "no such")


def outcome_of(reason: str, rang: bool) -> Outcome:
    """Return what a call came to that was closed before it was answered, by the reason that baresip gives: the status
    line of the exchange (RFC 3261 section 21), or words of its own. `rang` says that it had begun to ring.

    No cause of these stops calls to other people: a busy line is one person's.
    """
    detail = clean(reason, 160) or "no reason given"
    found = _STATUS.match(reason)
    if found is None:
        if rang:
            return _not_sent(DeliveryCause.CONNECTION_LOST, detail)
        no_way = any(words in reason.lower() for words in _NO_WAY)
        return _not_sent(DeliveryCause.CONNECT if no_way else DeliveryCause.BAD_ANSWER, detail)
    status = int(found[1])
    if status in _NOT_THERE:
        return Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, detail)
    if status in _NOBODY:
        return _not_sent(UNHEARD, f"{_NOBODY[status]}: {detail}", AGAIN)
    if status in _LOGIN:
        return _not_sent(DeliveryCause.REJECTED, detail, LOGIN_WAIT)
    if 500 <= status < 600:
        return _not_sent(DeliveryCause.SERVER_ERROR, detail)
    return _not_sent(DeliveryCause.REJECTED, detail, LOGIN_WAIT)


def nobody(why: str) -> Outcome:
    """Return that nobody was told by a call: nobody answered, or what answered may have been a mailbox."""
    return _not_sent(UNHEARD, why, AGAIN)


def _not_sent(cause: DeliveryCause, detail: str, retry_in: timedelta | None = None) -> Outcome:
    return Outcome(Delivery.NOT_SENT, cause, detail, retry_in=retry_in)
