"""The rows of the three queues as they are stored, typed: what a claim returns, and what every reader of a
queue is given.

Each record has its table's columns, in the table's order (`tests/store/test_rows.py`), so that `from_row`
costs one call. Names of closed lists (`app/core/kinds.py`) stay text here: a newer release may have written
one that this one does not know.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.core.kinds import InboxKind
from app.store.database import AnyRow


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A delivery, a changed ticket or an act: something happened to a subject, and nobody has decided on it
    yet."""

    id: str
    tenant: str
    desk: str
    kind: str  # of `InboxKind`
    delivery_key: str  # one row per desk and key: the second copy of a delivery is known by it
    subject: str  # of `Subject`
    subject_id: str  # the desk's own number of it
    body: bytes  # as the desk sent it; of an act its name, of our own write's version its moment
    received_at: int
    next_at: int  # not to be claimed before
    state: str  # of `WorkState`
    fence: int  # grows with each claim: whoever writes with an older one writes nothing
    lease_until: int  # 0 while nobody holds it
    attempts: int
    crashes: int
    lone_runs: int  # times it ran in a task of its own, after two crashes
    lone_task: str | None  # Celery's id of that task
    result: str | None  # what became of it, for people
    done_at: int | None

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)

    @property
    def act(self) -> str | None:
        """The name of the act the row is; None for a row that is not an act."""
        return self.body.decode() if self.kind == InboxKind.ACT else None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An effect on its way to a desk: one call, written whole before it is made."""

    id: str
    tenant: str
    plan: str  # the rows of one verdict, or of one act
    place: int  # order in the plan, from 0
    desk: str
    ticket: str  # holds lease, fence and turn
    target: str  # desk id or action name
    effect: str  # of `EffectKind`
    purpose: str  # of `Purpose`
    key: str  # one row per key, whatever happens
    turn: str | None  # set on turn replies only: one per turn
    turn_id: str  # what opened the turn, readable
    body: bytes  # the exact effect, sealed
    body_hash: str  # keyed, for an auditor
    requester: str | None  # whose key seals the body; None: the house's own
    base_stamp: str | None  # JSON of records.Stamp: the ticket's version it was composed on
    tags: str  # JSON: the ticket's tags in that read
    seen_message: str | None  # newest of the ticket in that read
    written_to: str | None  # the requester's id at the desk in that read
    basis: str | None  # JSON of checks.Basis; None: it goes out whatever people do
    state: str  # of `EffectState`
    fence: int  # grows with each claim: whoever writes with an older one writes nothing
    lease_until: int  # 0 while nobody holds it
    attempts: int
    crashes: int
    lone_runs: int  # times it ran in a task of its own, after two crashes
    lone_task: str | None  # Celery's id of that task
    next_at: int  # not to be claimed before
    attempt_at: int | None  # start of the last call
    sends: int  # calls that went out
    restamped: bool  # a 409 made by ourselves or a rule was forgiven once
    unknown_since: int | None
    silent_since: int | None  # since when a page it quotes cannot be asked for
    remote_id: str | None
    evidence: str | None  # JSON: cited (article, version) pairs to re-check before the send
    result: str | None  # why it is stale, failed or dead, for people
    ledger_entry: str | None
    created_at: int
    done_at: int | None

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


@dataclass(frozen=True, slots=True)
class JobRow:
    """What the web process or a command asked of a worker."""

    id: str
    tenant: str
    kind: str
    args: str  # JSON
    state: str  # of `WorkState`
    progress: str  # for whoever waits
    result: str | None  # JSON
    fence: int  # grows with each claim: whoever writes with an older one writes nothing
    lease_until: int  # 0 while nobody holds it
    attempts: int
    crashes: int
    lone_runs: int  # times it ran in a task of its own, after two crashes
    lone_task: str | None  # Celery's id of that task
    next_at: int  # not to be claimed before
    expires: int  # nobody wants its result after this
    once: str | None  # a second request for the same thing joins the first
    created_at: int

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)
