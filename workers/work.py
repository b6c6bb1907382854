"""A worker's tools: everything given by `candor.py`, nothing built here."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.core.verdicts import Findings
from app.keys import Keys
from app.store.database import Database
from app.store.desks import StoredDesk
from config.settings import Settings
from config.wording import Words
from connectors.clock import Clock
from connectors.contract import Connector, Desk, Outbound

if TYPE_CHECKING:
    from workers.knowledge.embed import Embedder
    from workers.knowledge.likeness import Graveness


class Search(Protocol):
    """A search over one tenant's articles; visibility is part of the query, never a filter after it."""

    def search(self, question: str, *, visibility: str = "public", k: int = 8) -> Findings: ...

    def prepare(self) -> None:
        """Load what the first search would load."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Languages the index's model understands."""
        ...


class Nearness(Protocol):
    """How grave a text is, by the search model and examples of the must-hand-off floor."""

    def read(self, text: str) -> Graveness: ...


@dataclass(frozen=True, slots=True)
class Work:
    """`search` is called with a tenant and loads its model on first use, after the fork. `ring` wakes other
    workers, and may fail."""

    settings: Settings
    db: Database
    keys: Keys
    clock: Clock
    new_id: Callable[[], str]
    words: Mapping[str, Words]
    search: Callable[[str], Search]
    embedder: Callable[[], Embedder]
    likeness: Callable[[], Nearness]
    ring: Callable[[], None]
    connector: Callable[[str], Connector]  # by kind, one per process: it keeps the desks' rate budgets

    def desk(self, desk: StoredDesk) -> Desk:
        return self.connector(desk.kind).desk(desk.connection, self.clock)

    def desk_wait(self, kind: str, desk: str, calls: int, writes: int = 0) -> int:
        """Microseconds until the desk's rate budget, and its health, let so many calls go; 0 for now. Asked
        before a row is begun."""
        now = self.clock()
        return int(self.connector(kind).budget(desk).wait_needed(now, calls, writes) * 1_000_000)

    def outbound(self, desk: StoredDesk) -> Outbound:
        return self.connector(desk.kind).outbound(desk.connection, self.clock)
