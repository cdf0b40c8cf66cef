"""When the reason of a notice was gone, by the journal."""

from typing import Any

from monitord.domain.journal import FactKind
from tests.sim.truth import Truth

ASKING = ("step", "approval")
TELLING = (*ASKING, "sent_back")


def closed(truth: Truth, notice: Any) -> float | None:
    """Return the true instant at which the reason of a notice was gone."""
    if notice["incident"] is None or notice["event"] in ("restored", "coverage", "channel_broken"):
        return None
    seen = 0
    for row in truth.of[notice["incident"]]:
        match row.kind:
            case FactKind.INCIDENT_RESTORED:
                return truth.at(row)
            case FactKind.INCIDENT_ACKNOWLEDGED if seen == notice["round"] and notice["event"] in TELLING:
                return truth.at(row)
            case FactKind.INCIDENT_ACK_EXPIRED:
                if seen == notice["round"]:
                    return truth.at(row)
                seen += 1
            case FactKind.INCIDENT_CHANGED if "severity" in row.refs and _open(truth, row):
                if seen == notice["round"]:
                    return truth.at(row)
                seen += 1
    return None


def _open(truth: Truth, changed: Any) -> bool:
    phase = True
    for row in truth.of[changed.incident]:
        if row.seq >= changed.seq:
            return phase
        match row.kind:
            case FactKind.INCIDENT_ACKNOWLEDGED:
                phase = False
            case FactKind.INCIDENT_ACK_EXPIRED:
                phase = True
    return phase
