"""A verdict without reading the ticket: after something broke on it, from states, ids and times alone."""
from __future__ import annotations

from dataclasses import replace

from app.core.deciding.decided import Decided
from app.core.deciding.ownership import Owner, events_since, owner_after
from app.core.deciding.rules import Situation
from app.core.kinds import Act, Quiet, TurnKind
from app.core.memory import TicketMemory
from app.core.verdicts import Decision, Handoff, Hit, Reading, StayQuiet, Verdict, Voice
from app.core.writing.supplies import Supplies
from app.store import caps
from app.store.queues import outbox
from config.policy import Detail, Reason
from connectors.records import NEXT_STEPS, Person, Role, Status, Ticket, writer_of
from workers.deciding.case import Case
from workers.deciding.found import found_at_desk
from workers.deciding.gather import mode_of
from workers.deciding.supply import page_of, way_in_place
from workers.work import Work

RULE = "told without reading the ticket"


def bare(ticket: Ticket) -> Ticket:
    """The ticket without anything that somebody wrote: states, ids, times, tags, and the requester's address,
    by which our rows know them.

    Whatever broke the work on the ticket cannot break on its way to people.
    """
    def nameless(person: Person) -> Person:
        return replace(person, name="")

    messages = (
        replace(m, author=nameless(m.author), text="", html=None, headers={}, attachments=(), files=())
        for m in ticket.messages
    )
    chosen = {name: value for name, value in ticket.fields.items() if value in NEXT_STEPS}
    return replace(
        ticket, subject="", requester=nameless(ticket.requester), messages=tuple(messages), fields=chosen
    )


def decide_unread(work: Work, case: Case) -> Decided:
    """The verdict for a case whose ticket went through `bare`."""
    ticket, held, policy, desk, act = case.ticket, case.held, case.policy, case.desk, case.row.body.decode()
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    reading = Reading(
        turn=case.row.delivery_key,
        message=newest.id if newest else None,
        question="",
        language=held.language or policy.default_language,
        language_known=False,
        topic="other",
        automatic=None,
        asks_person=None,
        must_handoff=None,
        voices=(Voice(newest.id, writer_of(newest, ticket.requester), "", ""),) if newest else (),
    )
    events, found = events_since(ticket, held.seen_message, ()), found_at_desk(work, case)
    with work.db.read() as tx:
        ceiling = caps.ceiling(tx, desk.tenant, desk.id, "other", case.read_at)
        taken = outbox.turn_is_taken(tx, desk.id, ticket.id, reading.turn)
        answered = newest is not None and outbox.turn_is_taken(
            tx, desk.id, ticket.id, TurnKind.MESSAGE.turn(newest.id)
        )
    mode, mode_why = mode_of(policy, desk, reading, ceiling)
    situation = Situation(
        reading=reading,
        owner=owner_after(Owner(held.owner), events),
        memory=TicketMemory.from_json(held.memory),
        policy=policy,
        mode=mode,
        status=ticket.status,
        now=case.read_at,
        handled=taken or (act == Act.UNREADABLE and found.answers),
        foreign=found.foreign,
        cannot_reply=ticket.cannot_reply,
        act=act,
    )
    verdict = _verdict(situation, act, answered)
    return Decided(
        situation, Decision(verdict, (Hit(RULE, isinstance(verdict, Handoff), act),)), events, mode_why
    )


def supplies_unread(work: Work, case: Case, decided: Decided) -> Supplies:
    verdict = decided.verdict
    if not isinstance(verdict, Handoff):
        return Supplies()
    return Supplies(page_of(work, case), way=way_in_place(case, case.policy.routes[verdict.route]))


def _verdict(s: Situation, act: str, answered: bool) -> Verdict:
    if s.handled:
        return StayQuiet(Quiet.ALREADY_ANSWERED)
    if s.status in (Status.CLOSED, Status.DELETED):
        return StayQuiet(Quiet.CLOSED)
    if act == Act.UNREADABLE and s.owner is Owner.PEOPLE:
        return StayQuiet(Quiet.PEOPLE_OWN_IT)
    # Only a ticket that nothing was said to: whatever may have reached the customer before is their one mail.
    public = act == Act.UNREADABLE and s.cannot_reply is None and not answered
    return Handoff(
        Reason.FAILED,
        Detail.POISON if act == Act.UNREADABLE else Detail.NONE,
        s.policy.default_route,
        None,
        public,
    )
