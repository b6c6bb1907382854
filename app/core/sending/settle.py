"""What follows when an outbox row has come to its end, for whoever keeps the rows: one pure rule, carried out
in the transaction that ends the row.

    sent            ─▶ the plan goes on, on the version our own write made
    stale           ─▶ the plan ends; the ticket is read anew, the act asked for again, or people are told
    stale, due      ─▶ nothing: the hand-off it belongs to stands, as it does for a replayed row behind which
                       something of its plan has left
    failed or dead  ─▶ the plan goes on; what the row should have told is told in another way, once

The worker (`workers/sending/outcome.py`) and the simulation both do exactly this, held to it by a test.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.kinds import BLIND_ACTS, Act, EffectKind, EffectState, Purpose
from app.core.sending.checks import Words
from app.core.sending.states import OutboxRow

TOLD_AFTERWARDS = (Act.UNNOTED, Act.UNTOLD)
MAX_OVERTAKEN = 3  # a turn that was overtaken this often goes to a person instead
SAME_SECOND = 1_200_000  # microseconds: the next row's stamp is safe once the second it names is over


class Rest(StrEnum):
    """What becomes of the rows behind this one in its plan."""

    ON_OUR_STAMP = "on_our_stamp"  # they go on, from the version our own write made
    GOES_ON = "goes_on"  # they go on as they are
    ENDS = "ends"  # they certainly never left: `stale`, and their keys are free again


@dataclass(frozen=True, slots=True)
class Follow:
    """What is done. `act` is an `Act`, or one a newer release knows, asked for in the ticket's name."""

    rest: Rest
    reopens: bool = False  # nothing of the turn has reached the customer: it may be decided again
    gives_back: bool = False  # ... and the assistant has the ticket again: the row's own plan gave it away
    reads_anew: bool = False  # the ticket is read again, when the second its stamp names is over
    act: str | None = None
    asked_again: bool = False  # the act is the one that opened the turn, which a newer message must not hide
    lost: bool = False  # people count it among what was given up
    reports: Purpose | None = None  # what the original ticket's agents are told of its escalation


def may_have_left(row: OutboxRow) -> bool:
    """Whether the desk has what the row says, or may have it: what stands in front of it in its plan can then
    no longer be taken back."""
    called = row.state in (EffectState.READY, EffectState.DEAD) and row.sends > 0
    return called or row.state in (EffectState.SENDING, EffectState.UNKNOWN, EffectState.SENT)


def follows(
    words: Words, ended: OutboxRow, overtaken: int, opened_by: str | None, left_behind: bool = False
) -> Follow:
    """What the end of a row asks for.

    `overtaken`: plans of this turn that went stale, this one included; `opened_by`: the act that opened the
    turn, None for a message's; `left_behind`: a later row of its plan may have left, which a replay makes
    possible.
    """
    if words.purpose == Purpose.ESCALATION:
        opened = ended.state == EffectState.SENT and ended.remote_id is not None
        told = Purpose.ESCALATION_LINK if opened else Purpose.ESCALATION_FAILED
        return Follow(Rest.GOES_ON, reports=told)
    if ended.state == EffectState.SENT:
        return Follow(Rest.ON_OUR_STAMP)
    if ended.state == EffectState.STALE:
        return _overtaken(words, overtaken, opened_by, left_behind)
    # The rest of the plan goes on: a customer is told although the note was refused, another desk although
    # the customer could not be.
    unclear = ended.state == EffectState.DEAD and ended.sends > 0
    silent = ended.state == EffectState.FAILED and ended.silent_since is not None
    return Follow(Rest.GOES_ON, act=_told_otherwise(words, unclear, silent, opened_by), lost=True)


def _overtaken(words: Words, overtaken: int, opened_by: str | None, left_behind: bool) -> Follow:
    if words.due_anyway or left_behind:
        # The hand-off it belongs to stands: the customer, or another desk, has been told of it.
        return Follow(Rest.GOES_ON)
    anew = Follow(Rest.ENDS, reopens=True, gives_back=_gave_it_away(words, opened_by))
    if opened_by is not None:
        return replace(anew, act=opened_by, asked_again=True)
    if overtaken >= MAX_OVERTAKEN:
        return replace(anew, act=Act.FAILED)
    return replace(anew, reads_anew=True)


def _gave_it_away(words: Words, opened_by: str | None) -> bool:
    """True when the ticket was given to people by this very row's plan. A note that tells of something lost
    did not: people have had the ticket since then, and the customer may have heard so. Nor did a draft, or
    the note of what a person came before."""
    gives = words.basis is None or words.basis.gave
    handed = words.purpose in (Purpose.NOTE, Purpose.HANDOFF_NOTICE)
    return handed and gives and opened_by not in TOLD_AFTERWARDS


def _told_otherwise(words: Words, unclear: bool, silent: bool, opened_by: str | None) -> Act | None:
    """None where the row was itself the other way: of that one only the dead letter is left."""
    if opened_by in BLIND_ACTS:
        return None
    if words.effect != EffectKind.PUBLIC:
        return Act.UNNOTED
    if silent:
        return Act.SOURCE_UNREACHABLE
    # What may have been read is never said again: people find out.
    return Act.UNTOLD if unclear or words.purpose == Purpose.HANDOFF_NOTICE else Act.FAILED
