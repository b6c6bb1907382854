"""From everything gathered of a ticket to its decision: pure, and the last look at every quote before it is
said."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.deciding.cite import verify, without
from app.core.deciding.decided import Decided
from app.core.deciding.drafts import Draft, decide_draft
from app.core.deciding.ownership import Event
from app.core.deciding.rules import Situation, decide, doubt
from app.core.verdicts import Answer, Decision, Hit


@dataclass(frozen=True, slots=True)
class Gathered:
    """`events` and `mode_why` as in `Decided`. `decision` is the rules' where gathering has needed it, None
    where it has not.

    `pages` are the stored texts by (article, version) of what an answer quotes. `draft` is the newest one,
    read only when an agent chose to send it; `draft_sent`: it went out before. `stamp` is the ticket's.
    """

    situation: Situation
    events: tuple[Event, ...]
    mode_why: str
    stamp: str
    decision: Decision | None = None
    query: str = ""
    pages: Mapping[tuple[str, str], str] = field(default_factory=dict)
    draft: Draft | None = None
    draft_sent: bool = False


def sends_draft(situation: Situation, events: tuple[Event, ...]) -> bool:
    """Whether the turn is an agent's choice to send their draft; something grave is told to people first."""
    return Event.SEND_DRAFT in events and not situation.floor


def conclude(gathered: Gathered) -> Decided:
    situation, events = gathered.situation, gathered.events
    if sends_draft(situation, events):
        situation, decision = decide_draft(situation, gathered.draft, gathered.draft_sent, gathered.stamp)
        return Decided(situation, decision, events, gathered.mode_why, draft=gathered.draft)
    decided = gathered.decision or decide(situation)
    assert decided is not None, "with findings the last rule always hits"
    return Decided(
        situation, _proven(situation, decided, gathered.pages), events, gathered.mode_why, gathered.query
    )


def _proven(situation: Situation, decision: Decision, pages: Mapping[tuple[str, str], str]) -> Decision:
    """The decision with every sentence that does not stand word for word in its article cut; with none left,
    doubt instead."""
    answer = decision.verdict
    if not isinstance(answer, Answer) or not answer.sentences:
        return decision
    unsupported = verify(answer, pages)
    if not unsupported:
        return decision
    hit = Hit("quotes stand in their pages", False, f"{len(unsupported)} of {len(answer.sentences)} cut")
    rest = without(answer, unsupported)
    verdict = rest if rest.sentences else doubt(situation)
    return Decision(verdict, (*decision.hits, hit))
