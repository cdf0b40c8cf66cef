"""Bugs in power: places on battery, power areas, what they take with them, and the warning before the silence."""

from tests.sim.mutants.mutant import Mutant, one

POWERLESS: tuple[Mutant, ...] = (
    one(
        "area-is-no-cause",
        "places of one area without mains are told one by one",
        "domain/powering.py",
        "        if (was and lost) or (len(lost) >= 2 and 2 * len(lost) >= len(known)):",
        "        if False:",
    ),
    one(
        "place-explains-nothing",
        "the supply and the devices of a place are told beside it",
        "domain/correlation.py",
        "            if dark or lost:\n                return whole(SITE, place.id)",
        "            if False:\n                return whole(SITE, place.id)",
    ),
    one(
        "battery-unwarned",
        "nobody is called before a battery is empty",
        "desk/changing.py",
        "    if is_power(target.id) and any(b.short",
        "    if False and any(b.short",
    ),
    one(
        "silence-forgets-the-mains",
        "what a supply said before its place fell silent does not count",
        "domain/powering.py",
        "        return found.known if found.health in (None, Health.UNKNOWN) else found.health",
        "        return found.health",
    ),
    one(
        "area-gathers-nothing",
        "what was told of a place before its area was known stays an incident of its own",
        "domain/wiring.py",
        "                return frozenset((*self._of_places(self.grid.areas[ident]), *self._served(ident)))",
        "                return frozenset(self._served(ident))",
    ),
)
