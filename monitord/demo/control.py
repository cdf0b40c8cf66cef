"""The control door of the Bot API stand-in: history, presses and faults over HTTP, for tests in another process."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from monitord.demo.botfaults import BotFault, Trouble
from monitord.demo.calls import json_bytes, told
from monitord.demo.talk import Json
from monitord.demo.wire import HttpRequest, http_answer

if TYPE_CHECKING:
    from monitord.demo.botapi import BotApi


async def control(bot: BotApi, request: HttpRequest) -> bytes:
    """Do what is asked at one of the doors and return the HTTP answer; a wrong wish is a 400 that says why."""
    try:
        if request.method == "GET":
            asked: Json = {}
        elif request.headers.get("content-type", "").startswith("application/json"):
            asked = json.loads(request.body or b"{}")
        else:  # a page of another site can post a form, but not JSON
            return http_answer(415, json_bytes({"error": "application/json is wanted"}))
        if request.method == "GET" and request.path != "/_history":
            return http_answer(405, json_bytes({"error": "POST is wanted"}))
        result = DOORS[request.path](bot, asked)
        if inspect.isawaitable(result):
            result = await result
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return http_answer(400, json_bytes({"error": str(error)}))
    return http_answer(200, json_bytes(result))


def _history(bot: BotApi, asked: Json) -> list[Json]:
    return [told(entry) for entry in bot.history]


def _press(bot: BotApi, asked: Json) -> str:
    where = int(asked["chat_id"]), int(asked["message_id"])
    return bot.press(*where, str(asked.get("button", "")), user_id=asked.get("user_id"), data=asked.get("data"))


def _write(bot: BotApi, asked: Json) -> int:
    return bot.write(int(asked["chat_id"]), str(asked["text"]), asked.get("user_id"))


async def _fault(bot: BotApi, asked: Json) -> None:
    fault = BotFault(**{**asked, "what": Trouble(asked["what"])})
    if fault.what is Trouble.AWAY and fault.amount is None:
        raise ValueError("away wants an amount here: nobody could call it back")
    await bot.break_with(fault)


async def _mend(bot: BotApi, asked: Json) -> None:
    await bot.mend()


DOORS: Mapping[str, Callable[[BotApi, Json], Any]] = {
    "/_history": _history,
    "/_press": _press,
    "/_write": _write,
    "/_fault": _fault,
    "/_mend": _mend,
}
