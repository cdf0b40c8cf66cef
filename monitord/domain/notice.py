"""Notices: the duty to tell one person one thing by one channel, and what became of each attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from monitord.domain.document import Attachment, Document


class Event(StrEnum):
    """What a notice tells."""

    STEP = "step"
    ACKNOWLEDGED = "acknowledged"
    RESTORED = "restored"
    REOPENED = "reopened"
    FLAPPING = "flapping"
    CHANGED = "changed"
    HANDED = "handed"
    REMINDER = "reminder"
    MERGED = "merged"
    ACK_EXPIRED = "ack_expired"
    APPROVAL = "approval"
    CALL_OUT = "call_out"
    SENT_BACK = "sent_back"
    URGED = "urged"
    TAKEN_AWAY = "taken_away"
    COVERAGE = "coverage"
    CHANNEL_BROKEN = "channel_broken"
    CHANNEL_STATE = "channel_state"
    TEST = "test"
    CANARY = "canary"
    BALANCE = "balance"
    TAKEN_EDIT = "taken_edit"
    RESTORED_EDIT = "restored_edit"
    MENU_EDIT = "menu_edit"
    ANCHOR = "anchor"
    ALARM = "alarm"
    ALARM_OVER = "alarm_over"
    STORM = "storm"
    STORM_LIST = "storm_list"
    PICTURE = "picture"
    SHIFT_ASK = "shift_ask"
    DEADLINE = "deadline"
    SHIFT_UNREAD = "shift_unread"
    SHIFT_MISSED = "shift_missed"
    SHIFT_CAME = "shift_came"
    HANDOVER = "handover"
    HANDED_OVER = "handed_over"
    BULLETIN_ASK = "bulletin_ask"
    BULLETIN = "bulletin"
    BOUND = "bound"
    UNBOUND = "unbound"
    GAPS_AHEAD = "gaps_ahead"
    BINDING = "binding"
    CONTACT_CODE = "contact_code"
    SWAP = "swap"
    SWAP_EDIT = "swap_edit"


class Priority(IntEnum):
    """The order in which notices leave; the lower goes first."""

    FIRST = 1
    ESCALATION = 2
    FOLLOW_UP = 3
    EDIT = 4
    CANARY = 5


class NoticeState(StrEnum):
    """Where a notice stands in the outbox."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    SUPERSEDED = "superseded"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Notice:
    """One outbox row before it is written. `key` makes every repetition of a decision harmless.

    `organisation` is set when the person is told as the contact of another organisation. `skipped` are the step
    numbers that fell due while
    the daemon was down and are told by this notice, `late` by how much. `edits` names the notice whose message is
    edited in place.
    """

    incident: int | None
    event: Event
    person: str
    channel: str
    priority: Priority
    step: int | None = None
    organisation: str | None = None
    skipped: tuple[int, ...] = ()
    late: timedelta | None = None
    round: int = 0
    edits: int | None = None
    fallback: tuple[str, ...] = ()
    subject: str = ""

    @property
    def key(self) -> str:
        """Return `incident:event:step:round:person:channel`, unique in the outbox."""
        parts = (self.incident or 0, self.event, "" if self.step is None else self.step, self.round, self.person)
        tail = f":{self.edits}{self.subject}" if self.edits is not None else f":{self.subject}" if self.subject else ""
        return ":".join(str(p) for p in parts) + f":{self.channel}{tail}"


EDITABLE = frozenset({"telegram"})
"""The channels whose messages can be changed in place after they were sent."""


EDITS = frozenset({Event.TAKEN_EDIT, Event.RESTORED_EDIT, Event.MENU_EDIT, Event.SWAP_EDIT})
"""What changes a message in place: it rings nowhere, and its acceptance is no row of the journal."""
PICTURED = ("telegram", "mail")
"""The channels that bring a picture, in the order in which they are asked."""
SYSTEM = frozenset({Event.CANARY, Event.BALANCE})
"""What goes to no person: the settings say where, and nothing of it is a row of the journal."""
UNWRITTEN = EDITS | SYSTEM
CALLS = frozenset({"voice"})
"""The channels that ring a telephone: for what asks, not for what only follows."""
BUTTONED = frozenset({"telegram", "log"})
"""The channels that show buttons under a message; the log names them, as a record of what was said."""


class Button(StrEnum):
    """What a button under a message does."""

    TAKE = "take"
    NOTED = "noted"
    RECEIPT = "receipt"
    HEARD = "heard"
    SHIFT = "shift"
    SENT = "sent"
    SHIFT_KNOWN = "shift_known"
    SHIFT_GIVE = "shift_give"
    APPROVE = "approve"
    LIST = "list"
    CALLED = "called"
    SNOOZE = "snooze"
    ESCALATE = "escalate"
    MORE = "more"
    BACK = "back"
    HAND = "hand"
    HAND_TO = "hand_to"
    CAUSE = "cause"
    CAUSE_IS = "cause_is"
    CLOSE = "close"
    CLOSE_CAUSE = "close_cause"
    CLOSE_AS = "close_as"
    RING = "ring"
    DECLINE = "decline"
    DECLINE_AS = "decline_as"
    PICTURE = "picture"
    CANARY = "canary"
    NO_CALLS = "no_calls"
    SWAP_TAKE = "swap_take"
    SWAP_APPROVE = "swap_approve"
    SWAP_DECLINE = "swap_decline"


@dataclass(frozen=True, slots=True)
class ButtonFace:
    """A button as a channel shows it: the words on it and the signed data that comes back."""

    label: str
    callback: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key that somebody may press during a call: what the desk hears then, a typed command; or the number that he is
    put through to; with neither, the text is spoken again."""

    digit: str
    hears: str = ""
    connects: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to deliver.

    Plain text (no markup), buttons in rows, or an edit of the message `replaces`. `attach` names what is to go with it;
    it is made right before the attempt, and stands in `document` then. `code` is the incident's number, by which a
    channel keeps messages together; empty for what belongs to none. `once` names the notice, the same in every attempt
    and like no other of any database, for the other side's memory of what it has already; empty where there is no
    row. `keys` are for a call; the text says what they do. `also` are the other notices that a digest tells. `follows`
    is what the channel calls its reader's first message about the same incident, empty for that one itself. `instead`
    is what is said where what goes with it can never be made; `quiet` says that it need not ring. `canary` is the token
    of a canary, `clears` are the messages that it takes the place of.
    """

    notice: int
    to: str
    text: str
    buttons: tuple[tuple[ButtonFace, ...], ...] = ()
    replaces: str | None = None
    attach: Attachment | None = None
    document: Document | None = None
    code: str = ""
    once: str = ""
    keys: tuple[Key, ...] = ()
    also: tuple[int, ...] = ()
    follows: str = ""
    instead: str = ""
    quiet: bool = False
    canary: str = ""
    clears: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """An outbox row under lease: the message, rendered, and where it stands.

    `attempts` counts the earlier attempts, `uncertain` says that one of them may have arrived (the text says so
    already). `lease` is for how many seconds after the claim the row is ours; an attempt that could outlive it is not
    begun.
    """

    message: Message
    priority: Priority
    attempts: int = 0
    uncertain: bool = False
    lease: float = 30.0


class Delivery(StrEnum):
    """How an attempt ended. UNCERTAIN: it may have been delivered, so a repeat must say so."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNCERTAIN = "uncertain"
    PERMANENT = "permanent"


class DeliveryCause(StrEnum):
    """Why an attempt ended as it did: a closed set for journal and metrics."""

    FINE = "fine"
    CONNECT = "connect"
    POOL = "pool"
    TIMED_OUT = "timed_out"
    CONNECTION_LOST = "connection_lost"
    RATE_LIMITED = "rate_limited"
    BLOCKED = "blocked"
    BAD_REQUEST = "bad_request"
    NO_SUCH_CHAT = "no_such_chat"
    MIGRATED = "migrated"
    REJECTED = "rejected"
    SERVER_ERROR = "server_error"
    BAD_ANSWER = "bad_answer"
    NO_ANSWER = "no_answer"
    CERTIFICATE = "certificate"
    NO_SIGNAL = "no_signal"
    NOT_REGISTERED = "not_registered"
    CANARY_LOST = "canary_lost"
    NO_ADDRESS = "no_address"
    NOT_CONFIGURED = "not_configured"
    LEASE_EXPIRED = "lease_expired"
    RESTART = "restart"
    UNEXPECTED = "unexpected"


class Reading(StrEnum):
    """What is read of a channel beside whether it works: the signal in percent, what is left on its account."""

    SIGNAL = "signal"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to, and the next move.

    `retry_in` is what the other side asked for; `address` a new address to use from now on; `readings` what a probe
    read beside.
    """

    delivery: Delivery
    cause: DeliveryCause = DeliveryCause.FINE
    detail: str = ""
    message_ref: str | None = None
    accepted_at: datetime | None = None
    retry_in: timedelta | None = None
    address: str | None = None
    readings: tuple[tuple[Reading, float], ...] = ()


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """Return the wait before the next attempt.

    1, 2, 4 ... 60 seconds, and up to a quarter more by `jitter` in [0, 1).
    """
    return timedelta(seconds=min(60.0, 2.0 ** max(0, attempts - 1)) * (1 + jitter / 4))
