"""The one transaction of a verdict: ledger, outbox, promise, ticket and inbox row, all or nothing."""
from __future__ import annotations

import json
from dataclasses import dataclass, replace

from cryptography.fernet import Fernet
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.core.deciding.ownership import STEPS, Event, messages_since
from app.core.kinds import WorkState
from app.core.memory import TicketMemory
from app.core.sending.plan import TURN_REPLIES, outbox_key, spoken, told, turn_key
from app.core.verdicts import Answer, Clarify, Handoff, StayQuiet, verdict_name
from app.store import ledger, promises, requesters, tickets
from app.store.desks import StoredDesk
from app.store.links import holder_of
from app.store.queues import inbox, outbox
from app.store.queues.effects import effect_json
from app.store.queues.outbox import NewOutboxRow
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from config.policy import Detail, Reason
from connectors.records import Role, Status, Ticket
from workers.deciding.compose import QUIET, Composed
from workers.deciding.floor import marks
from workers.deciding.gather import Situated
from workers.deciding.ledger_entry import ledger_payload, ledger_texts
from workers.sending.escalation_links import report_solved
from workers.work import Work

# What is worth an entry although nothing follows from it.
NEWS = frozenset(Event) - {Event.NEW_TICKET, Event.OTHER_BOT}
ENDS_TURN = frozenset({"automatic", "not_the_requester", "acknowledged"})  # nothing more will be said to it


ENDS_URGENCY = frozenset({Event.AGENT_REPLIED, Event.AGENT_NOTED, *STEPS.values()})
FLOOR_KEPT = 60  # grave messages remembered of one ticket


class Superseded(Exception):
    """Another worker has taken the row or the ticket meanwhile; nothing was written, and its work stands."""


@dataclass(frozen=True, slots=True)
class _Requester:
    """Whose ticket it is, and what seals their texts; None for a person who was erased."""

    id: str
    box: Fernet | None


def record(work: Work, row: InboxRow, desk: StoredDesk, held: TicketRow, ticket: Ticket, situated: Situated,
           composed: Composed, read_at: int) -> None:
    """Write everything the verdict means. Raises Superseded when the fence has moved on."""
    now = work.clock()
    decision = situated.decision
    verdict = decision.verdict
    routine = isinstance(verdict, StayQuiet) and verdict.why in ("already_answered", "nothing_new", "people_own_it")
    silent = routine and not composed.planned and not NEWS.intersection(situated.events)
    try:
        with work.db.write() as tx:
            requester = _Requester(*requesters.known(tx, desk.tenant, situated.address, work.keys, now, work.new_id()))
            if not silent:
                entry = _ledger_entry(work, tx, row, desk, ticket, situated, composed, requester, now)
                _outbox_rows(work, tx, desk, ticket, situated, composed, requester, entry, now)
                _promise(work, tx, desk, ticket, situated, composed, requester, entry, now)
            _people(work, tx, desk, ticket, held, situated, now)
            report_solved(work, tx, desk, ticket, situated.situation.memory, now)
            values = _ticket_values(work, tx, desk, ticket, situated, composed, requester, held, now)
            saved = tickets.save(tx, held.id, held.fence, **values)
            result = _result(situated)
            if not saved or not inbox.finish(tx, row.id, row.fence, WorkState.DONE, result, now):
                raise Superseded(row.id)
            inbox.merge_earlier(tx, row.tenant, desk.id, row.subject_id, read_at, row.id, now)
    except IntegrityError as error:
        # UNIQUE(key) or UNIQUE(turn): this turn was composed before, by a worker that is slower or faster than we are. Its rows stand.
        raise Superseded(f"{row.id}: the turn is taken") from error
    if composed.planned:
        work.ring()


def _ledger_entry(work: Work, tx: Connection, row: InboxRow, desk: StoredDesk, ticket: Ticket, situated: Situated,
                  composed: Composed, requester: _Requester, now: int) -> str:
    verdict = situated.decision.verdict
    entry = ledger.Entry(
        id=work.new_id(), desk=desk.id, ticket=ticket.id, kind="verdict", at=now, verdict=verdict_name(verdict),
        reason=verdict.reason.value if isinstance(verdict, Handoff) else (verdict.why if isinstance(verdict, StayQuiet) else None),
        payload=ledger_payload(work.keys, row, ticket, situated, composed, now - row.received_at),
    )
    texts = ledger_texts(ticket, situated, composed)
    ledger.append_sealed(tx, desk.tenant, entry, work.keys, texts, requester.id, requester.box)
    return entry.id


def _outbox_rows(work: Work, tx: Connection, desk: StoredDesk, ticket: Ticket, situated: Situated, composed: Composed,
                 requester: _Requester, entry: str, now: int) -> None:
    turn, plan_id = situated.situation.reading.turn, work.new_id()
    box = requester.box
    rows = []
    for place, planned in enumerate(composed.planned):
        body = effect_json(planned.effect).encode()
        rows.append(NewOutboxRow(
            id=work.new_id(), plan=plan_id, place=place, desk=desk.id, ticket=ticket.id, target=planned.target or desk.id,
            effect=planned.kind, purpose=planned.purpose, key=outbox_key(desk.tenant, desk.id, ticket.id, turn, planned.purpose),
            turn=turn_key(desk.tenant, desk.id, ticket.id, turn) if planned.purpose in TURN_REPLIES else None, turn_id=turn,
            # An erased person's key is gone; what must still be sent is sealed with the house's own until it is.
            body=box.encrypt(body) if box else work.keys.box.encrypt(body), body_hash=work.keys.mac("body", spoken(planned.effect)),
            requester=requester.id if box else None, stamp=ticket.stamp, tags=json.dumps(list(ticket.tags)),
            seen_message=ticket.messages[-1].id if ticket.messages else None,
            evidence=json.dumps(sorted({(s.article, s.version) for s in composed.cited})) if composed.cited else None,
            ledger_entry=entry, next_at=now, written_to=ticket.requester.id,
        ))
    outbox.add(tx, desk.tenant, rows, now)


def _promise(work: Work, tx: Connection, desk: StoredDesk, ticket: Ticket, situated: Situated, composed: Composed,
             requester: _Requester, entry: str, now: int) -> None:
    verdict, situation = situated.decision.verdict, situated.situation
    if not isinstance(verdict, Handoff) or composed.wait is None:
        return
    if told(verdict, situation.mode, situation.policy.announce_handoffs):
        promises.make(tx, desk.tenant, desk.id, ticket.id, composed.group_name or QUIET, composed.wait, entry, now, work.new_id())
    if verdict.reason is Reason.CUSTOMER_ASKED and verdict.detail is not Detail.IN_COPY:
        requesters.remember_asked_person(tx, desk.tenant, requester.id, now)


def _people(work: Work, tx: Connection, desk: StoredDesk, ticket: Ticket, held: TicketRow, situated: Situated, now: int) -> None:
    """What people did on the ticket since we saw it last: the only source of real waits."""
    group = ticket.group or QUIET
    for message in messages_since(ticket, held.seen_message):
        if message.public and message.author.role is Role.AGENT:
            promises.queue_event(tx, desk.tenant, desk.id, group, ticket.id, "replied", message.at, work.new_id())
            promises.replied(tx, desk.tenant, desk.id, ticket.id, message.at)
    if Event.NEW_TICKET in situated.events:
        promises.queue_event(tx, desk.tenant, desk.id, group, ticket.id, "arrived", ticket.created_at, work.new_id())


def _ticket_values(work: Work, tx: Connection, desk: StoredDesk, ticket: Ticket, situated: Situated, composed: Composed,
                   requester: _Requester, held: TicketRow, now: int) -> dict[str, object]:
    verdict, situation, reading = situated.decision.verdict, situated.situation, situated.situation.reading
    decided = not isinstance(verdict, StayQuiet) or verdict.why in ENDS_TURN
    handed_off = isinstance(verdict, Handoff) and bool(composed.planned)
    told = marks(work.keys, desk, ticket, situation.floor) if composed.planned else ()
    return {
        "owner": "people" if handed_off else situation.owner.value,
        "seen_message": ticket.messages[-1].id if ticket.messages else held.seen_message,
        "handled_turn": reading.turn if decided else held.handled_turn,
        **_whose_page(work, desk, ticket, requester, held),
        "memory": _remember(situated.situation.memory, ticket, situated, told, now).to_json(),
        "urgent_at": _urgent_at(situated, held, ticket, now),
        "requester": requester.id, "status": ticket.status.value, "language": reading.language,
        "config_version": situation.policy.version, "subject": _subject(ticket, held, requester), "updated_at": now,
    }


def _subject(ticket: Ticket, held: TicketRow, requester: _Requester) -> bytes | None:
    """Sealed. The one we had stays where the ticket was not read, as long as its seal is this requester's."""
    if requester.box is None:
        return None
    if not ticket.subject and requester.id == held.requester:
        return held.subject
    return requester.box.encrypt(ticket.subject.encode())


def _whose_page(work: Work, desk: StoredDesk, ticket: Ticket, requester: _Requester,
                held: TicketRow) -> dict[str, object]:
    """Whose links show the ticket from now on, and whether it was anybody else's before."""
    holder = holder_of(work.keys, desk.tenant, desk.id, ticket.requester.id)
    # A row of the release before names no holder; whom it met then is known by their address.
    before, now = (held.holder, holder) if held.holder else (held.requester, requester.id)
    return {"holder": holder, "changed_hands": held.changed_hands or before not in (None, now)}


def _remember(memory: TicketMemory, ticket: Ticket, situated: Situated, grave: tuple[tuple[str, str], ...], now: int) -> TicketMemory:
    verdict, reading = situated.decision.verdict, situated.situation.reading
    # After "send the draft" our own write empties the field.
    step = "" if Event.SEND_DRAFT in situated.events else ticket.fields.get("next_step") or ""
    solved = ticket.status in (Status.SOLVED, Status.CLOSED)
    new = replace(memory, assignee=ticket.assignee, group=ticket.group, next_step=step, reported=memory.reported or solved,
                  floor=(*memory.floor, *grave)[-FLOOR_KEPT:])
    if isinstance(verdict, StayQuiet):
        return new
    if reading.sentiment == "frustrated":
        new = replace(new, frustrated=new.frustrated + 1)
    match verdict:
        case Answer():
            new = replace(new, answered=new.answered + 1, cited=tuple(s.article for s in verdict.sources)).replied(now)
        case Clarify():
            new = replace(new, clarified=True, options=verdict.options).replied(now)
        case Handoff():
            new = replace(new, handed_off=verdict.reason.value, handed_off_at=now).replied(now)
    return new


def _urgent_at(situated: Situated, held: TicketRow, ticket: Ticket, now: int) -> int | None:
    """Since when the ticket waits for a person's eyes: until one replies, writes a note or ends it."""
    if any(not flag.machine for flag in situated.situation.floor):
        return now
    seen = ENDS_URGENCY.intersection(situated.events) or ticket.status in (Status.SOLVED, Status.CLOSED, Status.DELETED)
    return None if seen else held.urgent_at


def _result(situated: Situated) -> str:
    verdict = situated.decision.verdict
    match verdict:
        case Handoff():
            return f"handoff: {verdict.reason.value}/{verdict.detail.value}"
        case StayQuiet():
            return f"quiet: {verdict.why}"
    return verdict_name(verdict)


