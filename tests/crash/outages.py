"""The judge of outages: the log against what was really broken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.crash.night import Truth
from tests.crash.records import SLACK, Found, Records

DETECT = 1.0 + 3 * 0.6 + 2 * 0.3 + SLACK
"""Interval, three looks that time out, two waits between them."""
RETURN = 1.0 + 0.6 + SLACK


def judge_outages(night: Records, found: Found) -> None:
    """Hold incidents against what was really broken: none untrue, none missing, none over before its time."""
    truths: dict[str, list[Truth]] = defaultdict(list)
    for truth in night.played.truths:
        truths[truth.target].append(truth)
    for incident in night.incidents:
        _true(night, incident, truths[incident["target"]], found.wrong)
    for truth in night.played.truths:
        _noticed(night, truth, found)


def _true(night: Records, incident: Any, truths: Sequence[Truth], wrong: list[str]) -> None:
    code, short = incident["code"], timedelta(seconds=1.2)
    for what in ("first_bad", "detected_at"):
        at = incident[what]
        if not any(truth.begins <= at and at - short <= truth.ends for truth in truths):
            wrong.append(f"{code}: {what} {at:%X.%f} of {incident['target']}, which was well")
    restored = incident["restored_at"]
    if restored is None:
        wrong.append(f"{code} never ended")
    elif any(truth.begins <= restored - short and restored <= truth.ends for truth in truths):
        wrong.append(f"{code}: restored {restored:%X.%f} while it was broken")
    before = [truth for truth in truths if truth.begins <= incident["detected_at"]]
    if before and restored is not None and (by := night.by(before[-1].ends, RETURN)) is not None:
        again = [truth for truth in truths if before[-1].ends < truth.begins < by]
        if restored > by and not again:
            wrong.append(f"{code}: over at {before[-1].ends:%X.%f}, seen only at {restored:%X.%f}")


def _noticed(night: Records, truth: Truth, found: Found) -> None:
    for up in night.ups:
        begins, ends = max(up.begins, truth.begins), min(up.ends, truth.ends)
        by = begins + timedelta(seconds=DETECT)
        if by > ends:
            continue
        seen = [
            i
            for i in night.incidents
            if i["target"] == truth.target
            and i["opened_at"] <= by
            and (i["restored_at"] is None or i["restored_at"] >= truth.ends - timedelta(seconds=0.1))
        ]
        if not seen:
            found.wrong.append(f"{truth.target} was broken {truth.begins:%X.%f} - {truth.ends:%X.%f}: no incident")
        elif up.begins < truth.begins and seen[0]["opened_at"] > truth.begins:
            found.detection.append((seen[0]["opened_at"] - truth.begins).total_seconds())
