"""Dead letters: inbox rows and jobs that are `bad`, outbox rows that are `failed` or `dead`; reading it, and
putting rows back.

Rows that an earlier row of their plan took with it are not letters of their own: they go back together with
it.
"""
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, func, or_, select, update

from app.core.kinds import LOST_EFFECTS, EffectState, LetterKind, WorkState
from app.core.sending.plan import TURN_REPLIES, outbox_key, turn_key
from app.core.sending.replaying import replayed
from app.store.database import AnyRow
from app.store.queues.outbox import protocol_row
from app.store.queues.rows import EffectRow, InboxRow, JobRow
from app.store.queues.stamps import stamp_json
from app.store.tables import inbox, jobs, outbox
from connectors.clock import HOUR

FREED = "stale:"  # what stands for the key of a row that certainly never went out
JOB_LIFE = HOUR  # microseconds a replayed job may wait for a worker
Stored = InboxRow | EffectRow | JobRow


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `what` is a kind of inbox row or job, or an effect's purpose; `desk` and `ticket`
    are None for a job.

    `sends` counts calls that may have reached the desk; None where the row makes none.
    """

    id: str
    kind: LetterKind
    what: str
    state: str
    desk: str | None
    ticket: str | None
    why: str
    attempts: int
    crashes: int
    sends: int | None
    since: int


@dataclass(frozen=True, slots=True)
class Before:
    """Where the next page begins: letters older than this one."""

    since: int
    id: str


def page(
    tx: Connection, tenant: str, before: Before | None, limit: int
) -> tuple[list[Letter], Before | None]:
    """Letters, newest first, and where the next page begins (None on the last one)."""
    found: list[Letter] = []
    for kind, query in _queries(tenant).items():
        since, row_id = _ORDER[kind]
        if before is not None:
            query = query.where(or_(since < before.since, (since == before.since) & (row_id < before.id)))
        rows = tx.execute(query.order_by(since.desc(), row_id.desc()).limit(limit + 1)).all()
        found += [_letter(_record(kind, row)) for row in rows]
    found.sort(key=lambda letter: (letter.since, letter.id), reverse=True)
    shown = found[:limit]
    return shown, Before(shown[-1].since, shown[-1].id) if len(found) > limit else None


def count(tx: Connection, tenant: str) -> int:
    return sum(
        tx.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        for query in _queries(tenant).values()
    )


def ids(tx: Connection, tenant: str) -> list[str]:
    """Every letter, oldest first: the order in which the tickets came."""
    found = [
        letter
        for kind, query in _queries(tenant).items()
        for letter in (_letter(_record(kind, row)) for row in tx.execute(query))
    ]
    return [letter.id for letter in sorted(found, key=lambda letter: (letter.since, letter.id))]


def find(tx: Connection, tenant: str, letter_id: str) -> tuple[Letter, Stored] | None:
    """The letter with its whole row; None when no dead letter has this id."""
    for kind, query in _queries(tenant).items():
        row = tx.execute(query.where(_ORDER[kind][1] == letter_id)).first()
        if row is not None:
            stored = _record(kind, row)
            return _letter(stored), stored
    return None


def taken_along(tx: Connection, row: EffectRow) -> Sequence[EffectRow]:
    """Rows of an effect's plan that were ended because it was."""
    mine = select(outbox).where(
        outbox.c.tenant == row.tenant,
        outbox.c.plan == row.plan,
        outbox.c.place > row.place,
        outbox.c.state == EffectState.FAILED,
        outbox.c.key.startswith(FREED),
    )
    return [EffectRow.from_row(rest) for rest in tx.execute(mine.order_by(outbox.c.place))]


def put_back(tx: Connection, tenant: str, letter_id: str, now: int) -> Letter | None:
    """Set the row to work again; None when it is not (or no longer) a dead letter: two replays at once are
    one.

    A delivery is decided anew on the ticket as it is then. An effect is looked for at the desk before
    anything is sent, and its key has been taken since it was written: whatever happens, no second reply can
    come of it.
    """
    if tx.dialect.name == "sqlite":
        found = find(tx, tenant, letter_id)
    else:
        for table in (inbox, outbox, jobs):  # the later of two replays waits here, and then finds nothing
            tx.execute(select(table.c.id).where(table.c.id == letter_id).with_for_update())
        found = find(tx, tenant, letter_id)
    if found is None:
        return None
    letter, row = found
    fresh: dict[str, object] = {"state": WorkState.WAITING, "next_at": now, "result": None}
    match row:
        case InboxRow():
            fresh["done_at"] = None
            tx.execute(update(inbox).where(inbox.c.id == row.id).values(**_untried(inbox), **fresh))
        case JobRow():
            fresh |= {"progress": "replayed", "expires": max(row.expires, now + JOB_LIFE)}
            tx.execute(update(jobs).where(jobs.c.id == row.id).values(**_untried(jobs), **fresh))
        case EffectRow():
            _effect_again(tx, row, now)
    return letter


def _effect_again(tx: Connection, row: EffectRow, now: int) -> None:
    new = replayed(protocol_row(row), now)
    tx.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(
            state=new.state,
            next_at=new.next_at,
            sends=new.sends,
            unknown_since=new.unknown_since,
            silent_since=new.silent_since,
            restamped=new.restamped,
            base_stamp=stamp_json(new.stamp),
            result=new.result,
            done_at=None,
            **_untried(outbox),
        )
    )
    for rest in taken_along(tx, row):
        key = outbox_key(rest.tenant, rest.desk, rest.ticket, rest.turn_id, rest.purpose)
        turn = (
            turn_key(rest.tenant, rest.desk, rest.ticket, rest.turn_id)
            if rest.purpose in TURN_REPLIES
            else None
        )
        if _taken(tx, key, turn):
            continue  # its turn was composed anew since; that one stands
        tx.execute(
            update(outbox)
            .where(outbox.c.id == rest.id)
            .values(
                state=EffectState.READY,
                key=key,
                turn=turn,
                next_at=now,
                result=None,
                done_at=None,
                **_untried(outbox),
            )
        )


def _untried(table: Table) -> dict[str, object]:
    """As new: nobody holds it, and what went wrong before does not count against it."""
    # By name: which counts of crashes there are is the crash rules' own affair.
    return {name: 0 for name in ("attempts", "crashes", "lone_runs", "lease_until") if name in table.c} | {
        "fence": table.c.fence + 1
    }


def _taken(tx: Connection, key: str, turn: str | None) -> bool:
    same = outbox.c.key == key
    return (
        tx.execute(
            select(outbox.c.id).where(same if turn is None else or_(same, outbox.c.turn == turn))
        ).first()
        is not None
    )


_EFFECT_SINCE = func.coalesce(outbox.c.done_at, outbox.c.created_at)
_INBOX_SINCE = func.coalesce(inbox.c.done_at, inbox.c.received_at)
_RECORDS: dict[LetterKind, type[InboxRow] | type[EffectRow] | type[JobRow]] = {
    LetterKind.DELIVERY: InboxRow, LetterKind.EFFECT: EffectRow, LetterKind.JOB: JobRow,
}
_ORDER = {
    LetterKind.DELIVERY: (_INBOX_SINCE, inbox.c.id),
    LetterKind.EFFECT: (_EFFECT_SINCE, outbox.c.id),
    LetterKind.JOB: (jobs.c.created_at, jobs.c.id),
}


def _queries(tenant: str) -> dict[LetterKind, Select[*tuple[Any, ...]]]:
    return {
        LetterKind.DELIVERY: select(inbox).where(inbox.c.tenant == tenant, inbox.c.state == WorkState.BAD),
        LetterKind.EFFECT: select(outbox).where(
            outbox.c.tenant == tenant, outbox.c.state.in_(LOST_EFFECTS), ~outbox.c.key.startswith(FREED)),
        LetterKind.JOB: select(jobs).where(jobs.c.tenant == tenant, jobs.c.state == WorkState.BAD),
    }


def _record(kind: LetterKind, row: AnyRow) -> Stored:
    return _RECORDS[kind].from_row(row)


def _letter(row: Stored) -> Letter:
    match row:
        case InboxRow():
            since = row.received_at if row.done_at is None else row.done_at
            return Letter(
                row.id,
                LetterKind.DELIVERY,
                row.kind,
                row.state,
                row.desk,
                row.subject_id,
                row.result or "",
                row.attempts,
                row.crashes,
                None,
                since,
            )
        case EffectRow():
            since = row.created_at if row.done_at is None else row.done_at
            return Letter(
                row.id,
                LetterKind.EFFECT,
                row.purpose,
                row.state,
                row.desk,
                row.ticket,
                row.result or "",
                row.attempts,
                row.crashes,
                row.sends,
                since,
            )
        case JobRow():
            why = str(json.loads(row.result).get("error", "")) if row.result else ""
            return Letter(
                row.id,
                LetterKind.JOB,
                row.kind,
                row.state,
                None,
                None,
                why,
                row.attempts,
                row.crashes,
                None,
                row.created_at,
            )
