"""What a design's promises were worth: kept, pinball, how long, and how many broke without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.waits.learned.record import pinball
from tests.quality.waitplay import LEARNED, Told

SMALL, LATE, LATE_SHARE = 1800.0, 1800.0, 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """`kept` of `n` promises with a known end; pinball over the `replied`, mean over the `offered`."""

    kept: int
    n: int
    pinball: float | None
    replied: int
    mean: float | None
    offered: int

    @property
    def share(self) -> float | None:
        return self.kept / self.n if self.n else None


def score(rows: Sequence[Told], design: str = LEARNED) -> Score:
    """Pinball on replied tickets only; a wait still open past its promise is broken."""
    spoken = [(told, told.said[design]) for told in rows if design in told.said]
    ends = [broken for told, bound in spoken if (broken := told.broken(bound)) is not None]
    losses = [pinball(told.wait, bound) for told, bound in spoken if told.item.replied]
    return Score(
        ends.count(False),
        len(ends),
        _mean(losses),
        len(losses),
        _mean([bound for _, bound in spoken]),
        len(spoken),
    )


def answered_by(rows: Sequence[Told], designs: Sequence[str]) -> list[Told]:
    """The rows that every one of these designs has a figure for: what they can be compared on."""
    return [told for told in rows if all(design in told.said for design in designs)]


def silence(rows: Sequence[Told], design: str) -> Mapping[str, int]:
    """How often a design told nothing, by its reason."""
    reasons = [told.why_not[design] for told in rows if design in told.why_not]
    return {why: reasons.count(why) for why in sorted(set(reasons))}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Notices:
    """Shares of all promises. `without`: of 30 minutes or more, badly exceeded, no mail before."""

    without: float
    small: float
    short: float
    mailed: float
    needless: float | None  # of those mailed: the first promise was kept after all
    promises: int
    mails: int


def notices(rows: Sequence[Told], design: str = LEARNED) -> Notices:
    """Only the learned design mails; whatever another one breaks, it breaks without a word."""
    promised = [told for told in rows if told.broken(told.said.get(design)) is not None]
    without = small = short = mailed = needless = 0
    for told in promised:
        bound = told.said[design]
        mail = told.mailed if design == LEARNED else None
        broken = told.broken(bound)
        mailed += mail is not None
        needless += mail is not None and not broken
        if not broken or (mail is not None and mail <= bound):
            continue
        excess = told.wait - bound
        if bound < SMALL:
            short += 1
        elif excess >= LATE or excess >= LATE_SHARE * bound:
            without += 1
        else:
            small += 1
    n = max(len(promised), 1)
    return Notices(
        without / n,
        small / n,
        short / n,
        mailed / n,
        needless / mailed if mailed else None,
        len(promised),
        mailed,
    )
