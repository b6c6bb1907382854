"""A verdict -> the finished texts and effects. Reads only what a text needs: the queue, when a wait is told."""
from __future__ import annotations

from dataclasses import dataclass

import structlog

from app.core.deciding.destination import Destination
from app.core.deciding.ownership import Event
from app.core.deciding.rules import Situation
from app.core.kinds import EffectKind, Purpose
from app.core.reading.floor import gravest
from app.core.sending.plan import Bodies, Planned, plan, told
from app.core.verdicts import Alert, Answer, Clarify, Handoff, Sentence, Settle, StayQuiet, Verdict, Wait, verdict_name
from app.core.waits import estimate
from app.core.writing import messages, note
from app.core.writing.limits_told import abilities
from app.core.writing.markup import assemble, paragraph, say
from app.core.writing.messages import Body, Frame
from app.core.writing.note_facts import Deed, Grave, facts_of
from app.core.writing.wait_sentences import speak_moment, speak_wait
from app.store import articles, promises
from app.store.desks import StoredDesk
from app.store.links import holder_of, ticket_token
from config.policy import Detail, Mode, Policy
from config.wording import Words
from connectors.errors import ConnectorError
from connectors.records import PostNote, PostReply, QueueSnapshot, Status, Ticket, UpdateFields
from workers.deciding.drafts import MISSING, OUTDATED, newest_draft
from workers.deciding.escalate import escalate, routed
from workers.deciding.gather import Situated
from workers.work import Work

TAG = "candor"
QUIET = "(waiting for a person)"  # the queue of tickets in no group
URGENT = "urgent"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Composed:
    """`group_name` is the queue a hand-off goes to, None for no group; `wait` what was worked out for it.

    `cited` are the sentences that must still be public.
    """

    bodies: Bodies
    planned: tuple[Planned, ...]
    wait: Wait | None = None
    group_name: str | None = None
    cited: tuple[Sentence, ...] = ()
    to: Destination | None = None  # of a hand-off


def compose(work: Work, desk: StoredDesk, policy: Policy, ticket: Ticket, situated: Situated) -> Composed:
    """Everything the verdict says and does; nothing is written or sent here."""
    verdict, situation = situated.decision.verdict, situated.situation
    if isinstance(verdict, StayQuiet):
        return _quiet(work, policy, verdict, asked=Event.SEND_DRAFT in situated.events)
    if isinstance(verdict, Answer) and verdict.fixed == "draft":
        return _send_draft(work, desk, ticket)
    words = work.words[policy.spoken_to_in(situation.reading.language)]
    frame = _frame(work, desk, policy, ticket, situation, verdict, words)
    match verdict:
        case Handoff():
            return _handoff(work, desk, policy, ticket, situated, verdict, frame, words)
        case Alert():
            return _alert(work, policy, ticket, situated, verdict)
        case Answer():
            public = messages.answer(verdict, frame, words)
        case Clarify():
            public = messages.clarify(verdict, frame, words)
        case Settle():
            public = messages.settle(frame, words)
        case _:
            raise ValueError(f"no words for a verdict of kind {verdict_name(verdict)}")
    cited = verdict.sentences if isinstance(verdict, Answer) else ()
    draft = _draft(work, policy, ticket, situation, public, verdict) if situation.mode is Mode.DRAFT else None
    bodies = Bodies(public, draft)
    fields, tags = _labels(situation, verdict)
    return Composed(bodies, plan(verdict, situation.mode, bodies, None, fields, tags, policy.announce_handoffs), cited=cited)


def _quiet(work: Work, policy: Policy, verdict: StayQuiet, asked: bool) -> Composed:
    """Nothing, unless an agent has asked for their draft: then the field is emptied, and they hear why nothing was sent."""
    if not asked:
        return Composed(Bodies(None, None), ())
    if verdict.why not in (OUTDATED, MISSING):
        return Composed(Bodies(None, None), (Planned(Purpose.FIELDS, EffectKind.FIELDS, UpdateFields({"next_step": ""})),))
    said = assemble([paragraph(say(work.words[policy.default_language], f"agent.{verdict.why}"))])
    return Composed(Bodies(None, said), (Planned(Purpose.NOTE, EffectKind.NOTE, PostNote(said.html, said.text, {"next_step": ""})),))


def _send_draft(work: Work, desk: StoredDesk, ticket: Ticket) -> Composed:
    draft = newest_draft(work, desk, ticket)
    assert draft is not None, "the verdict rests on a draft"
    # The field is emptied in the same write: the choice was carried out, and may be made again for another draft.
    effect = PostReply(draft.body.html, draft.body.text, {"next_step": ""}, (TAG, f"{TAG}_draft_sent"), None, Status.PENDING)
    return Composed(Bodies(draft.body, None), (Planned(Purpose.ANSWER, EffectKind.PUBLIC, effect),), cited=draft.cited)


def _handoff(work: Work, desk: StoredDesk, policy: Policy, ticket: Ticket, situated: Situated, verdict: Handoff, frame: Frame,
             words: Words) -> Composed:
    situation = situated.situation
    route = policy.routes[verdict.route]
    telling = told(verdict, situation.mode, policy.announce_handoffs)
    way = routed(work, desk, policy, route, ticket, situation.now)
    wait = _wait(work, way.people, policy, way.to.group, situation.now) if situation.mode is not Mode.WATCH else None
    agents = work.words[policy.default_language]
    spoken = speak_wait(wait, policy.hours, words, situation.now, ticket.requester.time_zone) if wait else ""
    grave = _grave(situation)
    heard_as = policy.spoken(route, way.to.group, words.language)
    public = _notice(policy, verdict, heard_as, spoken, situation, frame, words) if telling else None
    facts = facts_of(
        ticket, situation.reading, verdict, situation.findings, told=public is not None,
        told_text=speak_moment(wait, policy.hours, agents, situation.now) if wait else "", topic=policy.topic(situation.reading.topic),
        deeds=_deeds(work, desk.tenant, situation), story_url=_story(work, situated.ticket_row), grave=grave,
    )
    across = escalate(desk, way, ticket, facts, agents)
    said = note.note(facts, agents)
    bodies = Bodies(public, across.added_to(said) if across else said)
    fields, tags = _labels(situation, verdict)
    if wait is not None and wait.bound_at is not None and public is not None:
        fields["promised_by"] = speak_moment(wait, policy.hours, agents, situation.now)
    opened = across.opening(fields, tags) if across else None
    planned = plan(verdict, situation.mode, bodies, way.to.moves_to, fields, tags, policy.announce_handoffs, opened)
    return Composed(bodies, planned, wait, way.to.group, to=way.to)


def _notice(policy: Policy, verdict: Handoff, route: str, wait: str, situation: Situation, frame: Frame, words: Words) -> Body:
    kind = gravest(situation.floor) if verdict.detail is Detail.FLOOR else None
    if kind is None:
        return messages.handoff(verdict, route, wait, frame, words)
    return messages.grave(kind, policy.floor_entry(kind).line.get(words.language, ""), route, wait, frame, words)


def _alert(work: Work, policy: Policy, ticket: Ticket, situated: Situated, verdict: Alert) -> Composed:
    """A note to people who have the ticket already, urgent unless a machine wrote; nothing in public."""
    situation = situated.situation
    facts = facts_of(ticket, situation.reading, None, None, told=False, story_url=_story(work, situated.ticket_row),
                     grave=_grave(situation))
    bodies = Bodies(None, note.alert_note(facts, work.words[policy.default_language]))
    fields, tags = _labels(situation, verdict)
    return Composed(bodies, plan(verdict, situation.mode, bodies, None, fields, tags, policy.announce_handoffs))


def _grave(situation: Situation) -> Grave | None:
    if not situation.floor:
        return None
    found = tuple((flag.kind, flag.span) for flag in situation.floor)
    unreviewed = any(not situation.policy.floor_entry(kind).reviewed_by for kind, _ in found[:1])
    return Grave(found, all(flag.machine for flag in situation.floor), unreviewed)


def _wait(work: Work, people: StoredDesk, policy: Policy, group: str | None, now: int) -> Wait:
    queue = QueueSnapshot(None, None, now, "no group")
    try:
        if group is not None:
            queue = work.desk(people).queue(group)
    except ConnectorError as error:
        # The customer is told that we cannot say; a hand-off never waits for a count.
        log.warning("queue not read", desk=people.id, status=error.status)
        queue = QueueSnapshot(group, None, now, "unreadable")
    with work.db.read() as tx:
        seen = promises.replies_seen(tx, people.tenant, people.id, group or QUIET)
    return estimate(queue.waiting, policy.team(group or QUIET), policy.hours, policy.horizon_days, now, replies_seen=seen, stalled=None,
                    depth_as_of=queue.as_of)


def _frame(work: Work, desk: StoredDesk, policy: Policy, ticket: Ticket, situation: Situation, verdict: Verdict, words: Words) -> Frame:
    return Frame(
        company=policy.company, assistant_name=policy.assistant_name, can_do=policy.can_do.get(words.language, ""),
        first_name=ticket.requester.name if situation.answers_requester else None, language=words.language,
        first=not situation.memory.noticed,
        page_url=page_of(work, desk, ticket, situation.now),
        # What is drafted is what a colleague sends, word for word: it says so from the start.
        able=abilities(policy.actions),
        checked=situation.mode is Mode.DRAFT and isinstance(verdict, Answer | Clarify | Settle),
    )


def page_of(work: Work, desk: StoredDesk, ticket: Ticket, now: int) -> str | None:
    """The customer's page of this ticket; None while no delivery has proven that our address can be reached from outside."""
    base = work.settings.public_url
    if base is None or not (desk.public_proven or desk.connection.wire_url is not None):
        return None
    holder = holder_of(work.keys, desk.tenant, desk.id, ticket.requester.id)
    return f"{base}/t/{ticket_token(work.keys, desk.tenant, desk.id, ticket.id, holder, now)}"


def _story(work: Work, ticket_row: str) -> str | None:
    base = work.settings.public_url
    return f"{base}/tickets/{ticket_row}" if base else None


def _draft(work: Work, policy: Policy, ticket: Ticket, situation: Situation, public: Body, verdict: Verdict) -> Body:
    agents = work.words[policy.default_language]
    facts = facts_of(ticket, situation.reading, None, situation.findings, told=False, draft=public,
                     topic=policy.topic(situation.reading.topic))
    return note.draft_note(facts, verdict_name(verdict), agents)


def _deeds(work: Work, tenant: str, situation: Situation) -> tuple[Deed, ...]:
    if not situation.memory.cited:
        return ()
    with work.db.read() as tx:
        found = [articles.current(tx, tenant, article) for article in situation.memory.cited]
    return (Deed("answered", tuple(v.title for v in found if v is not None)),)


def _labels(situation: Situation, verdict: Verdict) -> tuple[dict[str, str], tuple[str, ...]]:
    """Fields and tags in the desk's own style, so that its views, triggers and reports work on our results."""
    reading = situation.reading
    fields = {"intent": reading.topic, "sentiment": reading.sentiment}
    tags = [TAG, f"{TAG}_{verdict_name(verdict)}", f"intent__{reading.topic}"]
    if _is_urgent(verdict):
        fields["urgency"] = URGENT
        tags.append(f"{TAG}_{URGENT}")
    if isinstance(verdict, Answer) and verdict.p_right is not None:
        fields["confidence"] = f"{verdict.p_right:.2f} (uncalibrated)" if not _calibrated(situation) else f"{verdict.p_right:.2f}"
    if isinstance(verdict, Handoff):
        fields["handoff_reason"] = verdict.reason.value
        tags.append(f"handoff__{verdict.reason.value}")
    return fields, tuple(tags)


def _is_urgent(verdict: Verdict) -> bool:
    """Whether views and triggers of the desk put it first. One neutral word: the class stands in the note alone."""
    return verdict.urgent if isinstance(verdict, Alert) else isinstance(verdict, Handoff) and verdict.detail is Detail.FLOOR


def _calibrated(situation: Situation) -> bool:
    return situation.findings is not None and situation.findings.calibrated
