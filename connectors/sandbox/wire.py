"""HTTP on loopback: a threaded server, and the layer around the API that records, breaks and dates every
answer (X1–X11, X26, X28, X29)."""
from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from connectors.clock import SECOND
from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.state import BaseState

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
_DRIP_EVERY = 1.0  # real seconds between two bytes


class _Quiet(WSGIRequestHandler):
    def send_response(self, code: int, message: str | None = None) -> None:
        # Without the machine's own Date: the answer brings the one of the sandbox's clock.
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the recorder keeps every request, and customers' text belongs in no log."""


class Server:
    """One WSGI app on one loopback port, in a thread. Raises ValueError for any other address."""

    def __init__(self, app: WsgiApp, host: str, port: int) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"a sandbox desk serves loopback addresses only, not {host}: use 127.0.0.1")
        self._server: BaseWSGIServer = make_server(host, port, app, threaded=True, request_handler=_Quiet)
        self.url = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._serve, name=f"sandbox {self.url}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()


class ApiWire:
    """Around the API app: record, let people act first, break what shall break, date the answer by the
    sandbox's clock."""

    def __init__(self, app: WsgiApp, state: BaseState, faults: Faults) -> None:
        self._app = app
        self._state = state
        self._faults = faults
        self.stopping = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()  # cached: the app below reads it from there
        environ["wsgi.input"] = _Body(body)
        # the same route with and without: recorded and matched as one
        path = request.path.removesuffix(".json")
        seen = self._state.recorder.request(
            self._state.clock(),
            request.method,
            path,
            request.query_string.decode(),
            dict(request.headers),
            body,
        )
        fault = self._faults.meet(request.method, path)
        if fault is not None:
            seen.fault = fault.name or fault.kind
        if fault is None or fault.commit:
            self._faults.people_first(request.method, path)
            status, headers, data = self._carry_out(environ)
        else:
            status, headers, data = fault.status, Headers(fault.headers), fault.body.encode()
        if fault is not None:
            status, headers, data = self._break(fault, environ, status, headers, data)
        headers["Date"] = http_date(self._state.clock())
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        seen.status = status
        return Response(data, status=status, headers=headers)(environ, start_response)

    def _carry_out(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        return int(status.split(" ")[0]), Headers(headers), b"".join(chunks)

    def _break(
        self, fault: Fault, environ: dict[str, Any], status: int, headers: Headers, data: bytes
    ) -> tuple[int, Headers, bytes]:
        """What the client gets in place of the answer. Raises ConnectionResetError when the connection is
        gone, which ends the request."""
        if fault.kind == "answer":
            return fault.status, Headers(fault.headers), fault.body.encode()
        if fault.kind == "truncate":
            return 200, Headers({"Content-Type": "application/json"}), data[: max(1, len(data) // 2)]
        if fault.kind == "delay":
            self.stopping.wait(fault.seconds)
            return status, headers, data
        connection: socket.socket = environ["werkzeug.socket"]
        if fault.kind == "hang":
            self.stopping.wait(fault.seconds)
        elif fault.kind == "drip":
            self._drip(connection, fault.seconds)
        _cut(connection)
        raise ConnectionResetError(f"cut by fault {fault.name or fault.kind}")

    def _drip(self, connection: socket.socket, seconds: float) -> None:
        try:
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
            )
            for _ in range(int(seconds / _DRIP_EVERY)):
                connection.sendall(b" ")
                if self.stopping.wait(_DRIP_EVERY):
                    return
        except OSError:
            return  # the client has left, which is what the fault is for


def http_date(now_us: int) -> str:
    return formatdate(now_us // SECOND, usegmt=True)


class _Body:
    """The request's body once more, for the app below."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1) -> bytes:
        size = len(self._data) if size is None or size < 0 else size
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def readline(self, size: int = -1) -> bytes:
        end = self._data.find(b"\n") + 1 or len(self._data)
        return self.read(end if size < 0 else min(size, end))


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already gone
