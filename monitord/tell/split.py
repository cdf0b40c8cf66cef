"""Long texts in pieces that Telegram takes. It counts UTF-16 code units: an emoji outside the first plane is two."""

LIMIT = 4096
"""UTF-16 units of one message (core.telegram.org/bots/api, sendMessage)."""


def units(text: str) -> int:
    """Return the length of `text` as Telegram counts it."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int = LIMIT) -> str:
    """Return `text`, or as much of it as fits, with an ellipsis at the end."""
    return text if units(text) <= limit else text[: _fits(text, limit - 1)] + "…"


def split(text: str, limit: int = LIMIT, most: int = 5) -> tuple[str, ...]:
    """Return `text` in at most `most` pieces of at most `limit` units, broken at line ends, else at blanks, else
    anywhere.

    What does not fit into `most` pieces is cut, with an ellipsis.
    """
    pieces: list[str] = []
    rest = text
    while units(rest) > limit and len(pieces) < most - 1:
        fitting = _fits(rest, limit)
        at = max(rest.rfind("\n", 0, fitting + 1), 0) or max(rest.rfind(" ", 0, fitting + 1), 0) or fitting
        piece = rest[:at].rstrip()
        rest = rest[at:].lstrip("\n ")
        if piece:
            pieces.append(piece)
    return (*pieces, cut(rest, limit)) if rest or not pieces else tuple(pieces)


def _fits(text: str, limit: int) -> int:
    """Return how many characters of `text` fit into `limit` units."""
    used = 0
    for number, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            return number
    return len(text)
