"""The seam between looking by SNMP and the engine that speaks it.

An engine makes one attempt for each ask and says how it ended; it never raises for anything a device does. What
counts as an answer is decided here, once for every engine: `read` turns a decoded response into a reply and tells a
sound answer from a garbled one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from monitord.domain.health import Cause
from monitord.domain.looking import Oid, Reach, Value
from monitord.domain.network import SnmpAccess

MAX_DATAGRAM = 8192
"""Bytes of the largest datagram that is decoded; a longer one is dropped unread."""

NO_ERROR, TOO_BIG, NO_SUCH_NAME, AUTHORIZATION_ERROR = 0, 1, 2, 16

_STATUS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)


class Pdu(StrEnum):
    """The questions asked (RFC 3416; v1 has no BULK)."""

    GET = "get"
    NEXT = "next"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one device. `timeout` is seconds from sending; `max_repetitions` counts for BULK alone (no
    non-repeaters).
    """

    access: SnmpAccess
    pdu: Pdu
    oids: tuple[Oid, ...]
    timeout: float
    max_repetitions: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """How one ask ended.

    ANSWERED with `error_status` 0 carries one varbind for each OID asked (BULK: up to `max_repetitions` rounds of
    them). ANSWERED with another status carries none, `cause` AGENT_ERROR or TOO_LARGE, and an `error_index` that is 0
    or points into the OIDs asked (from 1). `detail` is clean text without secrets; `took` is seconds.
    """

    reach: Reach
    varbinds: tuple[tuple[Oid, Value], ...] = ()
    error_status: int = NO_ERROR
    error_index: int = 0
    cause: Cause | None = None
    detail: str = ""
    took: float = 0.0


class SnmpEngine(Protocol):
    """Whatever can ask. Many asks may be under way at once, also to one address with several communities."""

    async def ask(self, ask: Ask) -> Reply:
        """Return how one attempt ended, at the latest `ask.timeout` seconds after it was sent."""
        ...

    async def close(self) -> None:
        """Give back sockets and threads; asks under way and later ones end as NOT_LOOKED."""
        ...


@dataclass(slots=True)
class Counter:
    """What an engine has met since it was made, in asks or datagrams."""

    asked: int = 0
    answered: int = 0
    silent: int = 0
    garbled: int = 0
    late: int = 0
    foreign: int = 0
    oversize: int = 0
    decode_errors: int = 0


def status_word(status: int) -> str:
    """Return the name of an error-status (RFC 3416), or its number when the RFC has none."""
    return _STATUS[status] if 0 <= status < len(_STATUS) else f"error-status {status}"


def garbled(cause: Cause, detail: str, took: float = 0.0) -> Reply:
    """Return the reply that something came, but not an answer to this ask."""
    return Reply(Reach.GARBLED, cause=cause, detail=detail, took=took)


def read(ask: Ask, status: int, index: int, varbinds: tuple[tuple[Oid, Value], ...], took: float) -> Reply:
    """Return the reply that a decoded response PDU with the right request-id makes.

    GARBLED when objects are too few, too many or others than asked; an error-index is believed only inside the OIDs
    asked.
    """
    if status == AUTHORIZATION_ERROR:
        return Reply(Reach.AUTH, cause=Cause.ACCESS_DENIED, detail=status_word(status), took=took)
    if status != NO_ERROR:
        kept = index if 1 <= index <= len(ask.oids) else 0
        cause = Cause.TOO_LARGE if status == TOO_BIG else Cause.AGENT_ERROR
        return Reply(Reach.ANSWERED, (), status, kept, cause, status_word(status), took)
    most = len(ask.oids) * (ask.max_repetitions if ask.pdu is Pdu.BULK else 1)
    least = 1 if ask.pdu is Pdu.BULK else len(ask.oids)
    if not least <= len(varbinds) <= most:
        return garbled(Cause.BAD_ANSWER, f"{len(varbinds)} objects answered, {len(ask.oids)} asked", took)
    if ask.pdu is Pdu.GET:
        for asked, (answered, _) in zip(ask.oids, varbinds, strict=True):
            if asked != answered:
                return garbled(Cause.WRONG_OBJECT, f"asked {asked}, answered {answered[:120]}", took)
    return Reply(Reach.ANSWERED, varbinds, took=took)
