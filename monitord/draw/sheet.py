"""A sheet: shapes and lines of text at places. How wide a letter is, is known, and so what fits before it is drawn."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WIDTH = 1080.0
HEIGHT = 1.15
"""The height of a line of text, in sizes."""
SMALLEST = 31.0
"""The smallest letters: on a telephone the sheet is as wide as a hand."""
LONGEST = 4_000
"""Letters of one text that are looked at."""
WIDTHS = Path(__file__).with_name("widths.txt")

INK, SOFT, PAPER, LINE = "#14202b", "#46535f", "#ffffff", "#9aa7b2"
RED, ORANGE, GREEN, GREY = "#b3151b", "#b25a00", "#176b2c", "#6b7780"
PALE = "#eef1f4"

_BLANK = "□"
"""What stands for letters that the font lacks."""


class NotDrawn(Exception):
    """Something cannot be drawn; the text says why."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `dash` draws its outline broken."""

    x: float
    y: float
    w: float
    h: float
    fill: str = ""
    stroke: str = ""
    thick: float = 2.0
    dash: bool = False
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = INK
    thick: float = 2.0
    dash: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text that begins at `x`, with `y` its top; its letters are those of `shown`."""

    x: float
    y: float
    text: str
    size: float = SMALLEST
    color: str = INK
    bold: bool = False

    @property
    def width(self) -> float:
        return width(self.text, self.size, self.bold)


Shape = Box | Stroke | Text


@dataclass(slots=True)
class Sheet:
    """Shapes in the order in which they are drawn."""

    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Draw shapes over what is there."""
        self.shapes += shapes

    def text(
        self, x: float, y: float, text: str, size: float = SMALLEST, color: str = INK, bold: bool = False, at: str = "l"
    ) -> Text:
        """Write a text with its left end (`l`), its middle (`m`) or its right end (`r`) at `x`, and return it."""
        letters = shown(text)
        back = {"l": 0.0, "m": 0.5, "r": 1.0}[at] * width(letters, size, bold)
        made = Text(x - back, y, letters, size, color, bold)
        self.shapes.append(made)
        return made

    @property
    def texts(self) -> tuple[Text, ...]:
        """Return the texts, in their order."""
        return tuple(shape for shape in self.shapes if isinstance(shape, Text))


@cache
def widths(bold: bool) -> dict[str, float]:
    """Return how wide each letter of the font is, in sizes."""
    found: dict[str, float] = {}
    for line in WIDTHS.read_text("utf-8").splitlines():
        weight, wide, letters = line.split(" ", 2)
        if weight == ("bold" if bold else "regular"):
            found |= dict.fromkeys(letters, int(wide) / 1000)
    return found


def width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text is, of letters as `shown` returns them."""
    wide = widths(bold)
    return size * sum(wide.get(char, 1.0) for char in text)


def shown(text: str) -> str:
    """Return a text in letters that the font has: others become a square, marks that no letter takes and controls go,
    blanks are one."""
    found: list[str] = []
    has = widths(False)
    for char in unicodedata.normalize("NFC", text[:LONGEST]):
        category = unicodedata.category(char)
        if category[0] == "Z" or char in "\t\n\r":
            found.append(" ")
        elif category[0] in "CM" and category != "Co":
            continue
        elif char in has:
            found.append(char)
        elif not found or found[-1] != _BLANK:
            found.append(_BLANK)
    return " ".join("".join(found).split())


def cut(text: str, space: float, size: float, bold: bool = False) -> str:
    """Return as much of a text as fits into a space; where something is cut off an ellipsis says so."""
    whole = shown(text)
    if width(whole, size, bold) <= space:
        return whole
    left, kept = space - width("…", size, bold), 0
    for char in whole:
        left -= width(char, size, bold)
        if left < 0:
            break
        kept += 1
    return f"{whole[:kept].rstrip()}…"


def tail(text: str, space: float, size: float, bold: bool = False) -> str:
    """Return as much of the end of a text as fits, an ellipsis before it: what tells names apart stands last in them.

    Empty where not even a letter fits.
    """
    whole = shown(text)
    if width(whole, size, bold) <= space:
        return whole
    turned = cut(whole[::-1], space, size, bold)
    return f"…{turned.removesuffix('…')[::-1].lstrip()}"


def wrapped(text: str, space: float, size: float, lines: int, bold: bool = False) -> list[str]:
    """Return a text in at most so many lines, broken between words; the last is cut."""
    found: list[str] = [""]
    for word in shown(text).split(" "):
        joined = f"{found[-1]} {word}".strip()
        if width(joined, size, bold) <= space or not found[-1]:
            found[-1] = joined
        else:
            found.append(word)
    if len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    return [cut(line, space, size, bold) for line in found]


def overlapping(texts: Iterable[Text]) -> list[tuple[Text, Text]]:
    """Return the pairs of texts that lie on each other."""
    ordered = sorted(texts, key=lambda one: one.y)
    found = []
    for n, one in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if other.y >= one.y + one.size * HEIGHT - 0.5:
                break
            if one.x < other.x + other.width - 0.5 and other.x < one.x + one.width - 0.5:
                found.append((one, other))
    return found
