"""The worker gunicorn runs for the web process: a request gets a thread once all of it is there.

Gunicorn keeps its part (processes, restarts, signals), waitress reads and writes the sockets:

    a whole request       ─▶ one of the threads
    half a request        ─▶ waits in the loop, costs no thread; closed `REQUEST_SECONDS` after its first byte
    an idle connection    ─▶ closed after `IDLE_SECONDS`
    too many that wait    ─▶ over `PEER_MOST` of one address, or `MOST` in all, the one that waits longest
                             is closed

So a stranger who opens connections and sends nothing pushes out only himself, and deliveries go on. Named in
the Procfile as `--worker-class app.web.buffered_worker.BufferedWorker`.
"""
from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

REQUEST_SECONDS = 20  # from the first byte of a request to its last
IDLE_SECONDS = 15  # nothing was asked on a connection
CLEANUP_SECONDS = 1
MOST = 800  # connections of one process: below the 1,024 files that Linux gives a process by default
PEER_MOST = 200  # of them waiting for the rest of one address's requests
HEADERS_MAX = 64 * 1024  # bytes
BODY_MAX = 1024 * 1024  # bytes: above the application's own bound nothing is read
LOOP_SECONDS = 1.0

_Environ = dict[str, Any]
_Application = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]


class Channel(HTTPChannel):
    """One connection, with the moment the request that is being read began."""

    begun = 0.0  # s since the epoch; of the request that is not whole yet

    def received(self, data: bytes) -> bool:
        """Bytes came: the clock of a request starts at its first one and ends with its last."""
        if self.request is None:
            self.begun = time.time()
        return bool(super().received(data))

    @property
    def waiting_since(self) -> float | None:
        """Seconds since the epoch from when on the client owes us the rest of a request, or its first byte;
        None while a request is worked on or its answer goes out."""
        if self.requests or self.total_outbufs_len:
            return None
        return self.begun if self.request is not None else float(self.last_activity)

    def overdue(self, now: float) -> bool:
        """Whether the client has kept us waiting for too long."""
        since = self.waiting_since
        if since is None:
            # An answer that the client does not take is idle, too.
            return not self.requests and now - self.last_activity > IDLE_SECONDS
        return now - since > (REQUEST_SECONDS if self.request is not None else IDLE_SECONDS)


class Server(TcpWSGIServer):
    """Waitress on a socket of gunicorn's, with bounds on what waits."""

    channel_class = Channel

    def handle_accept(self) -> None:
        """Take a connection; where too many wait, the one that waits longest makes room."""
        super().handle_accept()
        channels = list(self.active_channels.values())
        if len(channels) > MOST:
            _close_longest(channels)
        newest = channels[-1] if channels else None
        if newest is not None:
            same = [c for c in channels if c.addr[0] == newest.addr[0] and c.waiting_since is not None]
            if len(same) > PEER_MOST:
                _close_longest(same)

    def maintenance(self, now: float) -> None:
        """Close what is overdue; waitress calls this every `CLEANUP_SECONDS`."""
        for channel in list(self.active_channels.values()):
            if channel.overdue(now):
                channel.will_close = True


def _close_longest(channels: Iterable[Channel]) -> None:
    waiting = [(since, c) for c in channels if (since := c.waiting_since) is not None]
    if waiting:
        min(waiting, key=lambda one: one[0])[1].handle_close()


class BufferedWorker(Worker):
    """Requests are read whole by waitress's loop and answered by `--threads` threads."""

    def run(self) -> None:
        """Serve until gunicorn says stop or `--max-requests` are answered; then end what was begun, for at
        most `--graceful-timeout` seconds."""
        _quiet_logs()
        sockets: dict[int, Any] = {}
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        servers = [self._server(listener.sock, sockets, threads) for listener in self.sockets]
        while self.alive:
            self.notify()
            wasyncore.loop(LOOP_SECONDS, use_poll=True, map=sockets, count=1)
        for server in servers:
            server.accepting = False
            server.del_channel(sockets)  # a listening socket: it stays open for the next process
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while _busy(servers) and time.monotonic() < deadline:
            self.notify()
            wasyncore.loop(0.1, use_poll=True, map=sockets, count=1)
        threads.shutdown(timeout=1)

    def _server(self, sock: Any, sockets: dict[int, Any], threads: ThreadedTaskDispatcher) -> Server:
        adjusted = Adjustments(
            sockets=[sock],
            threads=self.cfg.threads,
            backlog=self.cfg.backlog,
            ident=None,  # no Server header
            connection_limit=100_000,  # ours makes room instead of closing the door
            cleanup_interval=CLEANUP_SECONDS,
            max_request_header_size=HEADERS_MAX,
            max_request_body_size=BODY_MAX + 1,
            inbuf_overflow=BODY_MAX + HEADERS_MAX,  # customers' text is never put into a file of the server's
            clear_untrusted_proxy_headers=False,  # CANDOR_PROXY_HOPS says whom to believe
            log_socket_errors=False,
            asyncore_use_poll=True,
        )
        return Server(
            self._counted,
            sockets,
            True,
            sock,
            dispatcher=threads,
            adj=adjusted,
            bind_socket=False,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
        )

    def _counted(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        answer: Iterable[bytes] = self.wsgi(environ, start_response)
        return answer


def _busy(servers: Iterable[Server]) -> bool:
    return any(c.requests or c.total_outbufs_len for s in servers for c in s.active_channels.values())


def _quiet_logs() -> None:
    """That no thread is free at once is not worth a line of the log."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("waitress").addFilter(_without_path)


def _without_path(record: logging.LogRecord) -> bool:
    """Waitress names the path of a request that failed, and a path may hold a signed link: the exception's
    kind is told instead."""
    said, serving, _ = record.getMessage().partition(" serving ")
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    record.msg = " ".join(filter(None, (said, serving.strip(), kind)))
    record.args, record.exc_info, record.exc_text = (), None, None
    return True
