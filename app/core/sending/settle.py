"""What follows when an outbox row has come to its end: a pure rule, kept by `workers/sending/outcome.py` in
the same transaction."""
from __future__ import annotations

from enum import StrEnum

from app.core.kinds import EffectState, Purpose
from app.core.sending.checks import Words

MAX_OVERTAKEN = 3  # a turn that was overtaken this often goes to a person instead
SAME_SECOND = 1_200_000  # microseconds: the next row's stamp is safe once the second it names is over


class Follow(StrEnum):
    PLAN_GOES_ON = "plan_goes_on"  # the next row, on the stamp this one made
    STANDS = "stands"  # nothing more is done; the rest of the plan ends with it
    AGAIN = "again"  # nothing of the turn has reached the customer: the ticket is read anew and decided again
    # the same, and what the customer pressed is asked for again: a newer message must not make us forget it
    ACT_AGAIN = "act_again"
    TO_PEOPLE = "to_people"  # the customer got nothing: a person must, and is told why
    SHELF = "shelf"  # a hand-off that failed itself stays on the people's shelf


def follows(words: Words, state: EffectState, overtaken: int, by_act: bool) -> Follow:
    """`state` is the row's last one; `overtaken` how often its turn was, this time included; `by_act` when an
    act opened the turn."""
    if state == EffectState.SENT:
        return Follow.PLAN_GOES_ON
    if state == EffectState.STALE:
        if words.due_anyway:
            return Follow.STANDS  # the hand-off it belongs to stands
        if by_act:
            return Follow.ACT_AGAIN
        return Follow.TO_PEOPLE if overtaken >= MAX_OVERTAKEN else Follow.AGAIN
    return (
        Follow.SHELF
        if words.purpose in (Purpose.HANDOFF_NOTICE, Purpose.NOTE, Purpose.FIELDS)
        else Follow.TO_PEOPLE
    )


def gives_back(words: Words) -> bool:
    """True when the ticket was given to people by this very row's plan: as nothing of it has left, the
    assistant has it again."""
    return words.purpose in (Purpose.NOTE, Purpose.HANDOFF_NOTICE)
