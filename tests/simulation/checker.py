"""What must be true at the end of a history, counted at the desk as its end user sees it. Written before the
simulation it judges."""
from __future__ import annotations

from dataclasses import dataclass, field

from app.core.sending.plan import TURN_REPLIES

FAULTS = (
    "duplicates",
    "lost",
    "over_human",
    "disorder",
    "talked_over_takeover",
    "spoke_when_switched_off",
    "burst_answered_twice",
    "record_differs",
    "stuck",
)


@dataclass(slots=True)
class Said:
    """One comment in the desk's own order of commits. `by` is customer, agent or ours; `base` the comment
    (index) an own one answers."""

    at: int
    by: str
    public: bool
    id: str = ""
    key: str = ""
    plan: str = ""
    place: int = 0
    purpose: str = ""
    turn: str = ""
    base: int = -1
    looked_at: int = 0  # when the ticket was last read before the call left
    # when our own rows, the kill switch among them, were last looked at before the call left
    asked_at: int = 0
    known_taken: bool = False  # our own rows said then that a person has the ticket
    timely: bool = True  # of a customer's: its delivery came once and at once


@dataclass(slots=True)
class Ended:
    """How a history ended: the desk's comments, and what our own rows say. `shelved`: something waits on the
    people's shelf."""

    said: list[Said]
    solved_at: int | None
    takeovers: list[int]  # indexes in `said` before which an agent took the ticket by note or assignment
    continued: list[int]  # … before which an agent let the assistant continue
    sent_keys: list[str]
    open_rows: int
    shelved: bool
    switched_off: list[tuple[int, int]] = field(default_factory=list)
    # plan and place of rows that were given up: what stands behind them in their plan goes out all the same
    given_up: frozenset[tuple[str, int]] = frozenset()


@dataclass(slots=True)
class Verdict:
    """Faults by name, with a sentence each; `window` counts replies after a human's that no read could have
    shown."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    window: int = 0
    answered: bool = False

    def add(self, fault: str, why: str) -> None:
        self.faults.setdefault(fault, []).append(why)


# the desk's stamps are no finer, so a gap of the whole debounce may look longer than it was
SECOND = 1_000_000
DEBOUNCE = 8 * SECOND


def check(end: Ended, *, fenced: bool) -> Verdict:
    """Every invariant over one history."""
    verdict = Verdict()
    ours = [(i, s) for i, s in enumerate(end.said) if s.by == "ours"]
    _duplicates(verdict, ours)
    _order(verdict, ours, end.given_up)
    _people(verdict, end, ours, fenced)
    _lost(verdict, end)
    _bursts(verdict, end, ours)
    _switch(verdict, end, ours)
    there, kept = sorted(s.key for _, s in ours), sorted(end.sent_keys)
    if there != kept and not end.shelved:
        verdict.add("record_differs", f"the desk holds {there}, our rows say {kept}")
    if end.open_rows:
        verdict.add("stuck", f"{end.open_rows} rows never ended")
    return verdict


def _duplicates(verdict: Verdict, ours: list[tuple[int, Said]]) -> None:
    seen: dict[object, int] = {}
    for i, s in ours:
        names: list[object] = [s.key]
        if s.public and s.purpose in TURN_REPLIES:
            # What the customer pressed is a turn of its own; whatever else we tell them answers their newest
            # message.
            names.append(s.turn if s.turn.startswith("act:person") else s.base)
        for name in names:
            if name in seen:
                verdict.add("duplicates", f"comment {i} says again what comment {seen[name]} said ({name})")
            seen.setdefault(name, i)


def _order(
    verdict: Verdict, ours: list[tuple[int, Said]], given_up: frozenset[tuple[str, int]]
) -> None:
    last: dict[str, int] = {}
    for i, s in ours:
        before = last.get(s.plan, -1)
        if s.place < before:
            verdict.add("disorder", f"comment {i} is row {s.place} of its plan, after a later one")
        elif any((s.plan, place) not in given_up for place in range(before + 1, s.place)):
            verdict.add(
                "disorder", f"comment {i} is row {s.place} of its plan, before the row in front of it"
            )
        last[s.plan] = max(s.place, before)


def _people(verdict: Verdict, end: Ended, ours: list[tuple[int, Said]], fenced: bool) -> None:
    for i, s in ours:
        if not s.public:
            continue
        for h in range(s.base + 1, i):
            human = end.said[h]
            if human.by != "agent" or not human.public or any(h < c <= i for c in end.continued):
                continue
            if not fenced and human.at > s.looked_at:
                verdict.window += 1
            else:
                verdict.add("over_human", f"comment {i} came after the person's reply {h}")
            break
        if s.known_taken and s.purpose != "handoff_notice":
            verdict.add(
                "talked_over_takeover",
                f"comment {i} left although our rows said that a person has the ticket",
            )
        taken = [t for t in end.takeovers if s.base < t <= i and not any(t <= c <= i for c in end.continued)]
        if fenced and taken and s.purpose != "handoff_notice":
            verdict.add(
                "talked_over_takeover",
                f"comment {i} came after a person had taken the ticket (before comment {taken[0]})",
            )


def _lost(verdict: Verdict, end: Ended) -> None:
    newest = max((i for i, s in enumerate(end.said) if s.by == "customer"), default=None)
    if newest is None:
        return
    later = end.said[newest + 1:]
    by_us = any(s.by == "ours" and s.base >= newest for s in later)
    people = bool(end.takeovers) or any(s.by == "agent" for s in end.said) or any(
        s.by == "ours" and (s.purpose in ("note", "handoff_notice")) for s in end.said)
    verdict.answered = by_us
    solved = end.solved_at is not None and end.solved_at >= end.said[newest].at
    if not (by_us or people or solved or end.shelved):
        verdict.add(
            "lost", f"the customer's comment {newest} was neither answered nor put into people's hands"
        )


def _bursts(verdict: Verdict, end: Ended, ours: list[tuple[int, Said]]) -> None:
    bases = [s.base for _, s in ours if s.public and s.turn.startswith("m:")]
    for first, second in zip(bases, bases[1:], strict=False):
        if first >= second:
            continue
        burst = [s for s in end.said[first:second + 1] if s.by == "customer"]
        gaps = [b.at - a.at for a, b in zip(burst, burst[1:], strict=False)]
        near = max(gaps, default=0) < DEBOUNCE - SECOND and sum(gaps) < 3 * DEBOUNCE
        if near and all(s.timely for s in burst):
            verdict.add(
                "burst_answered_twice", f"comments {first} and {second} are one burst, and each was answered"
            )


def _switch(verdict: Verdict, end: Ended, ours: list[tuple[int, Said]]) -> None:
    for i, s in ours:
        if any(on < s.asked_at < off for on, off in end.switched_off):
            verdict.add(
                "spoke_when_switched_off",
                f"the call of comment {i} left although the kill switch was seen to be on",
            )
