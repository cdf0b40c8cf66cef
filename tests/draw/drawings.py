"""What is drawn in the tests: courses and rings of a night in December 2026."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitord.domain.health import Health
from monitord.domain.marks import Mark, Sign
from monitord.domain.ringsketch import Joint, JointState, Node, NodeState, RingSketch
from monitord.domain.timeline import Band, Timeline, stretches

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGUN = datetime(2026, 12, 1, 3, 7, 2, tzinfo=ZONE).astimezone(UTC)
HOSTILE = (
    '#import "x"; #panic()',
    "] [ } { ) ( $x$ `raw` *b* _i_ @ref <l> = h\n- i\n/ t: x",
    "\"'\\u{41} \\ \\n",
    "\u202eabc\u202c\u200f العربية עברית",
    "中文 🔴🏴‍☠️ e\u0301\u0302\u0303 \ufffd",
    "\x00\x07\x1b[31m\x7f\x85\u2028",
    "x" * 10_000,
    "ẫ " * 5_000,
    "",
)
"""Names that a device, a workbook or a person may give."""


def at(**after: float) -> datetime:
    """Return an instant so long after the beginning."""
    return BEGUN + timedelta(**after)


def course(
    lasts: timedelta,
    name: str = "OLT Gò Mây",
    marks: Collection[Mark] = (),
    over: bool = True,
    changes: Collection[tuple[datetime, Band]] | None = None,
    silences: Collection[tuple[datetime, datetime]] = (),
    drill: bool = False,
) -> Timeline:
    """Return the course of an outage of so long, or with other changes."""
    end = BEGUN + lasts
    lead = max(timedelta(seconds=30), lasts * 0.08)
    start, until = BEGUN - lead, end + (lead if over else timedelta(0))
    found = [(start - lead, Band.UP), *(changes or [(BEGUN, Band.DOWN), *([(end, Band.UP)] if over else [])])]
    told = [Mark(BEGUN, Sign.FIRST_BAD), Mark(at(seconds=3), Sign.DETECTED), *marks]
    told += [Mark(end, Sign.RESTORED)] if over else []
    return Timeline(
        code="SC-0112-014",
        name=name,
        now=until,
        start=start,
        end=until,
        stretches=stretches(found, silences, start, until),
        marks=tuple(sorted(told, key=lambda mark: mark.at)),
        over=end if over else None,
        down=lasts,
        episodes=1 + sum(mark.sign is Sign.AGAIN for mark in marks),
        drill=drill,
    )


def ring(
    count: int,
    cuts: Collection[int] = (),
    lost: Collection[int] = (),
    unknown: Collection[int] = (),
    hubs: Collection[int] = (0,),
    name: str = "Trạm {n}",
) -> RingSketch:
    """Return a ring of so many devices, cut behind the devices `cuts`."""
    states = {**dict.fromkeys(unknown, NodeState.UNKNOWN), **dict.fromkeys(lost, NodeState.ISOLATED)}
    names = [name.replace("{n}", str(n)) for n in range(count)]
    nodes = tuple(Node(names[n], states.get(n, NodeState.LIVE), n in hubs) for n in range(count))
    joints = tuple(
        Joint(
            f"{names[n]} – {names[(n + 1) % count]}",
            JointState.CUT if n in cuts else JointState.UNKNOWN if n in states else JointState.WHOLE,
            BEGUN if n in cuts else None,
        )
        for n in range(count)
    )
    health = Health.DOWN if lost else Health.DEGRADED if cuts else Health.UP
    return RingSketch(name, at(minutes=5), health, nodes, joints, "SC-0112-014")
