"""What an exception of the library means, where a socket cannot bring it about."""

import httpx
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TimedOut

from monitord.domain.notice import Delivery, DeliveryCause
from monitord.tell.outcomes import outcome_of


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "delivery", "cause"),
    [
        (_caused(TimedOut(), httpx.PoolTimeout("")), Delivery.NOT_SENT, DeliveryCause.POOL),
        (_caused(TimedOut(), httpx.ConnectTimeout("")), Delivery.NOT_SENT, DeliveryCause.CONNECT),
        (_caused(TimedOut(), httpx.ReadTimeout("")), Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT),
        (_caused(TimedOut(), httpx.WriteTimeout("")), Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT),
        (_caused(NetworkError("x"), httpx.ProxyError("")), Delivery.NOT_SENT, DeliveryCause.CONNECT),
        (_caused(NetworkError("x"), httpx.InvalidURL("")), Delivery.NOT_SENT, DeliveryCause.CONNECT),
        (_caused(NetworkError("x"), httpx.ReadError("")), Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST),
        (_caused(NetworkError("x"), httpx.RemoteProtocolError("")), Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST),
        (NetworkError("Unknown error in HTTP implementation"), Delivery.UNCERTAIN, DeliveryCause.SERVER_ERROR),
        (Forbidden("Forbidden: user is deactivated"), Delivery.PERMANENT, DeliveryCause.BLOCKED),
        (BadRequest("Bad Request: message is too long"), Delivery.PERMANENT, DeliveryCause.BAD_REQUEST),
        (AttributeError("get"), Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER),
    ],
)
def test_each_exception_has_its_outcome(error: Exception, delivery: Delivery, cause: DeliveryCause) -> None:
    outcome = outcome_of(error)
    assert (outcome.delivery, outcome.cause) == (delivery, cause)


def test_the_detail_is_one_short_line_without_the_secret() -> None:
    outcome = outcome_of(NetworkError("x\n" * 500 + "https://api/bot123:abc/sendMessage"), "123:abc")
    assert "\n" not in outcome.detail
    assert len(outcome.detail) <= 200
    assert "123:abc" not in outcome_of(NetworkError("bot123:abc"), "123:abc").detail
