"""Ports of the loopback for programs that are told theirs."""

import socket


def reserved() -> socket.socket:
    """Return a socket that keeps a port of the loopback for us without listening: connections to it are refused, and
    only who asks for this very port can listen there."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


def free_port() -> int:
    """Return a TCP port of the loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
