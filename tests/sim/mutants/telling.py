"""Bugs in what is told: the outbox, leases, repeats, channels, updates."""

from tests.sim.mutants.mutant import Mutant, one

TELLING: tuple[Mutant, ...] = (
    one(
        "mark-before-send",
        "a message is marked as sent when it is claimed",
        "desk/claiming.py",
        '        "state": NoticeState.LEASED,\n',
        '        "state": NoticeState.SENT,\n',
    ),
    one(
        "digest-of-one",
        "of a digest only the first message is marked",
        "desk/reporting.py",
        "    for row in rows:\n",
        "    for row in rows[:1]:\n",
    ),
    one(
        "no-key",
        "a repeated decision queues its messages again",
        "store/tx.py",
        '"key": notice.key,',
        '"key": notice.key + self.token(6),',
    ),
    one(
        "queued-twice",
        "every message of a decision is queued a second time, under another key",
        "desk/context.py",
        "        tx.queue(notice, at.now, tell_from(notice))\n",
        "        tx.queue(notice, at.now, tell_from(notice))\n"
        '        tx.queue(replace(notice, subject=notice.subject + "again"), at.now)\n',
    ),
    Mutant(
        "two-transactions",
        "the messages of a decision are queued in the transaction after it",
        (
            (
                "monitord/desk/context.py",
                "    for notice in decision.notices:\n        tx.queue(notice, at.now, tell_from(notice))\n",
                "    LATER.extend((one, at.now, tell_from(one)) for one in decision.notices)\n    tx.queued += len(LATER)\n\n\nLATER = []\n",
            ),
            (
                "monitord/desk/desk.py",
                "        result = work(tx, self._moment())\n",
                "        from monitord.desk import context as later\n\n"
                "        owed, later.LATER[:] = list(later.LATER), []\n"
                "        for notice in owed:\n            tx.queue(*notice)\n"
                "        result = work(tx, self._moment())\n",
            ),
        ),
    ),
    Mutant(
        "leases-for-ever",
        "a leased row whose claimer died is never claimed again",
        (
            ("monitord/desk/starting.py", "    void_leases(tx, at)\n", ""),
            ("monitord/desk/claiming.py", "    void_expired_leases(tx, channel, at)\n", ""),
        ),
    ),
    one(
        "leases-wait",
        "a start leaves the leases of the run before it as they are",
        "desk/starting.py",
        "    void_leases(tx, at)\n",
        "",
    ),
    one(
        "leases-unlabelled",
        "a row whose lease ended is sent again as if for the first time",
        "desk/leases.py",
        '                uncertain=row["uncertain"] + 1,',
        '                uncertain=row["uncertain"],',
    ),
    one(
        "repeats-unlabelled",
        "what may have arrived already does not say so",
        "desk/letters.py",
        '        repeat=row["uncertain"] > 0,',
        '        repeat=row["uncertain"] > 99,',
    ),
    one(
        "uncertain-is-sent",
        "an attempt that may have arrived counts as sent",
        "desk/reporting.py",
        "        case Delivery.ACCEPTED:\n            _accept",
        "        case Delivery.ACCEPTED | Delivery.UNCERTAIN:\n            _accept",
    ),
    one(
        "three-tries",
        "after three failures a message is given up",
        "desk/reporting.py",
        'if over and row["attempts"] >= GIVE_UP_TRIES and at.now - row["created_at"] > GIVE_UP_AFTER:',
        'if row["attempts"] >= 3:',
    ),
    one(
        "waits-too-long",
        "the wait between two attempts has no limit",
        "domain/notice.py",
        "    return timedelta(seconds=min(60.0, 2.0 ** max(0, attempts - 1)) * (1 + jitter / 4))",
        "    return timedelta(seconds=min(9e4, 6.0 ** max(0, attempts - 1)) * (1 + jitter / 4))",
    ),
    one(
        "waits-by-the-wall",
        "after a step of the clock what waits for its next attempt waits on",
        "desk/desk.py",
        "            leases.hasten(tx, at, step.by)\n",
        "",
    ),
    one(
        "nobody-instead",
        "somebody whom nothing reaches is replaced by nobody",
        "desk/reporting.py",
        "        for name in person.stand_ins:\n            ways = context.book",
        "        for name in person.stand_ins[:0]:\n            ways = context.book",
    ),
    one(
        "broken-channel-unsaid",
        "administrators do not hear that somebody cannot be reached",
        "desk/reporting.py",
        "    for administrator in context.settings.administrators:",
        "    for administrator in context.settings.administrators[:0]:",
    ),
    one(
        "no-second-look",
        "a message leaves although its reason is gone",
        "desk/claiming.py",
        '        reason = "too late" if stale else reason_gone(tx, row, incident)',
        '        reason = "too late" if stale else reason_gone(tx, row, incident) and None',
    ),
    one(
        "second-look-too-strict",
        "every message of an incident that somebody has is dropped, the one who has it included",
        "desk/reasons.py",
        "        case Event.ACKNOWLEDGED | Event.TAKEN_EDIT | Event.REOPENED if not incident.running:",
        "        case Event.ACKNOWLEDGED | Event.TAKEN_EDIT | Event.REOPENED if incident.id:",
    ),
    one(
        "end-unsaid",
        "nobody hears that it is over",
        "domain/lifecycle.py",
        "    return (*edits, *follow_ups)",
        "    return (*edits, *follow_ups[:0])",
    ),
    one(
        "end-to-one",
        "of those who were told only the first hears that it is over",
        "domain/lifecycle.py",
        "    return (*edits, *follow_ups)",
        "    return (*edits, *follow_ups[:1])",
    ),
    one(
        "live-buttons",
        "messages are not edited when it is over",
        "domain/lifecycle.py",
        "    return (*edits, *follow_ups)",
        "    return (*edits[:0], *follow_ups)",
    ),
    one(
        "update-twice",
        "an update that comes again has its effect again",
        "desk/presses.py",
        "    if seen is not None:\n        _advance(tx, update)",
        "    if seen is not None and update.update_id < 0:\n        _advance(tx, update)",
    ),
    one(
        "offset-first",
        "updates are confirmed as soon as they are fetched",
        "tell/updates.py",
        "        return read_updates(raw, offset)",
        "        found = read_updates(raw, offset)\n"
        "        if found:\n            await self._updates.press(bare(found[-1]))\n"
        "        return found",
    ),
    one(
        "accepted-unsaid",
        "the log does not say that a channel took a message",
        "desk/reporting.py",
        '    if row["event"] not in UNWRITTEN:\n        tx.append([notice_fact(FactKind.NOTICE_ACCEPTED',
        '    if row["event"] == Event.COVERAGE:\n        tx.append([notice_fact(FactKind.NOTICE_ACCEPTED',
    ),
    one(
        "names-in-groups",
        "a group reads who took an incident by name",
        "desk/groups.py",
        "        taken=None if story.taken is None else by_role(story.taken, story.unit_name),",
        "        taken=story.taken,",
    ),
)
