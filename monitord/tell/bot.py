"""The Bot of python-telegram-bot as we use it: no Application, no Updater, nothing asked at the start, nothing secret
in a log.
"""

import logging
import warnings
from collections.abc import AsyncIterator

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning, PTBUserWarning

from monitord.settings.model import TelegramSettings

CONNECT = 4.0
"""Seconds to connect."""
READ = 8.0
"""Seconds between two pieces of an answer."""
LARGEST = 8 * 1024 * 1024
"""Bytes taken of one answer: a hundred updates are well under it, a hostile portal's endless page is not."""

# `do_api_request` is the documented way to the raw answer, which one odd update cannot spoil as a whole.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'", category=PTBUserWarning)
warnings.filterwarnings("ignore", message=".*retry_after.*", category=PTBDeprecationWarning)


class _Bounded(httpx.AsyncByteStream):
    """An answer's body that ends with an error when it is larger than any honest one."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for piece in self._inner:
            taken += len(piece)
            if taken > LARGEST:
                raise httpx.ReadError(f"the answer is larger than {LARGEST} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _bound(response: httpx.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx.ReadError("the answer is packed although we asked for none")
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Bounded(response.stream)


def _request(settings: TelegramSettings, connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=CONNECT,
        read_timeout=READ,
        write_timeout=READ,
        pool_timeout=2.0,
        proxy=settings.proxy,
        httpx_kwargs={
            "trust_env": False,
            "headers": {"Accept-Encoding": "identity"},
            "event_hooks": {"response": [_bound]},
        },
    )


def open_bot(settings: TelegramSettings) -> Bot:
    """Return a Bot that has asked nothing yet; getUpdates has a connection of its own. Close it with `close_bot`.

    No proxy but that of the settings is used. The loggers of the libraries are silenced below WARNING, because they
    print the URL, and with it the token.
    """
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger(noisy).level))
    # It logs foreign answers whole, with a traceback, at ERROR.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    return Bot(
        settings.token.reveal(),
        base_url=settings.base_url,
        request=_request(settings, connections=16),
        get_updates_request=_request(settings, connections=2),
    )


async def close_bot(bot: Bot) -> None:
    """Close its connections. `Bot.shutdown` does nothing for a Bot that never asked getMe."""
    for request in bot._request:
        await request.shutdown()
