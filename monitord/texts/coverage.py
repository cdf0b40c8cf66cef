"""What is said of a roster that lacks somebody: to its owner and the leader on duty, days ahead, and in tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from monitord.domain.campaign import Campaign
from monitord.domain.coverage import Fault
from monitord.texts import forms
from monitord.texts.story import Words

MOST_LINES = 7
"""Gaps named in one message; with what stands around them it has twelve lines at most."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A duty of which somebody is missing for `[start, end)`: `have` of `need`. Without an `end` the roster ends
    there."""

    duty: str
    start: datetime
    end: datetime | None
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class GapsAhead:
    """What a unit's roster lacks: to whom it is told, by the name of a duty, empty for its owner; the nearest first."""

    unit: str
    unit_name: str
    handover: time
    gaps: tuple[Gap, ...]
    zone: tzinfo
    address_form: str
    to: str = ""


def letter(told: GapsAhead, page: Mapping[str, str]) -> str:
    """Return the message, twelve lines at most; no name of a person stands in it."""
    shown = told.gaps[:MOST_LINES]
    more = len(told.gaps) - len(shown)
    whom = page["gaps_to_duty" if told.to else "gaps_to_owner"]
    return forms.lines(
        page["gaps_title"].format(unit=told.unit_name),
        whom.format(form=forms.capital(told.address_form), small=told.address_form, duty=told.to),
        *(_line(gap, told.zone, page) for gap in shown),
        page["gaps_more"].format(more=more, unit=told.unit) if more else None,
        page["gaps_handover"].format(at=f"{told.handover:%H:%M}"),
        page["gaps_ask"],
    )


def said_of(fault: Fault, have: int, need: int, also: Sequence[str], table: Mapping[str, str]) -> str:
    """Return what is wrong in the words of a table's cell; `also` are the names of the other duties of who has two."""
    values = {"have": have, "need": need, "lacking": need - have, "spare": have - need, "also": ", ".join(also)}
    return table[f"fault_{fault}"].format(**values)


def campaign_line(words: Words, zone: tzinfo, campaign: Campaign) -> str:
    """Return what holds while a campaign does: from when to when, at which level, by which orders, when it reports."""
    start, end = (words.instant(at, zone) for at in (campaign.start, campaign.end))
    parts = [words.table["campaign_holds"].format(name=campaign.name, start=start, end=end, level=campaign.level)]
    if campaign.orders:
        parts.append(words.table["campaign_order"].format(orders="; ".join(campaign.orders)))
    if campaign.reports:
        reports = ", ".join(words.instant(at, zone) for at in campaign.reports)
        parts.append(words.table["campaign_report"].format(reports=reports))
    return " · ".join(parts)


def _line(gap: Gap, zone: tzinfo, page: Mapping[str, str]) -> str:
    start = f"{forms.clock(gap.start, zone)} {forms.local_day(gap.start, zone):%d/%m}"
    if gap.end is None:
        return page["gaps_ends" if gap.have == 0 else "gaps_few_on"].format(duty=gap.duty, start=start, **_few(gap))
    end = forms.near(gap.end, gap.start, zone)
    key = "gaps_empty" if gap.have == 0 else "gaps_few"
    return page[key].format(duty=gap.duty, start=start, end=end, **_few(gap))


def _few(gap: Gap) -> dict[str, int]:
    return {"have": gap.have, "need": gap.need, "lacking": gap.need - gap.have}
