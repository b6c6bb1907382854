"""The whole sandbox desk, built from its parts."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from connectors.sandbox.articles import Source
from connectors.sandbox.desk import SandboxDesk
from connectors.sandbox.faults import Faults
from tests.connectors.paper.sandbox.acts import Acts
from tests.connectors.paper.sandbox.api import create_api
from tests.connectors.paper.sandbox.deliveries import Deliveries
from tests.connectors.paper.sandbox.state import State
from tests.connectors.paper.sandbox.tickets import Tickets


class SandboxPaper(SandboxDesk):
    key = "sandbox-paper-key"

    def __init__(self, clock: Callable[[], int], articles: Iterable[Source]) -> None:
        self.state = State(clock, tuple(articles))
        deliveries = Deliveries(self.state)
        tickets = Tickets(self.state, deliveries.notify)
        self.do = Acts(self.state, tickets, deliveries, Faults())
        api = create_api(self.state, tickets, self.key)
        self._listen(self.do, api.wsgi_app, Flask("paper-pages"), ("/sandbox",), "127.0.0.1", (0, 0, None))

    def about(self) -> dict[str, Any]:
        return {"kind": "paper-sandbox", "url": self.url, "account": self.state.account, "key": self.key}
