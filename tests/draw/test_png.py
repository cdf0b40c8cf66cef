"""Pictures drawn for real and looked at, pixel by pixel."""

import json
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import typst

from monitord.domain.timeline import Band
from monitord.draw import png as drawing
from monitord.draw.axis import LEFT
from monitord.draw.course import course_sheet
from monitord.draw.png import LARGEST, PIXELS, TEMPLATE, png, size_of
from monitord.draw.ring import MOST_NODES, ring_sheet
from monitord.draw.sheet import GREEN, ORANGE, PALE, RED, WIDTH, Box, NotDrawn, Sheet, widths
from monitord.texts import pick
from tests.draw.drawings import BEGUN, HOSTILE, ZONE, at, course, ring
from tests.support.pixels import Color, pixels

VI = pick("vi")
SCALE = PIXELS[0] / WIDTH


def rgb(color: str) -> Color:
    """Return a colour as pixels have it."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def test_each_band_has_its_colour_at_its_place() -> None:
    changes = [(BEGUN, Band.DOWN), (at(minutes=20), Band.DEGRADED), (at(minutes=40), Band.UP)]
    told = course(timedelta(hours=1), changes=changes, silences=[(at(minutes=8), at(minutes=16))])
    sheet = course_sheet(told, VI, ZONE)
    seen = pixels(png(sheet))
    assert (seen.width, seen.height) == (1280, round(sheet.height * SCALE))
    below = next(shape.y + shape.h for shape in sheet.shapes if isinstance(shape, Box) and shape.fill == RED)

    def color(minutes: float, up: float) -> Color:
        part = (at(minutes=minutes) - told.start) / (told.end - told.start)
        return seen.at((LEFT + (WIDTH - 2 * LEFT) * part) * SCALE, (below - up) * SCALE)

    assert color(4, 90) == color(18, 90) == rgb(RED)
    assert color(12, 90) == rgb(PALE)
    assert color(30, 90) == (255, 255, 255), "what is degraded is not as tall"
    assert rgb(ORANGE) in {color(30 + n / 10, 40) for n in range(10)}
    assert (color(50, 6), color(50, 40)) == (rgb(GREEN), (255, 255, 255))


def test_devices_have_the_colour_of_what_they_are_and_a_sign_in_it() -> None:
    sheet = ring_sheet(ring(6, {1, 4}, {2, 3, 4}), VI, ZONE)
    seen = pixels(png(sheet))
    nodes = [s for s in sheet.shapes if isinstance(s, Box) and s.w == s.h and s.radius and s.fill in (RED, GREEN)][:6]
    for node in nodes:
        around = seen.near((node.x + node.w / 2) * SCALE, (node.y + node.h / 2) * SCALE, 12)
        assert {rgb(node.fill), (255, 255, 255)} <= around
    assert [node.fill for node in nodes] == [GREEN, GREEN, RED, RED, RED, GREEN]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:12]))
def test_a_hostile_name_is_drawn_as_text_and_nothing_else(name: str) -> None:
    drawn = course_sheet(course(timedelta(minutes=3), name), VI, ZONE), ring_sheet(ring(4, {1}, name=name), VI, ZONE)
    for sheet in drawn:
        made = png(sheet)
        assert size_of(made)[0] == PIXELS[0]
        assert len(made) <= LARGEST


def test_the_largest_pictures_are_small_enough_for_a_telephone() -> None:
    largest = ring_sheet(ring(MOST_NODES, range(MOST_NODES), range(MOST_NODES), name="Ẫ" * 40), VI, ZONE)
    for sheet in (largest, course_sheet(course(timedelta(days=9)), VI, ZONE)):
        made = png(sheet)
        wide, high = size_of(made)
        assert len(made) <= LARGEST
        assert wide + high <= 10_000
        assert high <= 20 * wide


def test_the_same_sheet_gives_the_same_bytes_in_any_thread() -> None:
    sheet = ring_sheet(ring(12, {3}), VI, ZONE)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: png(sheet), range(8)))) == 1


def test_one_picture_is_drawn_at_a_time_and_who_waits_too_long_gives_up() -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with drawing._DRAWING:
            held.set()
            go.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    with pytest.raises(TimeoutError):
        png(ring_sheet(ring(4), VI, ZONE), wait=0.01)
    go.set()
    thread.join()
    assert png(ring_sheet(ring(4), VI, ZONE))


def test_many_pictures_do_not_fill_the_memory() -> None:
    def held() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    sheets = [ring_sheet(ring(n + 2, {0}, name=f"{n} {{n}}"), VI, ZONE) for n in range(40)]
    png(sheets[-1])
    before = held()
    for sheet in sheets:
        png(sheet)
    assert held() - before < 60


@pytest.mark.parametrize(
    "sheet", [Sheet(0), Sheet(1e6), Sheet(100, [Box(0, 0, 1, 1)] * 6_000)], ids=["no", "tall", "full"]
)
def test_what_is_too_large_is_not_drawn(sheet: Sheet) -> None:
    with pytest.raises(NotDrawn):
        png(sheet)


@pytest.mark.parametrize("bold", [False, True])
def test_letters_are_as_wide_as_we_believe(bold: bool) -> None:
    known = {char: wide for char, wide in widths(bold).items() if char != " "}
    head = TEMPLATE.read_text("utf-8").split("#set text(")[1].split(")\n")[0]
    asked = ", ".join(f'measure(text("\\u{{{ord(char):x}}}")).width.pt()' for char in known)
    weight = "bold" if bold else "regular"
    source = f'#set text({head}, size: 1000pt, weight: "{weight}")\n#context [#metadata(({asked},)) <w>]\n'
    compiler = typst.Compiler(input=source.encode(), ignore_system_fonts=True)
    told = json.loads(compiler.query("<w>", field="value", one=True))
    wrong = [char for char, wide in zip(known, told, strict=True) if abs(wide / 1000 - known[char]) > 0.002]
    assert wrong == []
    assert {*"ẵẫỗỄỐựữĐđƠơƯư0123456789…–"} <= known.keys()
