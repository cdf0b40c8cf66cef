"""The judge of outages: the log against what was really broken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.crash.episodes import Episode, episodes
from tests.crash.night import Truth
from tests.crash.records import SLACK, Found, Records

DETECT = 1.0 + 3 * 0.6 + 2 * 0.3 + SLACK
"""Interval, three looks that time out, two waits between them."""
RETURN = 1.0 + 0.6 + SLACK
TICK = timedelta(seconds=0.1)
"""How exactly a device that counts in hundredths says since when a port is down."""


def judge_outages(night: Records, found: Found) -> None:
    """Hold incidents against what was really broken: none untrue, none missing, none over before its time."""
    truths: dict[str, list[Truth]] = defaultdict(list)
    for truth in night.played.truths:
        truths[truth.target].append(truth)
    found_down = [e for incident in night.incidents for e in episodes(incident, night.of[incident["id"]])]
    for episode in found_down:
        agent = truths[f"{episode.target.partition('/')[0]}/agent_answers"]
        _true(night, episode, truths[episode.target], agent, found.wrong)
    for truth in night.played.truths:
        _noticed(night, truth, found_down, found)


def _true(night: Records, episode: Episode, truths: Sequence[Truth], agent: Sequence[Truth], wrong: list[str]) -> None:
    code, short = episode.code, timedelta(seconds=1.2)
    for what, at in (("first_bad", episode.first_bad), ("detected_at", episode.detected)):
        if not any(truth.begins - TICK <= at and at - short <= truth.ends for truth in truths):
            wrong.append(f"{code}: {what} {at:%X.%f} of {episode.target}, which was well")
    restored = episode.restored
    if restored is None:
        wrong.append(f"{code} never ended")
    elif any(truth.begins <= restored - short and restored <= truth.ends for truth in truths):
        wrong.append(f"{code}: restored {restored:%X.%f} while it was broken")
    before = [truth for truth in truths if truth.begins <= episode.detected]
    over = _visible(before[-1].ends, agent) if before else None
    if before and over is not None and restored is not None and (by := night.by(over, RETURN)) is not None:
        again = [truth for truth in truths if before[-1].ends < truth.begins < by]
        if restored > by and not again:
            wrong.append(f"{code}: over at {before[-1].ends:%X.%f}, seen only at {restored:%X.%f}")


def _visible(over: datetime, agent: Sequence[Truth]) -> datetime:
    """Return when the end of a port's fault can be seen: not while its device does not answer."""
    for silence in sorted(agent, key=lambda truth: truth.begins):
        if silence.begins <= over + timedelta(seconds=RETURN) and silence.ends > over:
            over = silence.ends
    return over


def _noticed(night: Records, truth: Truth, found_down: Sequence[Episode], found: Found) -> None:
    for up in night.ups:
        begins, ends = max(up.begins, truth.begins), min(up.ends, truth.ends)
        by = begins + timedelta(seconds=DETECT)
        if by > ends:
            continue
        seen = [
            e
            for e in found_down
            if e.target == truth.target
            and e.written <= by
            and (e.restored is None or e.restored >= truth.ends - timedelta(seconds=0.1))
        ]
        if not seen:
            found.wrong.append(f"{truth.target} was broken {truth.begins:%X.%f} - {truth.ends:%X.%f}: no incident")
        elif up.begins < truth.begins and seen[0].written > truth.begins:
            found.detection.append((seen[0].written - truth.begins).total_seconds())
