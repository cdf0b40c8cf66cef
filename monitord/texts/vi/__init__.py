"""Vietnamese, the language of the duty desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from monitord.domain.finding import FindingKind
from monitord.domain.handover import Book, Signed
from monitord.domain.health import Cause, Happening, Health, Hold
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Button, Delivery, DeliveryCause, Event, Key, NoticeState
from monitord.domain.window import WindowKind
from monitord.texts import forms, logline
from monitord.texts.bulletins import BulletinLetter, NightText
from monitord.texts.digest import Digest
from monitord.texts.story import (
    Above,
    Alarm,
    AnchorSent,
    ChannelTrouble,
    DiskTrouble,
    Gap,
    Pressed,
    Script,
    Story,
    ToldState,
    Words,
)
from monitord.texts.typed import TypedAnswer
from monitord.texts.vi import (
    alarms,
    asides,
    bulletins,
    demo,
    digest,
    drawn,
    gaps,
    handover,
    letters,
    log,
    menus,
    names,
    pages,
    phrases,
    security,
    short,
    spoken,
    typed,
)


class _Vietnamese:
    """The words of the duty desk."""

    lang = "vi"
    page: Mapping[str, str] = {**pages.PAGE, **gaps.PAGE}
    table: Mapping[str, str] = {**pages.TABLE, **gaps.TABLE}
    demo: Mapping[str, str] = demo.DEMO
    drawn: Mapping[str, str] = drawn.DRAWN
    lists: Mapping[Button, Mapping[str, str]] = menus.LISTS

    def message(self, story: Story) -> str:
        return letters.message(story)

    def short(self, story: Story, limit: int) -> str:
        return short.SHORTENER.short(story, limit)

    def digest(self, told: Digest) -> str:
        return digest.DIGESTER.digest(told)

    def digest_short(self, told: Digest, limit: int) -> str:
        return digest.DIGESTER.short(told, limit)

    def spoken(self, story: Story, keys: Sequence[Key]) -> str:
        return spoken.SPEAKER.spoken(story, keys)

    def coverage(self, gap: Gap) -> str:
        text = asides.coverage(gap)
        return f"{letters.DRILL}\n{text}" if gap.drill else text

    def channel_trouble(self, trouble: ChannelTrouble) -> str:
        return asides.channel_trouble(trouble)

    def disk_full(self, trouble: DiskTrouble) -> str:
        return asides.disk_full(trouble)

    def alarm(self, alarm: Alarm) -> str:
        return alarms.alarm(alarm)

    def anchor(self, sent: AnchorSent) -> str:
        return asides.anchor(sent)

    def night(self, told: NightText) -> str:
        return bulletins.night(told)

    def typed(self, told: TypedAnswer) -> str:
        return typed.typed(told)

    def bulletin(self, told: BulletinLetter) -> str:
        return bulletins.letter(told)

    def script(self, script: Script, zone: tzinfo) -> str:
        return security.script(script, zone)

    def handover(self, book: Book, zone: tzinfo, signed: Signed | None = None) -> str:
        return handover.HANDOVER.page(book, zone, signed)

    def press(self, pressed: Pressed) -> str:
        return asides.press(pressed)

    def button(self, button: Button) -> str:
        return names.BUTTON[button]

    def option(self, button: Button, name: str) -> str:
        return f"{names.OPTION.get(button, '')} {name}".strip()

    def menu(self, above: Above) -> str:
        return menus.above(above)

    def proposal(self, cause: str, measures: str) -> str:
        return menus.proposal(cause, measures)

    def health(self, health: Health) -> str:
        return names.HEALTH[health]

    def cause(self, cause: Cause) -> str:
        return names.CAUSE[cause]

    def phase(self, phase: Phase) -> str:
        return names.PHASE[phase]

    def severity(self, severity: int) -> str:
        return names.SEVERITY.get(severity, str(severity))

    def window(self, kind: WindowKind) -> str:
        return names.WINDOW[kind]

    def hold(self, hold: Hold) -> str:
        return names.HOLD[hold]

    def happening(self, happening: Happening) -> str:
        return names.HAPPENING[happening]

    def event(self, event: Event) -> str:
        return names.EVENT[event]

    def notice_state(self, state: NoticeState) -> str:
        return names.NOTICE_STATE[state]

    def delivery(self, delivery: Delivery) -> str:
        return names.DELIVERY[delivery]

    def delivery_cause(self, cause: DeliveryCause) -> str:
        return names.DELIVERY_CAUSE[cause]

    def finding(self, kind: FindingKind) -> str:
        return alarms.WHAT[kind]

    def told_state(self, state: ToldState) -> str:
        return names.TOLD_STATE[state]

    def channel(self, channel: str) -> str:
        return names.CHANNEL.get(channel, channel)

    def target(self, device: str, title: str = "", instance: str = "") -> str:
        return forms.target(device, title, instance)

    def duration(self, span: timedelta, exact: bool = False) -> str:
        return phrases.duration(span, exact)

    def clock(self, at: datetime, zone: tzinfo, seconds: bool = False) -> str:
        return forms.clock(at, zone, seconds)

    def instant(self, at: datetime, zone: tzinfo, seconds: bool = False) -> str:
        return forms.instant(at, zone, seconds)

    def day(self, at: datetime, zone: tzinfo) -> str:
        return phrases.day(at, zone)

    def number(self, value: float, digits: int = 0) -> str:
        return forms.decimal(value, digits, ".", ",")

    def log_line(self, kind: str, refs: Mapping[str, Any], names: Mapping[str, str], zone: tzinfo) -> str:
        if kind not in FactKind.__members__.values():
            return kind
        said = logline.fill(log.LINE[FactKind(kind)], VIETNAMESE, log.codes(kind), refs, names, zone)
        return f"{said} (qua {self.channel(str(refs['heard']))})" if "heard" in refs else said


VIETNAMESE: Words = _Vietnamese()
