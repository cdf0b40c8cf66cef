"""Bugs in storms: when one begins, what it carries, and what is left of it."""

from tests.sim.mutants.mutant import Mutant, one

STORMY: tuple[Mutant, ...] = (
    one(
        "storm-at-any-time",
        "a storm begins with the second incident of a day",
        "desk/storms.py",
        "    found = rows.lately(tx, unit, at.now - rules.within, at.now, 4 * rules.opened)",
        "    found = rows.lately(tx, unit, at.now - 100 * rules.within, at.now, 4 * rules.opened)",
    ),
    one(
        "carried-unmarked",
        "nobody knows that a storm tells of an incident",
        "domain/storm.py",
        "    return Decision(replace(incident, storm=storm.id), (fact,))",
        "    return Decision(incident, (fact,))",
    ),
    one(
        "queued-before-the-storm",
        "what was queued before a storm began is sent though that tells of it",
        "desk/reasons.py",
        'and not _leaves(tx, row):\n        return "storm"',
        "and not _leaves(tx, row):\n        pass",
    ),
    one(
        "storm-leaves-them",
        "what is left when a storm is over is told by nobody",
        "desk/storm_keeping.py",
        "        write(tx, storms.let_go(left, storm, book, at.now, muted=muted), at)",
        "        pass",
    ),
    one(
        "storm-for-ever",
        "a storm does not end",
        "domain/storm.py",
        "    return not rules.opened or (left < rules.few and still)",
        "    return False",
    ),
    one(
        "back-in-the-storm-told",
        "what comes back in a storm is told by itself",
        "desk/storms.py",
        "    storm = over(tx, context, again.incident)\n    if storm is None:",
        "    storm = over(tx, context, again.incident)\n    if True:",
    ),
    one(
        "no-summaries",
        "nobody hears what changed in a storm",
        "desk/storm_keeping.py",
        "    for notice in notices:\n        tx.queue(notice, at.now)",
        "    for notice in notices:\n        pass",
    ),
    one(
        "storm-told-again-at-once",
        "who heard of a storm hears of it again as soon as it is graver",
        "desk/storms.py",
        "    return lambda notice: until if notice.person in heard else None",
        "    return lambda notice: None",
    ),
    one(
        "list-for-anybody",
        "whoever presses gets the list of a storm",
        "desk/listing.py",
        "    if duty is None and not reader:",
        "    if False:",
    ),
    one(
        "list-not-owed",
        "who asked for the list of a storm is told that it comes, and it does not",
        "desk/listing.py",
        "    press.tx.queue(notice, press.at.now)\n",
        "",
    ),
    one(
        "list-without-a-file",
        "the list of a storm comes as a text alone",
        "desk/listing.py",
        "    return Attachment(AttachmentKind.STORM_LIST, incident.id, at.now)",
        "    return None",
    ),
)
