"""A ring as a picture shows it: its devices and links in their order, and what is known of each. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitord.domain.correlation import Picture
from monitord.domain.health import Health
from monitord.domain.known import Known
from monitord.domain.network import TargetId
from monitord.domain.topology import Ring


class NodeState(StrEnum):
    """How a device of a ring is: it answers; it is cut off from every hub, and silent; it is silent; nobody knows."""

    LIVE = "live"
    ISOLATED = "isolated"
    SILENT = "silent"
    UNKNOWN = "unknown"


class JointState(StrEnum):
    """How two neighbours are joined: by links that work; by some of several; by none; nobody knows."""

    WHOLE = "whole"
    THIN = "thin"
    CUT = "cut"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    """A device of a ring; `name` is empty where it is not named outside of the unit. `cause` when it is the silent
    device that alone explains the ring's fault."""

    name: str
    state: NodeState
    hub: bool = False
    cause: bool = False


@dataclass(frozen=True, slots=True)
class Joint:
    """What joins a node to the next one; `name` is that of its links, `since` when they failed."""

    name: str
    state: JointState
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RingSketch:
    """A ring as of an instant: `joints[i]` lies between `nodes[i]` and the next, the last and the first included.

    `over` says that its incident is over, and this is how it was at its worst.
    """

    name: str
    at: datetime
    health: Health
    nodes: tuple[Node, ...]
    joints: tuple[Joint, ...]
    code: str = ""
    drill: bool = False
    over: bool = False

    @property
    def cuts(self) -> tuple[int, ...]:
        """Return the places of the joints that are cut."""
        return tuple(n for n, joint in enumerate(self.joints) if joint.state is JointState.CUT)

    @property
    def lost(self) -> int:
        """Return how many devices are cut off."""
        return sum(node.state is NodeState.ISOLATED for node in self.nodes)


def sketch(
    ring: Ring,
    name: str,
    picture: Picture,
    known: Callable[[TargetId], Known],
    device_name: Callable[[str], str],
    link_name: Callable[[str], str],
    at: datetime,
    code: str = "",
    drill: bool = False,
    over: bool = False,
) -> RingSketch:
    """Return the sketch of a ring by what a picture of the network knows. A hub stands first. What has no name (empty)
    is not to be named."""
    judged = picture.ring(ring.id)
    first = next((n for n, member in enumerate(ring.members) if member in ring.hubs), 0)
    turn = (*range(first, len(ring.members)), *range(first))
    nodes = tuple(
        Node(
            device_name(ring.members[n]),
            _node(picture, known, ring.members[n], judged.isolated),
            ring.members[n] in ring.hubs,
            ring.members[n] == judged.by,
        )
        for n in turn
    )
    joints = tuple(_joint(picture, known, ring.joints[n], link_name) for n in turn)
    return RingSketch(name, at, judged.health, nodes, joints, code, drill, over)


def _node(picture: Picture, known: Callable[[TargetId], Known], device: str, isolated: tuple[str, ...]) -> NodeState:
    if device in isolated:
        return NodeState.ISOLATED
    if picture.silent(device):
        return NodeState.SILENT
    agent = picture.wiring.agents.get(device)
    health = None if agent is None else known(agent).health
    return NodeState.UNKNOWN if health in (None, Health.UNKNOWN) else NodeState.LIVE


def _joint(
    picture: Picture, known: Callable[[TargetId], Known], links: tuple[str, ...], link_name: Callable[[str], str]
) -> Joint:
    failed = [link for link in links if picture.failed(link)]
    names = [link_name(link) for link in failed or links]
    name = ", ".join(dict.fromkeys(names)) if all(names) else ""
    if not failed:
        # One end that answers and sees the line is enough to know that it works.
        seen = any(True for link in links for _ in _ends_up(picture, known, link))
        return Joint(name, JointState.WHOLE if seen else JointState.UNKNOWN)
    begun = [at for at in (picture.link(link).since for link in failed) if at is not None]
    state = JointState.CUT if len(failed) == len(links) else JointState.THIN
    return Joint(name, state, min(begun, default=None))


def _ends_up(picture: Picture, known: Callable[[TargetId], Known], link: str) -> Iterator[str]:
    for end in picture.wiring.ports.get(link, ()):
        if end.target is not None and not picture.silent(end.device) and known(end.target).health is Health.UP:
            yield end.device
