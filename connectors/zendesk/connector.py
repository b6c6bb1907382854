"""Zendesk, as the rest of Candor sees it. Nothing here loads zenpy until a desk is really spoken to."""
from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.contract import Capability, Connection, Desk, Inbound, Install, Knowledge, Outbound
from connectors.limits import RESERVE, RateBudget, Shelf
from connectors.zendesk.inbound import ZendeskInbound
from connectors.zendesk.rates import RULES
from connectors.zendesk.settings import SECRET_KEYS, SETTINGS_KEYS, DeskSchema

if TYPE_CHECKING:
    from connectors.zendesk.client import ZendeskClient

Clock = Callable[[], int]


class ZendeskConnector:
    """One per process: it holds each desk's rate budget. `sandbox_desks` and `reserve` come from the operator's Settings."""

    kind = "zendesk"
    title = "Zendesk"
    capabilities = frozenset({Capability.FENCE, Capability.SIGNED})
    settings_keys = SETTINGS_KEYS
    secret_keys = SECRET_KEYS
    settings_schema = DeskSchema

    def __init__(self, sandbox_desks: bool = False, shelf: Shelf | None = None, reserve: float = RESERVE) -> None:
        self._sandbox_desks = sandbox_desks
        self._shelf, self._reserve = shelf, reserve
        self._budgets: dict[str, RateBudget] = {}
        self._clients: dict[str, tuple[int, Clock, ZendeskClient]] = {}
        self._lock = threading.Lock()

    def budget(self, desk: str) -> RateBudget:
        with self._lock:
            return self._budgets.setdefault(desk, RateBudget(RULES, self._shelf, desk, self._reserve))

    def inbound(self) -> Inbound:
        return ZendeskInbound()

    def desk(self, connection: Connection, clock: Clock) -> Desk:
        from connectors.zendesk.desk import ZendeskDesk

        return ZendeskDesk(self._client(connection, clock))

    def outbound(self, connection: Connection, clock: Clock) -> Outbound:
        from connectors.zendesk.outbound import ZendeskOutbound

        return ZendeskOutbound(self._client(connection, clock))

    def knowledge(self, connection: Connection, clock: Clock) -> Knowledge:
        from connectors.zendesk.knowledge import ZendeskKnowledge

        return ZendeskKnowledge(self._client(connection, clock))

    def install(self, connection: Connection, clock: Clock) -> Install:
        from connectors.zendesk.install import ZendeskInstall

        return ZendeskInstall(self._client(connection, clock))

    def _client(self, connection: Connection, clock: Clock) -> ZendeskClient:
        from connectors.zendesk.client import ZendeskClient

        # Kept while nothing about the desk changes, so that the calls of one ticket share a connection; never over a fork.
        budget = self.budget(connection.desk)
        with self._lock:
            process, known_clock, client = self._clients.get(connection.desk, (0, clock, None))
            if client is None or process != os.getpid() or known_clock is not clock or client.connection != connection:
                client = ZendeskClient(connection, clock, budget, sandbox_allowed=self._sandbox_desks)
                self._clients[connection.desk] = (os.getpid(), clock, client)
        return client
