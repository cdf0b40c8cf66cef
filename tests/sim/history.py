"""What a night leaves behind beside its database: who lived when, what was done to whom, what arrived where."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitord.domain.anchor import Anchor
from monitord.store import tables as t
from tests.sim.clock import Machine
from tests.sim.loop import Universe
from tests.sim.nemesis import Plan
from tests.sim.people import People
from tests.sim.place import read
from tests.sim.province import Edition
from tests.sim.telegram import Telegram
from tests.sim.world import World
from tests.sim.writer import Diary

ANCHOR_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
"""Signs the anchors of every night, so that a night is the same each time."""


@dataclass(frozen=True, slots=True)
class Up:
    """A time in which the daemon ran; `death` says how it ended."""

    life: int
    begins: float
    ends: float
    death: str


@dataclass(slots=True)
class Typed:
    """What somebody typed about an incident, and whether the desk said that it is done."""

    at: float
    what: str
    incident: int
    person: str
    done: bool = False


@dataclass
class History:
    """What the judges read beside the database: truths, telephones, and what was done to the daemon."""

    plan: Plan
    universe: Universe
    machine: Machine
    world: World
    telegram: Telegram
    people: People
    diary: Diary
    editions: dict[str, Edition]
    first: Edition
    claims: list[tuple[float, int]] = field(default_factory=list)
    ups: list[Up] = field(default_factory=list)
    sleeps: list[tuple[float, float]] = field(default_factory=list)
    walls: list[tuple[float, float]] = field(default_factory=list)
    reboots: list[float] = field(default_factory=list)
    blocks: list[tuple[float, str, bool]] = field(default_factory=list)
    acts: list[Typed] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    deaths: int = 0
    healed: float = 0.0
    ended: float = 0.0
    tally: dict[str, int] = field(default_factory=dict)
    cpu: float = 0.0


def fingerprint(history: History, database: Path) -> str:
    """Return a digest of everything that happened, in order."""
    digest = hashlib.sha256()
    for letter in history.telegram.letters:
        digest.update(repr((letter.at, letter.chat, letter.notice, letter.first, letter.edits)).encode())
    digest.update(repr([(s.at, s.target, s.health) for s in history.world.seen]).encode())
    digest.update(repr([(p.at, p.update) for p in history.people.pressed]).encode())
    digest.update(repr(history.ups).encode())
    with read() as connection:
        hashes = connection.execute(sa.select(t.journal.c.hash).order_by(t.journal.c.seq)).all()
        digest.update(repr([tuple(row) for row in hashes]).encode())
    return digest.hexdigest()[:16]
