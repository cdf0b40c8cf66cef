"""Calls of the Bot API as HTTP: parameters in, answers out."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from monitord.demo.talk import Entry, File, Json, Refusal, bad
from monitord.demo.wire import HttpRequest, http_answer
from monitord.domain.safe import clean

LONGEST_NAME = 100
"""Letters of a file's name."""


def parameters(request: HttpRequest) -> Json:
    """Return a call's parameters from query, form, multipart or JSON; nested JSON is read, and a part with a file name
    is a `File`. ValueError if bad."""
    asked: Json = dict(parse_qsl(request.query))
    files: Json = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = json.loads(request.body or b"{}")
        if not isinstance(body, dict):
            raise ValueError("an object is wanted")
        asked |= body
    elif kind.startswith("multipart/form-data"):
        whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
        for part in whole.iter_parts():
            content, name = part.get_payload(decode=True), str(part.get_param("name", "", "content-disposition"))
            if isinstance(content, bytes) and (file := part.get_filename()) is not None:
                files[name] = File(clean(file, LONGEST_NAME) or "file", content)
            elif isinstance(content, bytes):
                asked[name] = content.decode(errors="replace")
    else:
        asked |= dict(parse_qsl(request.body.decode(errors="replace")))
    for name in ("reply_markup", "reply_parameters", "allowed_updates", "link_preview_options"):
        if isinstance(asked.get(name), str):
            asked[name] = json.loads(asked[name])
    json.dumps(asked, ensure_ascii=False).encode()  # a lone surrogate is a ValueError here and not in somebody's page
    return asked | files


def whole(number: object) -> int | None:
    """Return a parameter as a whole number, or None if it is none."""
    try:
        return int(str(number))
    except ValueError:
        return None


def chat_id_of(asked: Json) -> int:
    """Return the chat a call is about. Refusal if it names none."""
    chat_id = whole(asked.get("chat_id"))
    if chat_id is None:
        raise bad("chat not found" if asked.get("chat_id") else "chat_id is empty")
    return chat_id


def refused(refusal: Refusal) -> bytes:
    """Return the HTTP answer for a refusal."""
    answer: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        answer["parameters"] = refusal.parameters
    return http_answer(refusal.status, json_bytes(answer))


def told(entry: Entry) -> Json:
    """Return one line of the history for another process."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "act": entry.act,
        "chat_id": entry.chat_id,
        "message_id": entry.message_id,
        "text": entry.text,
        "buttons": [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in entry.keyboard],
        "user_id": entry.user_id,
        "query_id": entry.query_id,
        "alert": entry.alert,
        "file": entry.file,
    }


def json_bytes(content: object) -> bytes:
    """Return JSON in plain ASCII."""
    return json.dumps(content, ensure_ascii=True).encode()
