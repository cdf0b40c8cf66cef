"""Bugs planted on purpose, one at a time: the simulation is as good as the share of them that it catches."""

from tests.sim.mutants.causes import CAUSES
from tests.sim.mutants.deciding import DECIDING
from tests.sim.mutants.holding import HOLDING
from tests.sim.mutants.mutant import Mutant
from tests.sim.mutants.power import POWERLESS
from tests.sim.mutants.storms import STORMY
from tests.sim.mutants.telling import TELLING

MUTANTS: tuple[Mutant, ...] = (*DECIDING, *HOLDING, *TELLING, *CAUSES, *POWERLESS, *STORMY)

__all__ = ["MUTANTS", "Mutant"]
