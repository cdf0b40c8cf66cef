"""A sheet as a PNG, by typst: one at a time, in whichever thread asks. Nothing is read from the machine or the network.

Typst brings its fonts with it, and gives the same bytes for the same sheet. What is drawn goes to it as JSON, so that
no text is ever read as markup.
"""

import json
import struct
import threading
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from monitord.draw.sheet import WIDTH, Box, NotDrawn, Shape, Sheet, Stroke, Text

if TYPE_CHECKING:
    import typst

PIXELS = (1280, 960, 720)
"""The width of a picture; what is too large so is drawn smaller."""
TALLEST = 4000.0
"""The height of a sheet at most; Telegram takes pictures of up to 10,000 pixels, width and height together."""
LARGEST = 1 << 20
"""Bytes of a picture at most."""
MOST = 5_000
"""Shapes of a sheet at most."""
WAIT = 7.0
"""Seconds for which another picture may be drawn before this one."""
TEMPLATE = Path(__file__).with_name("sheet.typ")
_DRAWING = threading.Lock()


def png(sheet: Sheet, wait: float = WAIT) -> bytes:
    """Return the sheet as a PNG, 1280 pixels wide where it is no larger than it may be so.

    NotDrawn for what is too large, TimeoutError when another picture is drawn for longer than `wait` seconds.
    """
    if not 0 < sheet.height <= TALLEST or len(sheet.shapes) > MOST:
        raise NotDrawn(f"{len(sheet.shapes)} shapes, {sheet.height:g} high")
    given = {"w": WIDTH, "h": sheet.height, "shapes": [_told(shape) for shape in sheet.shapes]}
    if not _DRAWING.acquire(timeout=wait):
        raise TimeoutError("another picture is being drawn")
    try:
        sizes = (_compiled(json.dumps(given), pixels) for pixels in PIXELS)
        made = next((one for one in sizes if len(one) <= LARGEST), None)
    except BaseException as error:
        # Typst raises its own kind of RuntimeError; a fault inside it is no Exception, and would end whoever asks.
        if isinstance(error, ImportError | RuntimeError) or type(error).__name__ == "PanicException":
            raise NotDrawn(str(error)[:300]) from error
        raise
    finally:
        _DRAWING.release()
    if made is None:
        raise NotDrawn(f"more than {LARGEST} bytes")
    return made


def _compiled(given: str, pixels: int) -> bytes:
    made = _compiler().compile(input=_template(), format="png", ppi=72.0 * pixels / WIDTH, sys_inputs={"sheet": given})
    if not isinstance(made, bytes):
        raise NotDrawn("more than one page")
    return made


def size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG; ValueError for what is none."""
    if picture[:8] != b"\x89PNG\r\n\x1a\n" or len(picture) < 24:
        raise ValueError("no PNG")
    wide, high = struct.unpack(">II", picture[16:24])
    return wide, high


@cache
def _compiler() -> "typst.Compiler":
    import typst  # where it cannot be loaded there are no pictures, and everything else goes on

    return typst.Compiler(root=gettempdir(), ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _told(shape: Shape) -> dict[str, Any]:
    match shape:
        case Box():
            place = {"is": "box", "x": shape.x, "y": shape.y, "w": shape.w, "h": shape.h, "radius": shape.radius}
            return place | {"fill": shape.fill, "color": shape.stroke, "thick": shape.thick, "dash": shape.dash}
        case Stroke():
            place = {"is": "line", "x1": shape.x1, "y1": shape.y1, "x2": shape.x2, "y2": shape.y2}
            return place | {"color": shape.color, "thick": shape.thick, "dash": shape.dash}
        case Text():
            place = {"is": "text", "x": shape.x, "y": shape.y, "w": shape.width + 4 * shape.size, "text": shape.text}
            return place | {"size": shape.size, "color": shape.color, "bold": shape.bold}
