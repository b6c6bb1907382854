"""Connections with a total deadline, to public addresses only; the sandbox ones to loopback only.

requests bounds the silence between two bytes, not the whole answer: a server that sends a byte a second holds
a worker for ever. Here a timer shuts the socket when the time is up, whatever the call is doing.
"""
from __future__ import annotations

import ipaddress
import socket
import threading
from types import TracebackType
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager

_running = threading.local()


class Deadline:
    """`with Deadline(20.0) as deadline:` shuts the connection used inside when the seconds are over; then
    `deadline.passed` is true."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        _running.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _running.deadline = None

    def watch(self, sock: socket.socket | None) -> None:
        if sock is not None:
            self._sock = sock
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._sock is not None:
            try:
                self._sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # already closed by the other side: what the deadline wanted


def _watch(sock: socket.socket | None) -> None:
    deadline: Deadline | None = getattr(_running, "deadline", None)
    if deadline is not None:
        deadline.watch(sock)


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def is_public(address: str) -> bool:
    """True for an address that belongs to the open internet: not private, loopback, link-local, multicast or
    reserved."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


class _Pinned(HTTPConnection):
    """Resolves once, checks, and connects to that very address: a second look-up could answer differently."""

    @staticmethod
    def _allowed(address: str) -> bool:
        return is_loopback(address)

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NewConnectionError(self, f"{name} has no address: {error}") from error
        allowed = [str(entry[4][0]) for entry in found if self._allowed(str(entry[4][0]))]
        if not allowed:
            raise NewConnectionError(self, f"{name} does not lead to an address this kind of desk may have")
        self._dns_host = allowed[0]
        try:
            sock: socket.socket = super()._new_conn()
        finally:
            self._dns_host = name  # the certificate and the Host header are for the name
        _watch(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)  # a kept connection
        super().request(*args, **kwargs)
        _watch(self.sock)


class _LoopbackConnection(_Pinned):
    pass


class _PublicConnection(_Pinned, HTTPSConnection):
    @staticmethod
    def _allowed(address: str) -> bool:
        return is_public(address)


class _LoopbackPool(HTTPConnectionPool):
    ConnectionCls = _LoopbackConnection


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class DeskPools(PoolManager):
    """https goes to public addresses, http to loopback."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool_classes_by_scheme = {"http": _LoopbackPool, "https": _PublicPool}
