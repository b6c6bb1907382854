"""Replaying a dead letter: a row that was given up is tried once more."""
from __future__ import annotations

from dataclasses import replace

from app.core.kinds import LOST_EFFECTS, EffectState
from app.core.sending.states import MAX_SENDS, UNFENCED, OutboxRow


def replayed(row: OutboxRow, now: int) -> OutboxRow:
    """The row as one whose end nobody knows: looked for in the desk's history first, and only then sent, the
    same bytes, at most once.

    Pure; raises ValueError for a row that is not a dead letter. `sends` stays above zero where a call may
    have gone out, so that such a row never goes out on a newer stamp than the one it was written for."""
    if row.state not in LOST_EFFECTS:
        raise ValueError(f"a row that is {row.state} is not a dead letter")
    # The longer settle for every desk: the one who replays does not know the desk's connector, and seldom
    # comes within two minutes.
    dead_at = (row.attempt_at + UNFENCED.hard_limit) if row.attempt_at is not None else now
    settled = dead_at + UNFENCED.settle if row.attempt_at is not None else now
    return replace(
        row,
        state=EffectState.UNKNOWN,
        sends=min(row.sends, MAX_SENDS - 1),
        attempts=0,
        lease_until=0,
        restamped=False,
        unknown_since=max(now, dead_at),
        silent_since=None,
        next_at=max(now, settled),
        result="replayed: looked for at the desk first",
    )
