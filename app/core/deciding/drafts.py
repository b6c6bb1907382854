"""Drafts: an agent sends one by the field *Candor: next step*. Exactly that draft, once, and never past a
newer message."""
from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.deciding.rules import Situation
from app.core.kinds import Fixed, Quiet, TurnKind
from app.core.verdicts import Answer, Decision, Hit, Sentence, StayQuiet, Verdict
from app.core.writing.markup import Body

RULE = "an agent sends the draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that was written as an internal note.

    `turn` is the customer's turn it answers; `sent_turn` the turn that sending it is, whose reply is one for
    ever.
    """

    entry: str
    turn: str
    body: Body
    cited: tuple[Sentence, ...]

    @property
    def sent_turn(self) -> str:
        return TurnKind.DRAFT.turn(self.entry)


def decide_draft(
    situation: Situation, draft: Draft | None, sent_before: bool, stamp: str
) -> tuple[Situation, Decision]:
    """The verdict on "send the draft": the draft itself, or why not. The turn is the draft's own, so that it
    goes out once for ever.

    A refusal is a turn of its own for each choice (the choice has moved the ticket's `stamp`, which thereby
    names it): what an agent asks again is answered again.
    """
    verdict: Verdict
    if draft is None:
        verdict = StayQuiet(Quiet.DRAFT_MISSING)
    elif draft.turn != situation.reading.turn:
        verdict = StayQuiet(Quiet.DRAFT_OUTDATED)
    elif sent_before:
        verdict = StayQuiet(Quiet.ALREADY_ANSWERED)
    else:
        verdict = Answer((), (), None, fixed=Fixed.DRAFT)
    if isinstance(verdict, StayQuiet) or draft is None:
        turn, because = TurnKind.STEP.turn(stamp), verdict.why if isinstance(verdict, StayQuiet) else ""
        hit = Hit(RULE, False, because)
    else:
        turn, hit = draft.sent_turn, Hit(RULE, True, "the field Candor: next step")
    return replace(situation, reading=replace(situation.reading, turn=turn)), Decision(verdict, (hit,))
