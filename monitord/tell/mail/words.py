"""The words of a letter: its text, or its page without the marks, and the lines in it that are not quoted. Pure.

Everything takes time that grows with the letter and no faster: html.parser takes a minute for 64 KiB of opened tags.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from html import unescape
from itertools import islice

MOST_PARTS = 100
"""Parts looked at of one letter."""
LONGEST = 65_536
"""Bytes looked at of one part."""

_QUOTE_BEGINS = re.compile(
    r"-{2,}\s*(original message|forwarded message|thư gốc|tin nhắn gốc)|_{10,}|--$"
    r"|(from|từ)\s*:.*[@<]|(sent|đã gửi)\s*:.*\d",
    re.IGNORECASE,
)
_SOMEBODY_WROTE = re.compile(r"(on|vào|lúc|am|le)\b.*\d", re.IGNORECASE)

# RFC 3676, section 4.1: a line that ends with a blank goes on in the next.
_GOES_ON = re.compile(r"^((?!>).*\S) \r?\n(?![>\s]|-- ?\r?$)", re.MULTILINE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>", re.IGNORECASE | re.ASCII)
_UNSEEN = frozenset({"script", "style", "title"})
_BLOCK = re.compile("p|div|br|tr|li|h[1-4]|table|ul|ol|hr|pre|blockquote")
_LETTER_BELOW = re.compile("divRplyFwdMsg|gmail_quote")  # where Outlook and Gmail put the letter that is answered


def text_of(mail: Message) -> str:
    """Return the plain text of a letter, of its page when it has no plain text."""
    parts = [part for part in islice(mail.walk(), MOST_PARTS) if part.get_content_disposition() != "attachment"]
    for part in parts:
        if part.get_content_type() == "text/plain" and (text := _decoded(part)).strip():
            flowed = str(part.get_param("format", "")).lower() == "flowed"
            return _GOES_ON.sub(r"\1 ", text) if flowed else text
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    if page is None:
        return ""
    return _words(_decoded(page))


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload[:LONGEST] if isinstance(payload, bytes) else b""
    try:
        return raw.decode(str(part.get_content_charset("utf-8")), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def written(text: str) -> Iterator[str]:
    """Yield the lines that are neither empty nor quoted, up to where a quoted letter begins without marks."""
    lines = [line.strip() for line in text.splitlines()]
    introducing = frozenset(_introducing(lines))
    for number, line in enumerate(lines):
        if _QUOTE_BEGINS.match(line):
            return
        if line and not line.startswith(">") and number not in introducing:
            yield line


def _introducing(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the lines that say who wrote what is quoted below them: up to three, the last with a
    colon."""
    for number, line in enumerate(lines):
        below = next((other for other in lines[number + 1 : number + 3] if other), "")
        if line.startswith(">") or not line.endswith(":") or not below.startswith(">"):
            continue
        begins = next((n for n in range(number, max(number - 3, -1), -1) if _SOMEBODY_WROTE.match(lines[n])), number)
        if all(lines[begins:number]):
            yield from range(begins, number)
        yield number


def _words(page: str) -> str:
    """Return the words of a page: no styles, scripts or quoted letters; a new line where a block begins or ends."""
    found: list[str] = []
    at = quotes = 0
    while 0 <= at < len(page):
        tag = _TAG.match(page, at)
        if tag is not None:
            at, name = tag.end(), tag[2].lower()
            if name in _UNSEEN and not tag[1]:
                after = re.compile(f"</{name}", re.IGNORECASE).search(page, at)
                at = after.start() if after else -1
            elif name == "blockquote":
                quotes = max(0, quotes + (-1 if tag[1] else 1))
            elif _LETTER_BELOW.search(tag[3]):
                break
            found.append("\n" if _BLOCK.fullmatch(name) else "")
        elif page.startswith(("<!", "<?", "</"), at):
            closed, length = ("-->", 3) if page.startswith("<!--", at) else (">", 1)
            end = page.find(closed, at + 2)
            at = end + length if end >= 0 else -1
        else:
            end = page.find("<", at + 1)
            text, at = (page[at:end], end) if end >= 0 else (page[at:], -1)
            found.append(" ".join(f".{unescape(text)}.".split())[1:-1] if not quotes else "")
    return "".join(found)
