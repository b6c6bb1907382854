"""What was decided on a ticket, and all that the decision rests on."""
from __future__ import annotations

from dataclasses import dataclass

from app.core.deciding.drafts import Draft
from app.core.deciding.ownership import Event
from app.core.deciding.rules import Situation
from app.core.verdicts import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """`events` happened on the ticket since we saw it last; `mode_why` is why the mode is lower than wished.

    `query` is what was searched for, "" when nothing was; `draft` the message that an agent chose to send.
    """

    situation: Situation
    decision: Decision
    events: tuple[Event, ...] = ()
    mode_why: str = ""
    query: str = ""
    draft: Draft | None = None

    @property
    def verdict(self) -> Verdict:
        return self.decision.verdict
