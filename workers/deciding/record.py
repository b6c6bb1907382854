"""The one transaction of a verdict: ledger, outbox, promise, ticket and inbox row, all or nothing."""
from __future__ import annotations

import json
from dataclasses import dataclass, replace

from cryptography.fernet import Fernet
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.core.deciding.decided import Decided
from app.core.deciding.destination import NO_GROUP
from app.core.deciding.ownership import STEPS, Event, Owner, messages_since
from app.core.kinds import BLIND_ACTS, Act, Quiet, WorkState
from app.core.memory import TicketMemory
from app.core.sending.checks import basis_of
from app.core.sending.plan import TURN_REPLIES, Planned, outbox_key, spoken, told, turn_key
from app.core.verdicts import Answer, Clarify, Handoff, StayQuiet, Verdict, verdict_name
from app.core.writing.compose import Composed
from app.store import echoes, ledger, promises, requesters, tickets, two_bots
from app.store.queues import inbox, outbox
from app.store.queues.effects import effect_json
from app.store.queues.outbox import NewOutboxRow
from config.policy import Detail, Reason
from connectors.records import PostNote, PostReply, Role, Status
from workers.deciding import incidents, limits
from workers.deciding.case import Case
from workers.deciding.floor import marks
from workers.deciding.ledger_entry import ledger_payload, ledger_texts
from workers.rows.lease import Superseded
from workers.sending.escalation_links import report_solved
from workers.work import Work

# What is worth an entry although nothing follows from it.
NEWS = frozenset(Event) - {Event.NEW_TICKET, Event.OTHER_BOT}
ROUTINE = frozenset({Quiet.ALREADY_ANSWERED, Quiet.NOTHING_NEW, Quiet.PEOPLE_OWN_IT})
# nothing more will be said to it
ENDS_TURN = frozenset(
    {Quiet.AUTOMATIC, Quiet.FOUND_AT_DESK, Quiet.NOT_THE_REQUESTER, Quiet.ACKNOWLEDGED}
)
ENDS_URGENCY = frozenset({Event.AGENT_REPLIED, Event.AGENT_NOTED, *STEPS.values()})
FLOOR_KEPT = 60  # grave messages remembered of one ticket


@dataclass(frozen=True, slots=True)
class _Recording:
    """One verdict on its way into the store. `requester` is our id of whose ticket it is, `box` seals their
    texts: None for a person who was erased."""

    work: Work
    tx: Connection
    case: Case
    decided: Decided
    composed: Composed
    requester: str
    box: Fernet | None
    now: int


def record(work: Work, case: Case, decided: Decided, composed: Composed) -> None:
    """Write everything the verdict means. Raises Superseded when the fence has moved on, OverLimit when its
    sender gets no more."""
    now, row, desk = work.clock(), case.row, case.desk
    try:
        with work.db.write() as tx:
            requester, box = requesters.known(tx, desk.tenant, case.address, work.keys, now, work.new_id())
            recording = _Recording(work, tx, case, decided, composed, requester, box, now)
            limits.check(work, tx, case, decided, composed, now)
            _heard(recording)
            if not _is_silent(decided, composed):
                entry = _ledger_entry(recording)
                _outbox_rows(recording, entry)
                _promise(recording, entry)
            _people(recording)
            if _quiet_why(decided) is Quiet.OTHER_BOT:
                two_bots.met(tx, desk.id, case.ticket.id, now)
            if decided.situation.foreign:
                two_bots.our_words_met(tx, desk.id, case.ticket.id, now)
            if Event.ASK_ASSISTANT in decided.events:
                requesters.forget_asked_person(tx, desk.tenant, requester)
            report_solved(work, tx, desk, case.ticket, decided.situation.memory, now)
            saved = tickets.save(tx, case.held.id, case.held.fence, **_ticket_values(recording))
            if not saved or not inbox.finish(
                tx, row.id, row.fence, WorkState.DONE, _result(decided.verdict), now
            ):
                raise Superseded(row.id)
            if row.act in (None, Act.ASSISTANT):
                # What else is asked for decides nothing about the message: its own row does, and may have
                # words to keep for people.
                inbox.merge_earlier(tx, row.tenant, desk.id, row.subject_id, case.read_at, row.id, now)
    except IntegrityError as error:
        # UNIQUE(key) or UNIQUE(turn): this turn was composed before, by a worker that is slower or faster
        # than we are. Its rows stand.
        raise Superseded(f"{row.id}: the turn is taken") from error
    if composed.planned:
        work.ring()


def _quiet_why(decided: Decided) -> Quiet | None:
    """Why nothing is said; None where something is."""
    return decided.verdict.why if isinstance(decided.verdict, StayQuiet) else None


def _heard(r: _Recording) -> None:
    """That this requester wrote these words: many people with the same ones are an incident."""
    text = incidents.text_of(r.work, r.case, r.decided.situation.reading, r.decided.situation.floor)
    if text:
        echoes.heard(r.tx, r.case.desk.tenant, text, incidents.requester_of(r.work, r.case), r.now)


def _is_silent(decided: Decided, composed: Composed) -> bool:
    """Whether nothing happened that anybody would look for in the ticket's story."""
    verdict = decided.verdict
    routine = isinstance(verdict, StayQuiet) and verdict.why in ROUTINE
    return routine and not composed.planned and not NEWS.intersection(decided.events)


def _ledger_entry(r: _Recording) -> str:
    verdict, desk = r.decided.verdict, r.case.desk
    entry = ledger.Entry(
        id=r.work.new_id(),
        desk=desk.id,
        ticket=r.case.ticket.id,
        kind="verdict",
        at=r.now,
        verdict=verdict_name(verdict),
        reason=verdict.reason.value
        if isinstance(verdict, Handoff)
        else (verdict.why if isinstance(verdict, StayQuiet) else None),
        payload=ledger_payload(r.work.keys, r.case, r.decided, r.composed, r.now - r.case.row.received_at),
    )
    ledger.append_sealed(
        r.tx,
        desk.tenant,
        entry,
        r.work.keys,
        ledger_texts(r.case.ticket, r.decided, r.composed),
        r.requester,
        r.box,
    )
    return entry.id


def _outbox_rows(r: _Recording, entry: str) -> None:
    work, desk, ticket, box = r.work, r.case.desk, r.case.ticket, r.box
    turn, plan_id = r.decided.situation.reading.turn, work.new_id()
    rows = []
    for place, planned in enumerate(r.composed.planned):
        body = effect_json(planned.effect).encode()
        rows.append(
            NewOutboxRow(
                id=work.new_id(),
                plan=plan_id,
                place=place,
                desk=desk.id,
                ticket=ticket.id,
                target=planned.target or desk.id,
                effect=planned.kind,
                purpose=planned.purpose,
                key=outbox_key(desk.tenant, desk.id, ticket.id, turn, planned.purpose),
                turn=turn_key(desk.tenant, desk.id, ticket.id, turn)
                if planned.purpose in TURN_REPLIES
                else None,
                turn_id=turn,
                # An erased person's key is gone; what must still be sent is sealed with the house's own until
                # it is.
                body=box.encrypt(body) if box else work.keys.box.encrypt(body),
                body_hash=work.keys.mac("body", spoken(planned.effect)),
                requester=r.requester if box else None,
                stamp=ticket.stamp,
                tags=json.dumps(list(ticket.tags)),
                seen_message=ticket.messages[-1].id if ticket.messages else None,
                evidence=json.dumps(sorted({(s.article, s.version) for s in r.composed.cited}))
                if r.composed.cited
                else None,
                ledger_entry=entry,
                next_at=r.now,
                written_to=ticket.requester.id,
                basis=_basis(r, planned),
            )
        )
    outbox.add(r.tx, desk.tenant, rows, r.now)


def _basis(r: _Recording, planned: Planned) -> str | None:
    """What people may change before the row goes out; None where it goes out whatever they do."""
    effect = planned.effect
    if r.case.row.act in BLIND_ACTS or not isinstance(effect, PostReply | PostNote):
        return None
    gave = _hands_off(r) and r.decided.situation.owner is Owner.ASSISTANT
    return basis_of(r.case.ticket, effect.status, gave).to_json()


def _hands_off(r: _Recording) -> bool:
    return isinstance(r.decided.verdict, Handoff) and bool(r.composed.planned)


def _promise(r: _Recording, entry: str) -> None:
    verdict, situation, desk = r.decided.verdict, r.decided.situation, r.case.desk
    wait, to = r.composed.wait, r.composed.to
    if not isinstance(verdict, Handoff) or wait is None or to is None:
        return
    if told(verdict, situation.mode, situation.policy.announce_handoffs):
        promises.make(
            r.tx,
            desk.tenant,
            desk.id,
            r.case.ticket.id,
            to.group or NO_GROUP,
            wait,
            entry,
            r.now,
            r.work.new_id(),
        )
    if verdict.reason is Reason.CUSTOMER_ASKED and verdict.detail is not Detail.IN_COPY:
        requesters.remember_asked_person(r.tx, desk.tenant, r.requester, r.now)


def _people(r: _Recording) -> None:
    """What people did on the ticket since we saw it last: the only source of real waits."""
    ticket, desk, tx = r.case.ticket, r.case.desk, r.tx
    group = ticket.group or NO_GROUP
    for message in messages_since(ticket, r.case.held.seen_message):
        if message.public and message.author.role is Role.AGENT:
            promises.queue_event(
                tx, desk.tenant, desk.id, group, ticket.id, "replied", message.at, r.work.new_id()
            )
            promises.replied(tx, desk.tenant, desk.id, ticket.id, message.at)
    if Event.NEW_TICKET in r.decided.events:
        promises.queue_event(
            tx, desk.tenant, desk.id, group, ticket.id, "arrived", ticket.created_at, r.work.new_id()
        )


def _ticket_values(r: _Recording) -> dict[str, object]:
    situation, ticket, held = r.decided.situation, r.case.ticket, r.case.held
    verdict, reading = r.decided.verdict, situation.reading
    ends_turn = not isinstance(verdict, StayQuiet) or verdict.why in ENDS_TURN
    return {
        "owner": "people" if _hands_off(r) else situation.owner.value,
        "seen_message": ticket.messages[-1].id if ticket.messages else held.seen_message,
        "handled_turn": reading.turn if ends_turn else held.handled_turn,
        **_whose_page(r),
        "memory": _remember(r).to_json(),
        "urgent_at": _urgent_at(r),
        "requester": r.requester, "status": ticket.status.value, "language": reading.language,
        "config_version": situation.policy.version, "subject": _subject(r), "updated_at": r.now,
    }


def _subject(r: _Recording) -> bytes | None:
    """Sealed. The one we had stays where the ticket was not read, as long as its seal is this requester's."""
    if r.box is None:
        return None
    if not r.case.ticket.subject and r.requester == r.case.held.requester:
        return r.case.held.subject
    return r.box.encrypt(r.case.ticket.subject.encode())


def _whose_page(r: _Recording) -> dict[str, object]:
    """Whose links show the ticket from now on, and whether it was anybody else's before."""
    holder, held = r.case.holder(r.work.keys), r.case.held
    # A row of the release before names no holder; whom it met then is known by their address.
    before, now = (held.holder, holder) if held.holder else (held.requester, r.requester)
    return {"holder": holder, "changed_hands": held.changed_hands or before not in (None, now)}


def _remember(r: _Recording) -> TicketMemory:
    situation, ticket, verdict, now = r.decided.situation, r.case.ticket, r.decided.verdict, r.now
    memory = situation.memory
    # After "send the draft" our own write empties the field.
    step = "" if Event.SEND_DRAFT in r.decided.events else ticket.fields.get("next_step") or ""
    solved = ticket.status in (Status.SOLVED, Status.CLOSED)
    since = memory.solved_at or ticket.updated_at
    grave = marks(r.work.keys, r.case, situation.floor) if r.composed.planned else ()
    new = replace(
        memory,
        assignee=ticket.assignee,
        looked_at=ticket.stamp.desk_now,
        group=ticket.group,
        next_step=step,
        solved_at=since if solved else None,
        reported=memory.reported or solved,
        floor=(*memory.floor, *grave)[-FLOOR_KEPT:],
    )
    if isinstance(verdict, StayQuiet):
        return new.replied(now) if verdict.why is Quiet.FOUND_AT_DESK else new
    if situation.reading.sentiment == "frustrated":
        new = replace(new, frustrated=new.frustrated + 1)
    match verdict:
        case Answer():
            new = replace(
                new, answered=new.answered + 1, cited=tuple(s.article for s in verdict.sources)
            ).replied(now)
        case Clarify():
            new = replace(new, clarified=True, options=verdict.options).replied(now)
        case Handoff():
            new = replace(new, handed_off=verdict.reason.value, handed_off_at=now).replied(now)
    return new


def _urgent_at(r: _Recording) -> int | None:
    """Since when the ticket waits for a person's eyes: until one replies, writes a note or ends it."""
    if any(not flag.machine for flag in r.decided.situation.floor):
        return r.now
    ended = r.case.ticket.status in (Status.SOLVED, Status.CLOSED, Status.DELETED)
    return None if ended or ENDS_URGENCY.intersection(r.decided.events) else r.case.held.urgent_at


def _result(verdict: Verdict) -> str:
    match verdict:
        case Handoff():
            return f"handoff: {verdict.reason.value}/{verdict.detail.value}"
        case StayQuiet():
            return f"quiet: {verdict.why}"
    return verdict_name(verdict)
