"""A whole sandbox desk's life: its servers and its delivery thread, started in threads, stopped clean."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

from flask import Flask

from connectors.sandbox.acts import CommonActs
from connectors.sandbox.control import create_control
from connectors.sandbox.wire import ApiWire, Server, WsgiApp


class SandboxDesk:
    """The parent of each vendor's desk, which builds its parts, then calls `_listen`, and says in `about` how
    it is used."""

    url: str
    control_url: str
    page_url: str
    do: Any

    def about(self) -> dict[str, Any]:
        raise NotImplementedError

    def start(self) -> Self:
        self.do.deliveries.start()
        for server in self._servers:
            server.start()
        return self

    def stop(self) -> None:
        """Ends every thread; safe to call once."""
        self._wire.stopping.set()
        for server in self._servers:
            server.stop()
        self.do.deliveries.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(
        self,
        acts: CommonActs,
        api: WsgiApp,
        pages: Flask,
        page_paths: tuple[str, ...],
        host: str,
        ports: tuple[int, int, int | None],
    ) -> None:
        """Take the ports (API with pages, control, pages once more or None). Raises ValueError for an address
        that is not loopback."""
        port, control_port, page_port = ports
        self._wire = ApiWire(api, acts.state, acts.faults)
        server = Server(_by_path(self._wire, pages.wsgi_app, page_paths), host, port)
        control = Server(create_control(acts, self.about).wsgi_app, host, control_port)
        own_pages = [Server(pages.wsgi_app, host, page_port)] if page_port is not None else []
        self._servers = [server, control, *own_pages]
        self.url, self.control_url = server.url, control.url
        self.page_url = acts.state.page_url = own_pages[0].url if own_pages else server.url


def _by_path(api: WsgiApp, pages: Any, page_paths: tuple[str, ...]) -> WsgiApp:
    """One port for both: people's pages and the help centre under `page_paths`, the API for everything
    else."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_page = (
            environ["PATH_INFO"].startswith((*page_paths, "/favicon.ico")) or environ["PATH_INFO"] == "/"
        )
        app: Callable[..., Iterable[bytes]] = pages if is_page else api
        return app(environ, start_response)

    return serve
