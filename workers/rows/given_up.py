"""What is given up is told to people: a plain hand-off that carries nothing anybody wrote in the ticket, so that nothing can break it.

    inbox row `bad`          ─▶ act `unreadable` ─▶ note "could not be read" + the customer's notice, ticket to people
    note refused or dead     ─▶ act `unnoted`    ─▶ plain note without fields or group
    notice or reply unclear  ─▶ act `untold`     ─▶ note "the customer may not have been told", nothing public
"""
from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy import Connection

from app.core.deciding.ownership import Owner, events_since, owner_after
from app.core.deciding.rules import Situation
from app.core.kinds import BLIND_ACTS, Act, EffectKind, Purpose, TurnKind, WorkState
from app.core.memory import TicketMemory
from app.core.sending.plan import Bodies, Planned, plan, told
from app.core.verdicts import Decision, Handoff, Hit, Reading, StayQuiet, Verdict, Voice
from app.core.writing import messages
from app.core.writing.markup import assemble, paragraph, say, strong
from app.core.writing.messages import Frame
from app.store import caps, signals
from app.store.desks import StoredDesk
from app.store.queues import inbox, outbox
from app.store.queues.rows import EffectRow, InboxRow
from app.store.tickets import TicketRow
from config.policy import Detail, Mode, Policy, Reason
from connectors.records import NEXT_STEPS, Person, PostNote, Role, Status, Subject, Ticket, writer_of
from workers.deciding.compose import Composed, page_of
from workers.deciding.escalate import in_place
from workers.deciding.gather import Situated, address_of, mode_of
from workers.work import Work

RULE = "told without reading the ticket"
log = structlog.get_logger(__name__)


def give_up(work: Work, row: InboxRow, why: str, *, readable: bool = True) -> None:
    """End an inbox row as `bad`, and see to it that a person hears of its ticket."""
    log.error("inbox row given up", row=row.id, desk=row.desk, why=why)
    now = work.clock()
    with work.db.write() as tx:
        if inbox.finish(tx, row.id, row.fence, WorkState.BAD, why, now):
            if row.subject == Subject.TICKET:
                inbox.merge_earlier(tx, row.tenant, row.desk, row.subject_id, now, row.id, now)
            tell_people(work, tx, row, now, readable=readable)
    work.ring()


def tell_people(work: Work, tx: Connection, row: InboxRow, now: int, *, readable: bool) -> None:
    """A signal always; a hand-off too, unless the ticket cannot be read or this row was one itself: then the shelf is all there is."""
    signals.add(tx, row.tenant, row.desk, row.subject_id, "other", "given_up", 1.0, now, work.new_id())
    itself = row.act in BLIND_ACTS
    if readable and row.subject == Subject.TICKET and not itself:
        inbox.accept_act(tx, row.tenant, row.desk, row.subject_id, Act.UNREADABLE, f"{Act.UNREADABLE}:{row.id}", now, work.new_id())


def effect_lost(work: Work, tx: Connection, row: EffectRow, unclear: bool, now: int) -> None:
    """An effect was refused or given up: what it should have told is told in another way, once. Of that one only the shelf is left."""
    signals.add(tx, row.tenant, row.desk, row.ticket, "other", "given_up", 1.0, now, work.new_id())
    if (inbox.act_behind(tx, row.desk, row.turn_id) or "") in BLIND_ACTS:
        return
    act = Act.UNNOTED if row.effect != EffectKind.PUBLIC else Act.UNTOLD if unclear or row.purpose == Purpose.HANDOFF_NOTICE else Act.FAILED
    inbox.accept_act(tx, row.tenant, row.desk, row.ticket, act, f"{Act.FAILED}:{row.id}", now, work.new_id())


def bare(ticket: Ticket) -> Ticket:
    """The ticket without anything that somebody wrote: states, ids, times, tags, and the requester's address, by which our rows know them.

    Whatever broke the work on the ticket cannot break on its way to people.
    """
    def nameless(person: Person) -> Person:
        return replace(person, name="")

    messages = (replace(m, author=nameless(m.author), text="", html=None, headers={}, attachments=()) for m in ticket.messages)
    chosen = {name: value for name, value in ticket.fields.items() if value in NEXT_STEPS}
    return replace(ticket, subject="", requester=nameless(ticket.requester), messages=tuple(messages), fields=chosen)


def without_reading(work: Work, row: InboxRow, desk: StoredDesk, held: TicketRow, policy: Policy, ticket: Ticket,
                    now: int) -> tuple[Situated, Composed]:
    """The verdict and its texts, for a ticket that went through `bare`."""
    act, memory = row.body.decode(), TicketMemory.from_json(held.memory)
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    language = held.language or policy.default_language
    reading = Reading(
        turn=row.delivery_key, message=newest.id if newest else None, question="", language=language, language_known=False,
        topic="other", automatic=None, asks_person=None, must_handoff=None,
        voices=(Voice(newest.id, writer_of(newest, ticket.requester), "", ""),) if newest else (),
    )
    events = events_since(ticket, held.seen_message, ())
    with work.db.read() as tx:
        ceiling = caps.ceiling(tx, desk.tenant, desk.id, "other", now)
        taken = outbox.turn_is_taken(tx, desk.id, ticket.id, reading.turn)
        answered = newest is not None and outbox.turn_is_taken(tx, desk.id, ticket.id, TurnKind.MESSAGE.turn(newest.id))
    mode, mode_why = mode_of(policy, desk, reading, ceiling)
    situation = Situation(
        reading=reading, owner=owner_after(Owner(held.owner), events), memory=memory, policy=policy, mode=mode, status=ticket.status,
        now=now, handled=taken, cannot_reply=ticket.cannot_reply, act=act,
    )
    verdict = _verdict(situation, act, answered)
    decision = Decision(verdict, (Hit(RULE, isinstance(verdict, Handoff), act),))
    situated = Situated(situation, decision, events, mode_why, address_of(desk, ticket), "", held.id)
    return situated, _composed(work, desk, policy, ticket, situated, act)


def _verdict(s: Situation, act: str, answered: bool) -> Verdict:
    if s.handled:
        return StayQuiet("already_answered")
    if s.status in (Status.CLOSED, Status.DELETED):
        return StayQuiet("closed")
    if act == Act.UNREADABLE and s.owner is Owner.PEOPLE:
        return StayQuiet("people_own_it")
    # Only a ticket that nothing was said to: whatever may have reached the customer before is their one mail.
    public = act == Act.UNREADABLE and s.cannot_reply is None and not answered
    return Handoff(Reason.FAILED, Detail.POISON if act == Act.UNREADABLE else Detail.NONE, s.policy.default_route, None, public)


def _composed(work: Work, desk: StoredDesk, policy: Policy, ticket: Ticket, situated: Situated, act: str) -> Composed:
    verdict, situation = situated.decision.verdict, situated.situation
    if not isinstance(verdict, Handoff):
        return Composed(Bodies(None, None), ())
    words = work.words[policy.spoken_to_in(situation.reading.language)]
    agents = work.words[policy.default_language]
    frame = Frame(
        company=policy.company, assistant_name=policy.assistant_name, can_do=policy.can_do.get(words.language, ""),
        first_name=None, language=words.language, first=not situation.memory.noticed,
        page_url=page_of(work, desk, ticket, situation.now),
    )
    telling = told(verdict, situation.mode, policy.announce_handoffs)
    route = policy.routes[verdict.route]
    to = in_place(desk, policy, route, ticket, situation.now)
    public = messages.handoff(verdict, policy.spoken(route, to.group, words.language), "", frame, words) if telling else None
    said = [paragraph(strong(say(agents, f"agent.given_up.{act}")))]
    if act == Act.UNREADABLE:
        said.append(paragraph(say(agents, f"agent.given_up.{'told' if public else 'not_told'}")))
    note = assemble(said)
    bodies = Bodies(public, note)
    planned: tuple[Planned, ...] = ()
    if act == Act.UNNOTED and situation.mode is not Mode.WATCH:
        # As plain as a note can be: what the desk refused may have been one of its fields.
        planned = (Planned(Purpose.NOTE, EffectKind.NOTE, PostNote(note.html, note.text)),)
    elif act != Act.UNNOTED:
        group = to.moves_to if act == Act.UNREADABLE else None
        planned = plan(verdict, situation.mode, bodies, group, {}, (), policy.announce_handoffs)
    return Composed(bodies, planned, None, to.group, to=to)
