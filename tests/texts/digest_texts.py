"""Digests: many messages in one, as it is read on a telephone and in one SMS."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitord.texts.digest import Digest, DigestLine, DigestState
from monitord.texts.squeeze import ONE_PART
from monitord.texts.story import Words
from tests.texts.stories import ZONE, at

OPEN, TAKEN, OVER = DigestState.OPEN, DigestState.TAKEN, DigestState.OVER
LINES = (
    DigestLine("SC-0602-001", 3, "OLT Trà Cú 02", OVER, at("02:31"), at("03:52")),
    DigestLine("SC-0602-004", 2, "OLT Tiểu Cần 01", OPEN, at("03:07")),
    DigestLine("SC-0602-002", 2, "Ring 5 Trà Cú – Duyên Hải", TAKEN, at("22:50", 5), taken_by="Trần Thị B"),
    DigestLine("SC-0602-003", 2, "OLT Gò Mây", OVER, at("03:01"), into="SC-0602-002"),
    DigestLine("SC-0602-005", 3, "UPS Trạm Cầu Kè", OPEN, at("04:10")),
)
NIGHT = Digest(9, LINES, at("08:06"), ZONE, timedelta(hours=5, minutes=35), asks=True, buttons=True)
MANY = tuple(
    DigestLine(f"SC-0602-{n:03}", 2 + n % 2, f"OLT số {n} " + "rất dài " * 12, state, at("03:00"))
    for n, state in enumerate((OPEN, TAKEN, OVER) * 30, 1)
)
ENDED = tuple(replace(LINES[0], code=f"SC-0602-01{n}") for n in range(6))
TWO_DAYS = (LINES[1], replace(LINES[1], code="SC-0502-004"), LINES[0])
DIGESTS = {
    "night": NIGHT,
    "fresh": replace(NIGHT, lines=ENDED, messages=6, waited=None, asks=False),
    "repeat-in-writing": replace(NIGHT, repeat=True, buttons=False),
    "drill": replace(NIGHT, lines=LINES[4:], messages=6, drill=True),
    "many": replace(NIGHT, lines=MANY, messages=120),
}


def digests(words: Words) -> Mapping[str, str]:
    """Return the texts by the name of their golden file."""
    short = {**DIGESTS, "two-days": replace(NIGHT, lines=TWO_DAYS)}
    short["many"] = replace(NIGHT, lines=MANY[:8])
    in_one = "\n".join(f"{name}: {words.digest_short(one, ONE_PART)}" for name, one in short.items())
    return {f"digest-{name}": words.digest(one) for name, one in DIGESTS.items()} | {"digest-short": in_one}
