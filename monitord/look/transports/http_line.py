"""The line of one exchange: a connection whose socket is known from before it connects, so that it can be cut at any
moment.
"""

import contextlib
import errno
import socket
import sys
import threading
from enum import StrEnum
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from monitord.domain.health import Cause
from monitord.domain.looking import PageSight

MAX_BODY = 256 * 1024
"""Bytes kept of an unpacked body."""

_here = threading.local()
"""Which line the running thread works on; urllib3 gives its connections no other way to know."""


class Phase(StrEnum):
    """How far an exchange has come."""

    WAIT = "wait"
    NAME = "name"
    CONNECT = "connect"
    SHAKE = "shake"
    HEAD = "head"
    BODY = "body"


class Line:
    """What has come of one exchange so far. Written by its thread, read and cut by the loop."""

    def __init__(self) -> None:
        self.phase = Phase.WAIT
        self.fault: Cause | None = None
        self.detail = ""
        self.url = ""
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body = bytearray()
        self.truncated = False
        self.redirects = 0
        self.is_cut = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def hold(self, connection: socket.socket) -> None:
        """Keep a second handle of a socket that is about to connect; OSError when the line was cut meanwhile.

        A second handle, because wrapping a socket in TLS takes the first one away.
        """
        with self._lock:
            if self.is_cut:
                raise TimeoutError
            self._let_go()
            self._socket = connection.dup()

    def cut(self) -> None:
        """End whatever the thread is waiting for on the network; harmless when nothing is."""
        with self._lock:
            self.is_cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            self._let_go()

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def fail(self, cause: Cause, detail: str) -> None:
        """Say what went wrong, unless that was said already."""
        if self.fault is None:
            self.fault, self.detail = cause, detail

    def page(self, fault: Cause | None) -> PageSight:
        """Return the page as far as it came."""
        return PageSight(
            self.status, self.headers, bytes(self.body[:MAX_BODY]), self.truncated, self.redirects, self.url, fault
        )


def _connect(connection: HTTPConnection) -> socket.socket:
    line: Line = _here.line
    line.phase = Phase.NAME
    try:
        found = socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        line.fail(Cause.NAME_NOT_RESOLVED, "the name has no address")
        raise NewConnectionError(connection, "no address") from error
    line.phase = Phase.CONNECT
    failure: OSError | None = None
    for family, kind, protocol, _, address in found[:4]:
        plug = socket.socket(family, kind, protocol)
        try:
            plug.settimeout(connection.timeout if isinstance(connection.timeout, int | float) else None)
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.hold(plug)
            plug.connect(address)
        except OSError as error:
            plug.close()
            failure = error
            if line.is_cut:
                break
        else:
            sys.audit("http.client.connect", connection, connection.host, connection.port)
            line.phase = Phase.SHAKE if isinstance(connection, HTTPSConnection) else Phase.HEAD
            return plug
    if not line.is_cut:
        line.fail(*_why(failure))
    raise NewConnectionError(connection, "no connection") from failure


def _why(error: OSError | None) -> tuple[Cause, str]:
    match error:
        case TimeoutError():
            return Cause.TIMED_OUT, ""
        case ConnectionRefusedError() | ConnectionResetError():
            return Cause.REFUSED, "port closed"
        case OSError(
            errno=errno.EMFILE | errno.ENFILE | errno.ENOBUFS | errno.ENOMEM | errno.EADDRNOTAVAIL | errno.EPERM
        ):
            return Cause.NOT_LOOKED, "no socket to be had"
        case _:
            return Cause.UNREACHABLE, "no way there"


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def connect(self) -> None:
        super().connect()
        _here.line.phase = Phase.HEAD


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure

    def _validate_conn(self, conn: Any) -> None:
        if (
            conn.is_closed
        ):  # as the parent does, without its warning for pages whose certificate the settings say not to check
            conn.connect()


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def session_on(line: Line) -> requests.Session:
    """Return a session of the running thread whose connections are `line`'s; it heeds no proxy, netrc or CA of the
    environment.
    """
    _here.line = line
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.adapters.clear()
    session.mount("http://", _Adapter(pool_connections=1, pool_maxsize=1))
    session.mount("https://", _Adapter(pool_connections=1, pool_maxsize=1))
    return session
