"""The sketch of a ring as a sheet: its devices in a circle, each with its name in a line of its own; what is cut is
crossed out and numbered, and named below."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from math import sqrt

from monitord.domain.health import Health
from monitord.domain.ringsketch import Joint, JointState, Node, NodeState, RingSketch
from monitord.draw.axis import LEFT, RIGHT
from monitord.draw.course import heading
from monitord.draw.sheet import (
    GREEN,
    GREY,
    HEIGHT,
    INK,
    LINE,
    ORANGE,
    PAPER,
    RED,
    SMALLEST,
    SOFT,
    WIDTH,
    Box,
    NotDrawn,
    Sheet,
    Stroke,
    shown,
    tail,
    width,
    wrapped,
)
from monitord.texts.story import Words

MOST_NODES = 100
"""Devices of a sketch; more would be too small to read."""
NAMED = 12
"""Cut links that are named; the rest is a number."""
MIDDLE = WIDTH / 2
WAIST = 125.0
"""How far the devices stand from the middle at most."""
COLOR = {NodeState.LIVE: GREEN, NodeState.ISOLATED: RED, NodeState.SILENT: RED, NodeState.UNKNOWN: GREY}
Place = tuple[float, float]


def ring_sheet(drawn: RingSketch, words: Words, zone: tzinfo) -> Sheet:
    """Return the sheet of a ring. NotDrawn for one that is too large to be read."""
    if not 2 <= len(drawn.nodes) <= MOST_NODES:
        raise NotDrawn(f"a ring of {len(drawn.nodes)} devices")
    sheet, say = Sheet(), words.drawn
    title = say["sketch"].format(code=drawn.code).strip()
    y = heading(sheet, title, drawn.name, say["drill"] if drawn.drill else "")
    for line in wrapped(summary(drawn, say), RIGHT - LEFT, 34, 2):
        sheet.text(LEFT, y, line, 34, GREEN if drawn.health is Health.UP else RED)
        y += 44
    rows = (len(drawn.nodes) + 1) // 2
    pitch = max(44.0, min(100.0, 900 / rows))
    half = min(17.0, pitch * 0.28)
    places = spots(len(drawn.nodes), y + 46, pitch)
    for n, joint in enumerate(drawn.joints):
        _joint(sheet, places[n], places[(n + 1) % len(places)], joint)
    numbers = {n: number for number, n in enumerate(drawn.cuts, 1)}
    for n, number in numbers.items():
        _cross(sheet, places[n], places[(n + 1) % len(places)], number, half)
    size = max(SMALLEST, min(36.0, pitch * 0.72))
    nodes = list(zip(places, drawn.nodes, strict=True))
    if any(width(_name(node, say), size, node.hub) > _space(place, half) for place, node in nodes):
        size = SMALLEST
    for place, node in nodes:
        _node(sheet, place, node, say, size, pitch, half)
    y = max(y for _, y in places) + 60
    y = _cuts(sheet, drawn, y, words, zone)
    y = _legend(sheet, drawn, y + 6, say)
    sheet.text(
        LEFT,
        y,
        say["at_worst" if drawn.over else "as_of"].format(at=words.instant(drawn.at, zone, seconds=True)),
        SMALLEST,
        SOFT,
    )
    sheet.height = y + 56
    return sheet


def summary(drawn: RingSketch, say: Mapping[str, str]) -> str:
    """Return how the ring is, in a line."""
    health = drawn.health if drawn.health in (Health.UP, Health.DEGRADED) else Health.DOWN
    return say[f"ring_{health}"].format(cuts=len(drawn.cuts), lost=drawn.lost)


def spots(count: int, top: float, pitch: float) -> list[Place]:
    """Return where the devices stand: down the left side and up the right, each in a line of its own on its side, the
    first at the top."""
    left = (count + 1) // 2
    right = count - left
    high = (left - 1) * pitch
    found: list[Place] = [(MIDDLE - _bulge(n * pitch, high), top + n * pitch) for n in range(left)]
    shift = pitch / 2 if right < left else 0.0
    found += [(MIDDLE + _bulge(n * pitch + shift, high), top + n * pitch + shift) for n in reversed(range(right))]
    return found


def _bulge(y: float, high: float) -> float:
    """Return how far from the middle a device stands at that height."""
    if high <= 0:
        return WAIST
    part = abs(2 * y / high - 1)
    return WAIST * (0.55 + 0.45 * sqrt(max(0.0, 1 - part**2)))


def _joint(sheet: Sheet, one: Place, other: Place, joint: Joint) -> None:
    color, thick, dash = {
        JointState.WHOLE: (GREEN, 7.0, False),
        JointState.THIN: (ORANGE, 7.0, True),
        JointState.CUT: (RED, 4.0, True),
        JointState.UNKNOWN: (GREY, 4.0, True),
    }[joint.state]
    sheet.add(Stroke(*one, *other, color, thick, dash))


def _cross(sheet: Sheet, one: Place, other: Place, number: int, half: float) -> None:
    """Cross out a joint, with its number inside the ring."""
    x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    arm = half - 3
    for color, thick in ((PAPER, 14), (RED, 6)):
        sheet.add(*(Stroke(x - arm, y - arm * tilt, x + arm, y + arm * tilt, color, thick) for tilt in (1, -1)))
    across = abs(x - MIDDLE) < WAIST / 4
    wide = width(str(number), SMALLEST, True) + 16
    left = x - wide / 2 if across else x + 24 if x < MIDDLE else x - 24 - wide
    top = y + 20 if across else y - 18
    sheet.add(Box(left, top, wide, 36, fill=RED, radius=8))
    sheet.text(left + 8, top + 1, str(number), SMALLEST, PAPER, True)


def _node(
    sheet: Sheet, place: Place, node: Node, say: Mapping[str, str], size: float, pitch: float, half: float
) -> None:
    x, y = place
    color = COLOR[node.state]
    sheet.add(
        Box(x - half, y - half, 2 * half, 2 * half, PAPER if node.state is NodeState.UNKNOWN else color, color, 4,
            node.state is NodeState.UNKNOWN, 6 if node.hub else half)
    )  # fmt: skip
    _sign(sheet, x, y, node.state, half / 17)
    _label(sheet, place, node, say, size, pitch, half)


def _name(node: Node, say: Mapping[str, str]) -> str:
    return shown(node.name) or say["unnamed"]


def _space(place: Place, half: float) -> float:
    """Return how wide the name of a device may be."""
    return MIDDLE - abs(place[0] - MIDDLE) - half - 14 - LEFT / 2


def _label(
    sheet: Sheet, place: Place, node: Node, say: Mapping[str, str], size: float, pitch: float, half: float
) -> None:
    """Write a name beside its device, outside of the ring: in two lines where there is room and need."""
    x, y = place
    lost = node.state in (NodeState.ISOLATED, NodeState.SILENT)
    color, side = RED if lost else INK, "r" if x < MIDDLE else "l"
    at = x - half - 14 if side == "r" else x + half + 14
    space = _space(place, half)
    name = _name(node, say)
    lines = [tail(name, space, size, node.hub)]
    if lines[0] != name and pitch >= 2.3 * SMALLEST:
        lines = wrapped(name, space, size, 2, node.hub)
        lines[1:] = [tail(name.removeprefix(lines[0]), space, size, node.hub)] if len(lines) > 1 else []
    top = y - size * HEIGHT * len(lines) / 2
    for n, line in enumerate(lines):
        sheet.text(at, top + n * size * HEIGHT, line, size, color, node.hub, side)


def _sign(sheet: Sheet, x: float, y: float, state: NodeState, part: float) -> None:
    """Put into a device how it is: a tick, a cross, a question; `part` is how large."""
    if state is NodeState.UNKNOWN:
        sheet.text(x, y - 19 * part, "?", 33 * part, GREY, True, "m")
        return
    tick = ((-8, 0, -2, 7), (-2, 7, 9, -7))
    lines = tick if state is NodeState.LIVE else ((-7, -7, 7, 7), (-7, 7, 7, -7))
    for x1, y1, x2, y2 in lines:
        sheet.add(Stroke(x + x1 * part, y + y1 * part, x + x2 * part, y + y2 * part, PAPER, 4))


def _cuts(sheet: Sheet, drawn: RingSketch, y: float, words: Words, zone: tzinfo) -> float:
    """Name what is cut, since when."""
    say, cuts = words.drawn, drawn.cuts
    if cuts:
        sheet.text(LEFT, y, say["cut_head"], 34, RED, True)
        y += 42
    for number, n in enumerate(cuts[:NAMED], 1):
        joint = drawn.joints[n]
        since = "" if joint.since is None else say["since"].format(at=_when(drawn, joint, words, zone))
        sheet.text(LEFT + 34, y, str(number), 32, RED, True, "r")
        space = (sheet.text(RIGHT, y, since, 32, at="r").x if since else RIGHT) - LEFT - 70
        for line in wrapped(joint.name or _ends(drawn.nodes, n, say), space, 32, 2):
            sheet.text(LEFT + 54, y, line, 32)
            y += 42
    if len(cuts) > NAMED:
        sheet.text(LEFT + 54, y, f"… +{len(cuts) - NAMED}", 32, SOFT)
        y += 42
    return y


def _when(drawn: RingSketch, joint: Joint, words: Words, zone: tzinfo) -> str:
    assert joint.since is not None
    same = joint.since.astimezone(zone).date() == drawn.at.astimezone(zone).date()
    return words.clock(joint.since, zone) if same else words.instant(joint.since, zone)


def _ends(nodes: Sequence[Node], n: int, say: Mapping[str, str]) -> str:
    return " – ".join(one.name or say["unnamed"] for one in (nodes[n], nodes[(n + 1) % len(nodes)]))


def _legend(sheet: Sheet, drawn: RingSketch, y: float, say: Mapping[str, str]) -> float:
    """Say what is drawn how, of what is there."""
    sheet.add(Stroke(LEFT, y, RIGHT, y, LINE, 2))
    y, x = y + 34, LEFT
    if any(node.hub for node in drawn.nodes):
        sheet.add(Box(x, y - 17, 34, 34, "", INK, 4, False, 6))
        written = sheet.text(x + 48, y - 18, say["hub"], SMALLEST, bold=True)
        x = written.x + written.width + 32
    states = {node.state for node in drawn.nodes}
    for state in (one for one in NodeState if one in states):
        word = say[f"node_{state}"]
        x, y = _fits(x, y, word)
        color = COLOR[state]
        unknown = state is NodeState.UNKNOWN
        sheet.add(Box(x, y - 17, 34, 34, PAPER if unknown else color, color, 4, unknown, 17))
        _sign(sheet, x + 17, y, state, 1.0)
        written = sheet.text(x + 48, y - 18, word, SMALLEST)
        x = written.x + written.width + 32
    joints = {joint.state for joint in drawn.joints}
    for kind in (one for one in JointState if one in joints):
        word = say[f"joint_{kind}"]
        x, y = _fits(x, y, word)
        _joint(sheet, (x, y), (x + 40, y), Joint("", kind))
        if kind is JointState.CUT:
            for tilt in (1, -1):
                sheet.add(Stroke(x + 12, y - 9 * tilt, x + 28, y + 9 * tilt, RED, 5))
        written = sheet.text(x + 54, y - 18, word, SMALLEST)
        x = written.x + written.width + 32
    return y + 36


def _fits(x: float, y: float, word: str) -> Place:
    return (x, y) if x + 60 + width(word, SMALLEST) <= RIGHT else (LEFT, y + 44)
