"""One inbox row -> verdict -> outbox rows, in one transaction.

    claim ─▶ re-read ticket ─▶ gather (history, rows, search) ─▶ conclude ─▶ supply (queue, pages) ─▶ compose
          ─▶ ledger + outbox + ticket + row, at once

`conclude` and `compose` are pure and stand in the core; what they need is read before they are asked.

The delivery is a hint: everything is decided on the ticket as it is now.
"""
from __future__ import annotations

from dataclasses import replace

import structlog

from app.core.deciding.conclude import conclude
from app.core.deciding.decided import Decided
from app.core.deciding.rules import silenced
from app.core.deciding.taking import Decide, NothingNew, PutBack, ReadHistory, ReadTicket, Seen
from app.core.kinds import BLIND_ACTS, WorkState
from app.core.sending.crashes import given_up, why_given_up
from app.core.verdicts import verdict_name
from app.core.writing.compose import Composed, compose
from app.core.writing.unread import compose_unread
from app.store import desks as desk_store
from app.store import policies, tickets
from app.store.desks import StoredDesk
from app.store.queues import inbox
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from connectors.errors import ConnectorError, RateLimited
from connectors.records import Subject
from workers.deciding.case import Case
from workers.deciding.files import with_files
from workers.deciding.floor import read_floor
from workers.deciding.gather import gather
from workers.deciding.limits import OverLimit
from workers.deciding.record import record
from workers.deciding.supply import supplies_of
from workers.deciding.take import KINDS, READ_CALLS, SUBJECTS, Taken, take
from workers.deciding.unread import bare, decide_unread, supplies_unread
from workers.desks.poll import ask_for_sync
from workers.desks.refusals import break_desk, refuses_us
from workers.rows.given_up import give_up, tell_people
from workers.rows.lease import OTHER_RELEASE, hold
from workers.sending.deliver import times_of
from workers.work import Work

log = structlog.get_logger(__name__)
FIRST_BACKOFF, LONGEST_BACKOFF = 5_000_000, 600_000_000


def process_one(work: Work, alone: str | None = None) -> bool:
    """Work on the next due inbox row, if there is one; True when there was. `alone`: the id of a task of its
    own."""
    taken = take(work, alone)
    if taken is None:
        return False
    row = taken.row
    with hold(work, inbox, row, taken.held, lambda tx, error, now: inbox.broke(tx, row.id, row.fence, now)):
        _process(work, taken)
    return True


def _process(work: Work, taken: Taken) -> None:
    row = taken.row
    if taken.desk is None:
        give_up(work, row, "its desk does not exist any more", readable=False)
    elif taken.exhausted:
        broken = given_up(row.crashes, row.lone_runs)
        why = (
            why_given_up(row.crashes, row.lone_runs)
            if broken
            else f"the desk could not be read in {row.attempts} tries"
        )
        give_up(work, row, f"{why}: open it in the console to replay it")
    elif row.kind not in KINDS or row.subject not in SUBJECTS:
        _other_release(work, row, taken.held)
    elif row.subject == Subject.ARTICLE:
        _sync_knowledge(work, row)
    elif taken.held is not None:
        _process_ticket(work, taken, desk_store.opened(taken.desk, work.keys), taken.held)


def _process_ticket(work: Work, taken: Taken, desk: StoredDesk, held: TicketRow) -> None:
    wait = work.desk_wait(desk.kind, desk.id, READ_CALLS)
    if wait:
        # The desk takes no calls now: no other desk's row waits behind this one, and no worker sleeps.
        _put_off(work, taken.row, held, work.clock() + wait)
        return
    try:
        _at_the_desk(work, taken, desk, held)
    except ConnectorError as error:
        _desk_failed(work, taken.row, held, desk, error)


def _at_the_desk(work: Work, taken: Taken, desk: StoredDesk, held: TicketRow) -> None:
    """Do what the step asks for until it ends, and tell it each time what came of it."""
    assert taken.going is not None, "whoever holds the ticket has been asked for something"
    (steps, ask), row, read_at = taken.going, taken.row, work.clock()
    while True:
        answer: object = None
        match ask:
            case ReadHistory(since):
                answer = work.desk(desk).history(row.subject_id, since)
            case ReadTicket():
                read_at = work.clock()
                answer = Seen(work.desk(desk).ticket(row.subject_id), times_of(work, desk))
            case PutBack(until):
                _put_off(work, row, held, until)
                return
            case NothingNew():
                _nothing_new(work, row, held)
                return
            case Decide(ticket):
                _decide_and_record(
                    work, Case(row, desk, held, policies.parsed(*taken.policy), ticket, read_at)
                )
                return
        ask = steps.send((work.clock(), answer))


def _decide_and_record(work: Work, case: Case) -> None:
    """Gather, think, write. The ticket in `case` is read at `read_at`."""
    case, decided, composed = _unread(work, case) if case.row.act in BLIND_ACTS else _read(work, case)
    try:
        record(work, case, decided, composed)
    except OverLimit as full:
        decided = replace(decided, decision=silenced(decided.situation, decided.decision, str(full)))
        composed = compose(case.ticket, decided, supplies_of(work, case, decided), work.words)
        record(work, case, decided, composed)
    log.info(
        "processed",
        desk=case.desk.id,
        ticket=case.ticket.id,
        verdict=verdict_name(decided.verdict),
        effects=len(composed.planned),
    )


def _read(work: Work, case: Case) -> tuple[Case, Decided, Composed]:
    case = with_files(work, case)
    floor = read_floor(work, case)
    case = replace(case, ticket=floor.ticket)
    decided = conclude(gather(work, case, floor))
    return case, decided, compose(case.ticket, decided, supplies_of(work, case, decided), work.words)


def _unread(work: Work, case: Case) -> tuple[Case, Decided, Composed]:
    case = replace(case, ticket=bare(case.ticket))
    decided = decide_unread(work, case)
    return case, decided, compose_unread(decided, supplies_unread(work, case, decided), work.words)


def _put_off(work: Work, row: InboxRow, held: TicketRow, until: int) -> None:
    with work.db.write() as tx:
        tickets.release(tx, held.id, held.fence)
        inbox.put_back(tx, row.id, row.fence, until, count=False)


def _nothing_new(work: Work, row: InboxRow, held: TicketRow) -> None:
    with work.db.write() as tx:
        tickets.release(tx, held.id, held.fence)
        inbox.finish(tx, row.id, row.fence, WorkState.DONE, "quiet: our own write", work.clock())


def _sync_knowledge(work: Work, row: InboxRow) -> None:
    now = work.clock()
    with work.db.write() as tx:
        # One sync covers every article event that arrived before it starts.
        ask_for_sync(tx, row.tenant, work.new_id(), now)
        inbox.finish(tx, row.id, row.fence, WorkState.DONE, "help centre will be synced", now)
    work.ring()


def _desk_failed(work: Work, row: InboxRow, held: TicketRow, desk: StoredDesk, error: ConnectorError) -> None:
    log.warning("desk call failed", desk=desk.id, status=error.status, permanent=error.permanent)
    refused = error.status in (401, 403) and refuses_us(work, desk, error.status)
    if refused:
        break_desk(work, desk, error.status)
    now = work.clock()
    with work.db.write() as tx:
        tickets.release(tx, held.id, held.fence)
        if refused:
            inbox.put_back(tx, row.id, row.fence, now, count=False)
        elif error.status == 403 and error.permanent:
            # Nothing of the ticket is known, not even whom to hand it to: a person sees it among the dead
            # letters.
            why = (
                "the assistant's user may not see this ticket (403): give it access to the ticket's group "
                "or brand, or leave it to people"
            )
            inbox.finish(tx, row.id, row.fence, WorkState.BAD, why, now)
            tell_people(work, tx, row, now, readable=False)
        elif error.status in (404, 410):
            tickets.gone(tx, row.tenant, desk.id, row.subject_id)
            inbox.finish(
                tx, row.id, row.fence, WorkState.DONE, f"the desk has no such ticket any more: {error}", now
            )
        else:
            # Other refusals say something about us or the desk, not about the ticket: the row waits, and in
            # the end a person sees it.
            wait = int((error.retry_after or 0) * 1_000_000) or min(
                FIRST_BACKOFF << min(row.attempts, 8), LONGEST_BACKOFF
            )
            inbox.put_back(tx, row.id, row.fence, now + wait, count=not isinstance(error, RateLimited))


def _other_release(work: Work, row: InboxRow, held: TicketRow | None) -> None:
    log.error(
        "row refused: a newer release wrote it, finish the upgrade of this host",
        row=row.id,
        kind=row.kind,
        subject=row.subject,
    )
    with work.db.write() as tx:
        if held is not None:
            tickets.release(tx, held.id, held.fence)
        inbox.put_back(tx, row.id, row.fence, work.clock() + OTHER_RELEASE, count=False)
