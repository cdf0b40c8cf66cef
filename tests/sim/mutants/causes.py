"""Bugs in what is made of links, rings and dead devices: one cause, one incident."""

from tests.sim.mutants.mutant import Mutant, one

CAUSES: tuple[Mutant, ...] = (
    one(
        "ports-told",
        "a port is told beside the link that it is an end of",
        "domain/correlation.py",
        "        return next((whole(LINK, link) for link in links if self.failed(link)), None)",
        "        return None",
    ),
    one(
        "links-told",
        "a link of a ring is told beside the ring",
        "domain/correlation.py",
        "            if link in found.links and found.by is None:\n                return whole(RING, ring)",
        "            if link in found.links and found.by is None:\n                return None",
    ),
    one(
        "dead-not-seen",
        "a device that dies is taken for cuts on all its lines",
        "domain/correlation.py",
        "        by = next((device for device in sorted(around) if self.dead(device)), None)",
        "        by = None",
    ),
    one(
        "isolated-told",
        "what a split ring has lost is told beside it",
        "domain/correlation.py",
        "            if device in self.ring(ring).isolated:\n                return whole(RING, ring)",
        "            if device in self.ring(ring).isolated:\n                return None",
    ),
    one(
        "told-unlooked",
        "a device of a ring is told before anybody looked at what may explain it",
        "desk/pictures.py",
        "        yield Above(one, Hold.PARENT, Health.UP, None, evidence=evidence, between=span, own=target.id)",
        "        yield Above(one, Hold.PARENT, Health.UP, None, evidence=())",
    ),
    one(
        "silence-forgets",
        "what a silent device said last of its ports is forgotten",
        "domain/correlation.py",
        "        health = found.known if unseen and self.silent(port.device) else found.health",
        "        health = found.health",
    ),
    one(
        "never-gathered",
        "what was told before its cause stays beside it",
        "desk/gathering.py",
        "    if len(running) < 2:",
        "    if running:",
    ),
    one(
        "blank-look-frees",
        "a look that saw nothing lets a port out of its link",
        "desk/pictures.py",
        "                seen = row.settled if row.seen == Health.UNKNOWN else row.seen",
        "                seen = row.seen",
    ),
)
