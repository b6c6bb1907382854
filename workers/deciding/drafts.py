"""Drafts: an agent sends one by the field *Candor: next step*. Exactly that draft, once, and never past a newer message."""
from __future__ import annotations

import json
from dataclasses import dataclass, replace

from app.core.deciding.rules import Situation
from app.core.kinds import TurnKind
from app.core.verdicts import Answer, Decision, Hit, Sentence, StayQuiet, Verdict
from app.core.writing.markup import Body
from app.store import ledger
from app.store.desks import StoredDesk
from app.store.queues import outbox
from connectors.records import Ticket
from workers.work import Work

RULE = "an agent sends the draft"
OUTDATED, MISSING = "draft_outdated", "draft_missing"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that was written as an internal note. `turn` is the customer's turn it answers."""

    entry: str
    turn: str
    body: Body
    cited: tuple[Sentence, ...]


def newest_draft(work: Work, desk: StoredDesk, ticket: Ticket) -> Draft | None:
    """The ticket's newest unsent message; None when there is none, or its person was erased."""
    with work.db.read() as tx:
        for row in reversed(ledger.of_ticket(tx, desk.tenant, desk.id, ticket.id)):
            payload = json.loads(row.payload)
            if row.kind != "verdict" or payload.get("mode") != "draft" or row.verdict not in ("answer", "clarify", "settle"):
                continue
            texts = ledger.texts(tx, desk.tenant, row.id, work.keys) or {}
            if not texts.get("reply_html"):
                return None
            cited = tuple(Sentence(s["text"], s["article"], s["version"], s["start"], s["end"]) for s in texts.get("sentences", ()))
            return Draft(row.id, payload["turn"], Body(texts["reply_html"], texts["reply"]), cited)
    return None


def decide_draft(work: Work, desk: StoredDesk, ticket: Ticket, situation: Situation) -> tuple[Situation, Decision]:
    """The verdict on "send the draft": the draft itself, or why not. The turn is the draft's own, so that it goes out once for ever.

    A refusal is a turn of its own for each choice: what an agent asks again is answered again.
    """
    draft = newest_draft(work, desk, ticket)
    turn = TurnKind.DRAFT.turn(draft.entry) if draft else ""
    verdict: Verdict
    if draft is None:
        verdict = StayQuiet(MISSING)
    elif draft.turn != situation.reading.turn:
        verdict = StayQuiet(OUTDATED)
    else:
        with work.db.read() as tx:
            sent_before = outbox.turn_is_taken(tx, desk.id, ticket.id, turn)
        verdict = StayQuiet("already_answered") if sent_before else Answer((), (), None, fixed="draft")
    quiet = isinstance(verdict, StayQuiet)
    because = verdict.why if isinstance(verdict, StayQuiet) else "the field Candor: next step"
    # The choice has moved the ticket's stamp, which thereby names it.
    reading = replace(situation.reading, turn=TurnKind.STEP.turn(ticket.stamp.value) if quiet else turn)
    return replace(situation, reading=reading), Decision(verdict, (Hit(RULE, not quiet, because),))
