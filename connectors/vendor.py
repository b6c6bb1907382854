"""The part that is the same in every vendor's connector: rate budgets, kept clients, and parts that load
late."""
from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from marshmallow import Schema

from connectors.contract import (
    Account,
    Capability,
    Connection,
    Desk,
    Inbound,
    Install,
    Knowledge,
    Outbound,
)
from connectors.limits import RESERVE, PaceStore, RateBudget, Rules
from connectors.tokens import MemoryTokenStore, TokenStore

Clock = Callable[[], int]


class Client(Protocol):
    """What speaks to one desk; the vendor's parts share it."""

    tokens: TokenStore

    @property
    def connection(self) -> Connection: ...


C = TypeVar("C", bound=Client)
Made = TypeVar("Made", bound=Client, covariant=True)


class MakeClient(Protocol[Made]):
    def __call__(
        self, connection: Connection, clock: Clock, budget: RateBudget, *, sandbox_allowed: bool
    ) -> Made: ...


@dataclass(frozen=True, slots=True)
class Parts(Generic[C]):
    """The classes that read and write a desk, each made of its client."""

    client: MakeClient[C]
    desk: Callable[[C], Desk]
    outbound: Callable[[C], Outbound]
    knowledge: Callable[[C], Knowledge]
    install: Callable[[C], Install]


class VendorConnector(ABC, Generic[C]):
    """Fulfils `contract.Connector`; one per process, for it holds each desk's rate budget.

    `sandbox_desks` and `reserve` come from the operator's Settings, `store` is where other processes see the
    budgets, `tokens` where they see access tokens.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    settings_schema: ClassVar[type[Schema]]
    secret_keys: ClassVar[frozenset[str]]
    rules: ClassVar[Rules]

    def __init_subclass__(cls) -> None:
        fields = cls.settings_schema().fields
        cls.secret_keys = frozenset(name for name, field in fields.items() if field.metadata.get("secret"))

    def __init__(
        self,
        sandbox_desks: bool = False,
        store: PaceStore | None = None,
        reserve: float = RESERVE,
        tokens: TokenStore | None = None,
    ) -> None:
        self._sandbox_desks = sandbox_desks
        self._store = store
        self._reserve = reserve
        self._tokens = tokens or MemoryTokenStore()
        self._budgets: dict[str, RateBudget] = {}
        self._clients: dict[str, tuple[int, Clock, C]] = {}
        self._lock = threading.Lock()

    @abstractmethod
    def inbound(self) -> Inbound: ...

    @abstractmethod
    def account(self, settings: Mapping[str, str]) -> Account: ...

    @abstractmethod
    def parts(self) -> Parts[C]:
        """Imported inside: the web process asks for `inbound` alone, and loads no client library."""

    def budget(self, desk: str) -> RateBudget:
        with self._lock:
            return self._budgets.setdefault(desk, RateBudget(self.rules, self._store, desk, self._reserve))

    def desk(self, connection: Connection, clock: Clock) -> Desk:
        return self.parts().desk(self._client(connection, clock))

    def outbound(self, connection: Connection, clock: Clock) -> Outbound:
        return self.parts().outbound(self._client(connection, clock))

    def knowledge(self, connection: Connection, clock: Clock) -> Knowledge:
        return self.parts().knowledge(self._client(connection, clock))

    def install(self, connection: Connection, clock: Clock) -> Install:
        return self.parts().install(self._client(connection, clock))

    def _client(self, connection: Connection, clock: Clock) -> C:
        # Kept while nothing about the desk changes, so that the calls of one ticket share a connection; never
        # over a fork.
        budget = self.budget(connection.desk)
        with self._lock:
            process, known_clock, known = self._clients.get(connection.desk, (0, clock, None))
            if (
                known is not None
                and process == os.getpid()
                and known_clock is clock
                and known.connection == connection
            ):
                return known
            client = self.parts().client(connection, clock, budget, sandbox_allowed=self._sandbox_desks)
            client.tokens = self._tokens
            self._clients[connection.desk] = (os.getpid(), clock, client)
            return client
