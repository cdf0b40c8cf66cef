"""Why a file is not read at all, each by its name: the words for people are elsewhere."""

from enum import StrEnum


class Why(StrEnum):
    """What is wrong with a file as a whole."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    OTHER_KIND = "other_kind"
    WEB_PAGE = "web_page"
    BINARY_BOOK = "binary_book"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    BOMB = "bomb"
    NESTED = "nested"
    ENTITIES = "entities"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    BROKEN = "broken"
    NOT_UTF8 = "not_utf8"
    TOO_MUCH = "too_much"
    GAVE_UP = "gave_up"
    NO_SHEET = "no_sheet"
    OLD_FONT = "old_font"
    NO_TABLE = "no_table"
    NO_ROWS = "no_rows"


class Unreadable(Exception):
    """A file from which no roster can be read; `more` is a figure, a sheet or a name that its words mention."""

    def __init__(self, why: Why, more: str = "") -> None:
        super().__init__(f"{why}: {more}" if more else str(why))
        self.why = why
        self.more = more
