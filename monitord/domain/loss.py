"""How grave an incident is by what is lost with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitord.domain.extent import Extent


@dataclass(frozen=True, slots=True)
class LossRule:
    """The severity of losing at least so much of one of these: base stations, a share of one operator's (in percent),
    communes wholly without signal, subscribers, lines of Party and State bodies. What it does not name it does not ask
    for."""

    id: str
    severity: int
    stations: int | None = None
    operator_share: float | None = None
    dark_communes: int | None = None
    subscribers: int | None = None
    priority: int | None = None

    def reached(self, lost: Extent) -> bool:
        """Return whether one of its limits is reached."""
        limits = (
            (self.stations, lost.stations),
            (self.operator_share, lost.operator_share),
            (self.dark_communes, len(lost.dark)),
            (self.subscribers, lost.subscribers),
            (self.priority, len(lost.priority)),
        )
        return any(limit is not None and amount >= limit for limit, amount in limits)


def gravest(rules: Iterable[LossRule], lost: Extent) -> LossRule | None:
    """Return the gravest rule that is reached, the first of equals; None when none is."""
    return min((rule for rule in rules if rule.reached(lost)), key=lambda rule: rule.severity, default=None)
