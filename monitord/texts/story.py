"""What a text is made from: frozen values that the desk fills and a language turns into words.

Names and device strings in them are clean already (one printable line each). Instants are aware; every text shows
them in `zone`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Protocol

from monitord.domain.document import AttachmentKind
from monitord.domain.extent import NOTHING, Extent
from monitord.domain.finding import FindingKind
from monitord.domain.handover import Book, Signed
from monitord.domain.health import Cause, Happening, Health, Hold
from monitord.domain.incident import Phase
from monitord.domain.menus import Menu
from monitord.domain.notice import Button, Delivery, DeliveryCause, Event, Key, NoticeState
from monitord.domain.probable import Suspect
from monitord.domain.survey import Survey
from monitord.domain.window import WindowKind
from monitord.texts.bulletins import BulletinLetter, NightText
from monitord.texts.digest import Digest
from monitord.texts.typed import TypedAnswer


class Audience(StrEnum):
    """Who reads it, which decides tone and what is left out.

    SHIFT works on it; OPERATIONS directs the work; LEADER decides; DEPARTMENT is another organisation, which reads
    roles and units instead of our people's names, and no blame.
    """

    SHIFT = "shift"
    OPERATIONS = "operations"
    LEADER = "leader"
    DEPARTMENT = "department"


class Answering(StrEnum):
    """How the reader can answer: by a button under the text, by writing a command back, or not by this channel."""

    PRESS = "press"
    WRITE = "write"
    NOT_HERE = "not_here"


class ToldState(StrEnum):
    """What became of telling somebody."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    NOTED = "noted"
    RECEIPT = "receipt"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was told: `at` the instant of the step, `role` the duty's or organisation's name, `channel` as
    people call it.
    """

    at: datetime
    role: str
    name: str
    channel: str
    state: ToldState


@dataclass(frozen=True, slots=True)
class Next:
    """What comes at `at` unless somebody takes it: `role` is told; `again` when it is the last step repeated; `asks`
    when a leader must approve, `calls` when the desk is asked to call.
    """

    at: datetime
    role: str
    again: bool = False
    asks: bool = False
    calls: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took it. `yours` when it is the reader himself; `expires_at` is when the ladder would start again."""

    at: datetime
    name: str
    role: str = ""
    yours: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything one incident message can say, to one reader, at one instant.

    `title` is what the target is called where that differs from the device ("Cổng lên lõi"), `instance` the interface
    or the like. `occurred_at` is an estimate; `due_at` and `late` are set when it goes out late, `skipped` names the
    roles of the steps told with it; `again` counts the repeats of the last step (0 = not one). `repeat` marks a
    message that may have arrived already. `order` names the order by which it leaves the house unapproved,
    `approved_by` who approved it. `organisation` is the reader's own when not ours, in an approval request the one
    that waits. `shift` is the reader's duty from-to. `noted` is the leader who knows of it or asks for it, `pause`
    how long his knowing holds the steps above. `contact` is how to reach the unit. `reopened` counts how often it came
    back, `episode_at` is when the present episode began, `down_total` how long it was down in all of them. `by` is who
    handed it to the reader, `into` the incident it was merged into, `asked` the leaders asked to approve before the
    reader, `phone` the number of the organisation that is to be called, `was` the health in which the reader heard of
    it before, `raised_from` the severity from which it rose just now, `extent` how far
    it reaches, `suspect` what it probably comes from, `mains_lost` since when its place ran on battery.
    `storm` is what a storm looks like. `lane` is the kind of a security incident: its
    text says no more than that, whoever reads it. `answering` is how the reader can take it,
    `picture` what stands above the text.
    """

    event: Event
    audience: Audience
    code: str
    severity: int
    health: Health
    cause: Cause
    device_name: str
    unit_name: str
    occurred_at: datetime
    detected_at: datetime
    now: datetime
    zone: tzinfo
    detail: str = ""
    title: str = ""
    instance: str = ""
    site_name: str = ""
    commune: str = ""
    recipient_name: str = ""
    recipient_title: str = ""
    recipient_role: str = ""
    shift: tuple[datetime, datetime] | None = None
    address_form: str = "đồng chí"
    organisation: str = ""
    next: Next | None = None
    told: tuple[Told, ...] = ()
    asked: tuple[Taken, ...] = ()
    taken: Taken | None = None
    restored_at: datetime | None = None
    order: str | None = None
    approved_by: str = ""
    due_at: datetime | None = None
    late: timedelta | None = None
    skipped: tuple[str, ...] = ()
    again: int = 0
    repeat: bool = False
    drill: bool = False
    contact: str = ""
    noted: Taken | None = None
    pause: timedelta | None = None
    reopened: int = 0
    episode_at: datetime | None = None
    down_total: timedelta | None = None
    by: Taken | None = None
    into: str = ""
    lane: str = ""
    suspected: bool = False
    phone: str = ""
    was: Health | None = None
    raised_from: int | None = None
    suspect: Suspect = Suspect.UNKNOWN
    mains_lost: datetime | None = None
    extent: Extent = NOTHING
    storm: Survey | None = None
    answering: Answering = Answering.PRESS
    picture: AttachmentKind | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on a duty: `role` of a unit, at `at`; `until` when it is known; `instead` names who was told in place
    of them.
    """

    unit_name: str
    role: str
    at: datetime
    zone: tzinfo
    until: datetime | None = None
    instead: str = ""
    code: str = ""
    address_form: str = "đồng chí"
    drill: bool = False


class Trouble(StrEnum):
    """What is wrong with a channel: nothing gets through; one person cannot be reached; somebody else uses our token;
    it works again; little is left on its account.
    """

    BROKEN = "broken"
    BINDING = "binding"
    CONFLICT = "conflict"
    WORKS_AGAIN = "works_again"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class ChannelTrouble:
    """Trouble with a channel, for the administrator.

    `waiting` counts the rows that wait for it; `person` whom it concerns; `left` is what is left on its account.
    """

    channel: str
    trouble: Trouble
    since: datetime
    now: datetime
    zone: tzinfo
    cause: DeliveryCause = DeliveryCause.FINE
    detail: str = ""
    waiting: int = 0
    person: str = ""
    left: float | None = None


@dataclass(frozen=True, slots=True)
class DiskTrouble:
    """The disk is full or nearly so: `free` bytes left; `written` is False when the daemon can no longer write its
    log.
    """

    at: datetime
    zone: tzinfo
    free: int
    written: bool = False


@dataclass(frozen=True, slots=True)
class AlarmItem:
    """One of the things an alarm is about, and from when on, where that is known."""

    name: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the auditor found, for the administrators; `items` are the first few of `count`. `over` says that it is
    found no longer."""

    kind: FindingKind
    since: datetime
    now: datetime
    zone: tzinfo
    count: int = 0
    items: tuple[AlarmItem, ...] = ()
    over: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class AnchorSent:
    """An anchor of the journal on its way outside: made at `at` over `count` rows; `line` must stand in the text as it
    is."""

    number: int
    at: datetime
    count: int
    line: str
    zone: tzinfo
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority to be called: its number, and when somebody spoke to it (as the journal writes instants)."""

    id: str
    name: str
    phone: str
    called: str | None


@dataclass(frozen=True, slots=True)
class Script:
    """What the caller of a security incident reads from. It is shown at the desk, and never sent."""

    code: str
    lane: str
    text: str
    authorities: tuple[Authority, ...]
    where: str = ""
    detail: str = ""
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a menu: which, of which incident, what there is to say (`said`: the cause that was named, the
    telephones of the shift), and whether what is chosen `ends` what nobody has called over yet."""

    menu: Menu
    code: str
    said: str = ""
    ends: bool = False


class PressResult(StrEnum):
    """What pressing a button came to."""

    TAKEN = "taken"
    ALREADY_YOURS = "already_yours"
    ALREADY_TAKEN = "already_taken"
    ALREADY_OVER = "already_over"
    NOTED = "noted"
    RUNG = "rung"
    RUNG_BEFORE = "rung_before"
    NOT_RUNG = "not_rung"
    RECEIPT = "receipt"
    HEARD = "heard"
    SHIFT_TAKEN = "shift_taken"
    SHIFT_TAKEN_BEFORE = "shift_taken_before"
    SHIFT_UNREAD = "shift_unread"
    SHIFT_GIVEN = "shift_given"
    SHIFT_GIVEN_BEFORE = "shift_given_before"
    NO_SHIFT = "no_shift"
    DEADLINE_SENT = "deadline_sent"
    DEADLINE_SENT_BEFORE = "deadline_sent_before"
    APPROVED = "approved"
    ALREADY_APPROVED = "already_approved"
    DECLINED = "declined"
    ALREADY_DECLINED = "already_declined"
    LISTED = "listed"
    CALLED = "called"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    ALREADY_ESCALATED = "already_escalated"
    NOT_REACHED = "not_reached"
    MENU = "menu"
    OLD_MENU = "old_menu"
    CLOSED_MENU = "closed_menu"
    HANDED = "handed"
    ALREADY_HANDED = "already_handed"
    CAUSE_NOTED = "cause_noted"
    CAUSE_NOTED_BEFORE = "cause_noted_before"
    CLOSED = "closed"
    CLOSE_PROPOSED = "close_proposed"
    CANARY = "canary"
    PROPOSED_BEFORE = "proposed_before"
    ALREADY_CLOSED = "already_closed"
    STILL_DOWN = "still_down"
    NOT_CLOSED = "not_closed"
    NOBODY_ELSE = "nobody_else"
    REFUSED = "refused"
    PICTURED = "pictured"
    NO_PICTURE = "no_picture"
    PICTURE_NOT_HERE = "picture_not_here"
    NOT_DRAWN = "not_drawn"
    NOT_CALLED = "not_called"
    CALLED_AGAIN = "called_again"
    SWAP_TAKEN = "swap_taken"
    SWAP_APPROVED = "swap_approved"
    SWAP_DECLINED = "swap_declined"
    SWAP_OVER = "swap_over"
    SWAP_REFUSED = "swap_refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pressed:
    """The result of a press, with who did it before, and when; `to` is to whom it was handed, what was
    chosen, or whom to call. A refusal carries nothing: its words are neutral."""

    result: PressResult
    code: str = ""
    name: str = ""
    role: str = ""
    at: datetime | None = None
    zone: tzinfo | None = None
    to: str = ""


class Words(Protocol):
    """One language.

    Every method is pure and total: it has an answer for every member of its enum and never raises for odd values.
    """

    lang: str
    page: Mapping[str, str]
    """The words of the web page by key; every language has the same keys."""
    demo: Mapping[str, str]
    """What the demo says."""
    drawn: Mapping[str, str]
    """What stands in pictures by key; every language has the same keys and the same fields in braces."""
    table: Mapping[str, str]
    """The headings of CLI tables by key; every language has the same keys."""
    lists: Mapping[Button, Mapping[str, str]]
    """What can be chosen in menus of words, by key; every language has the same keys."""

    def message(self, story: Story) -> str:
        """Return the text for `story.event` and `story.audience`, plain, without markup."""
        ...

    def short(self, story: Story, limit: int) -> str:
        """Return the same in one line of plain ASCII of at most `limit` characters (140 at least): for an SMS.

        The number of the incident, and how to answer, are never cut.
        """
        ...

    def digest(self, told: Digest) -> str:
        """Return the text that tells of many messages in one, plain; every incident's number stands in it."""
        ...

    def digest_short(self, told: Digest, limit: int) -> str:
        """Return the same as `short` does."""
        ...

    def spoken(self, story: Story, keys: Sequence[Key]) -> str:
        """Return the same as it is read aloud in a call, with what the keys do."""
        ...

    def coverage(self, gap: Gap) -> str:
        """Return the text to a roster's owner about a duty that nobody holds."""
        ...

    def channel_trouble(self, trouble: ChannelTrouble) -> str:
        """Return the text to an administrator about a channel."""
        ...

    def disk_full(self, trouble: DiskTrouble) -> str:
        """Return the text to an administrator about the disk."""
        ...

    def alarm(self, alarm: Alarm) -> str:
        """Return the text to an administrator about what the auditor found, or that it is over."""
        ...

    def anchor(self, sent: AnchorSent) -> str:
        """Return the text to who keeps anchors; the anchor's line stands in it alone and whole."""
        ...

    def night(self, told: NightText) -> str:
        """Return the body of a bulletin, one sentence that may leave the unit: no name, no blame."""
        ...

    def typed(self, told: TypedAnswer) -> str:
        """Return the answer to a command that somebody typed."""
        ...

    def bulletin(self, told: BulletinLetter) -> str:
        """Return the letter in which a bulletin is asked for, or sent."""
        ...

    def script(self, script: Script, zone: tzinfo) -> str:
        """Return what the caller of a security incident reads: the words, the numbers, and who was called already."""
        ...

    def handover(self, book: Book, zone: tzinfo, signed: Signed | None = None) -> str:
        """Return a handover book, its first line the change it is about; of a frozen one also who signed. At most 20
        lines where it is not frozen."""
        ...

    def press(self, pressed: Pressed) -> str:
        """Return the words shown to who pressed a button; at most 200 characters, as Telegram takes."""
        ...

    def button(self, button: Button) -> str:
        """Return the words on a button."""
        ...

    def option(self, button: Button, name: str) -> str:
        """Return the words on a button of a menu that stands for `name`: a person, a cause."""
        ...

    def menu(self, above: Above) -> str:
        """Return the line that stands above a menu, under the text of its message; empty where none is needed."""
        ...

    def proposal(self, cause: str, measures: str) -> str:
        """Return how somebody proposed to close an incident, in a few words."""
        ...

    def health(self, health: Health) -> str: ...
    def cause(self, cause: Cause) -> str: ...
    def phase(self, phase: Phase) -> str: ...
    def severity(self, severity: int) -> str:
        """Return the severity's name alone: `Cao`; a number for one that has no name."""
        ...

    def hold(self, hold: Hold) -> str: ...
    def window(self, kind: WindowKind) -> str: ...
    def happening(self, happening: Happening) -> str: ...
    def event(self, event: Event) -> str: ...
    def notice_state(self, state: NoticeState) -> str: ...
    def delivery(self, delivery: Delivery) -> str: ...
    def delivery_cause(self, cause: DeliveryCause) -> str: ...
    def finding(self, kind: FindingKind) -> str: ...
    def told_state(self, state: ToldState) -> str: ...

    def channel(self, channel: str) -> str:
        """Return a channel as people call it: `Telegram`; its id when it has no other name."""
        ...

    def target(self, device: str, title: str = "", instance: str = "") -> str:
        """Return how a target is called in one line: the device, and the thing on it."""
        ...

    def duration(self, span: timedelta, exact: bool = False) -> str:
        """Return `1 giờ 05 phút`, `22 phút`, `45 giây`; a negative span counts as none.

        `exact` says the seconds too: `1 giờ 4 phút 50 giây`.
        """
        ...

    def clock(self, at: datetime, zone: tzinfo, seconds: bool = False) -> str:
        """Return `03:07`, or `03:07:12` with seconds."""
        ...

    def instant(self, at: datetime, zone: tzinfo, seconds: bool = False) -> str:
        """Return `03:07 06/02/2027`."""
        ...

    def day(self, at: datetime, zone: tzinfo) -> str:
        """Return `Thứ Bảy 06/02/2027 (mùng 1 tháng Giêng)`."""
        ...

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with thousands and decimals marked the way of the language: `1.248`, `7,5`."""
        ...

    def log_line(self, kind: str, refs: Mapping[str, Any], names: Mapping[str, str], zone: tzinfo) -> str:
        """Return what a journal row says, as one line.

        `refs` are the row's own. `names` gives the words for ids: `names[id]` for a person, duty, unit, organisation,
        target or channel id found in `refs`, and under `"incident"`, `"target"`, `"actor"` and the keys of the
        private part (`"name"`, `"detail"`, `"text"`) what the row itself carries. What is missing is left out; an
        unknown kind is shown as it is.
        """
        ...
