"""What must be true at the end of a history, counted at the desk as its end user sees it. Written before the
simulation it judges."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.core.sending.plan import TURN_REPLIES

FAULTS = (
    "duplicates",
    "lost",
    "over_human",
    "over_takeover",
    "over_solve",
    "over_next_step",
    "disorder",
    "over_handoff",
    "over_owner",
    "not_kept",
    "composed_too_often",
    "owner_ignored",
    "window_too_long",
    "spoke_when_switched_off",
    "burst_answered_twice",
    "record_differs",
    "stuck",
)


@dataclass(slots=True)
class Said:
    """One comment in the desk's own order of commits. `by` is customer, agent or ours; `base` the comment
    (index) an own one answers."""

    at: int  # when the desk committed it
    by: str
    public: bool
    id: str = ""
    key: str = ""
    plan: str = ""
    place: int = 0
    purpose: str = ""
    turn: str = ""
    base: int = -1
    sets: str = ""  # the status our own write sets; "" when it leaves the ticket's
    composed_at: int = 0  # when the ticket was read that it was composed on
    looked_at: int = 0  # when the ticket was last read before the call left
    # when our own rows, the kill switch among them, were last looked at before the call left
    asked_at: int = 0
    known_taken: bool = False  # our own rows said then that a person has the ticket
    timely: bool = True  # of a customer's: its delivery came once and at once
    same_matter: bool = True  # of a customer's who comes back after a solve


@dataclass(frozen=True, slots=True)
class HumanAct:
    """What an agent did: reply, note, assign, solve, stay_out or continue. `before` is the index in `said` of
    the first comment that came after it."""

    at: int
    kind: str
    before: int


# What each act forbids us afterwards. A notice behind its hand-off's note is due although a person was
# assigned or wrote a note: the customer waits, and it talks over nobody.
FORBIDS = {
    "reply": "over_human",
    "note": "over_takeover",
    "assign": "over_takeover",
    "solve": "over_solve",
    "stay_out": "over_next_step",
}
NOTICE_GOES_ON = ("over_takeover",)


@dataclass(slots=True)
class Ended:
    """How a history ended: the desk's comments, and what our own rows say. `unclear`: keys of rows that were
    given up after a call whose end nobody knows; `nowhere_else`: people see something among the dead letters
    alone."""

    said: list[Said]
    solved_at: int | None
    acts: list[HumanAct]
    sent_keys: list[str]
    open_rows: int
    unclear: frozenset[str]
    nowhere_else: bool
    switched_off: list[tuple[int, int]] = field(default_factory=list)
    # turn -> the states of each of its plans' rows
    plans: dict[str, list[list[str]]] = field(default_factory=dict)
    # plan and place of rows that were given up: what stands behind them goes out all the same
    given_up: frozenset[tuple[str, int]] = frozenset()


@dataclass(slots=True)
class Verdict:
    """Faults by name, with a sentence each.

    `window`: by what they talked over, our comments that an act came before which no read could have shown:
    at a desk without a fence it fell between the last read and the commit. `open_for` is how long that was
    open, in microseconds, each time.
    """

    faults: dict[str, list[str]] = field(default_factory=dict)
    window: dict[str, int] = field(default_factory=dict)
    open_for: list[int] = field(default_factory=list)
    answered: bool = False

    def add(self, fault: str, why: str) -> None:
        self.faults.setdefault(fault, []).append(why)


MOST_PLANS = 3
KEPT = "kept"  # in front of the states of a plan that is for agents to read, and moves nothing
TAKES = ("reply", "note", "assign", "stay_out")
REOPEN_AFTER = 7 * 86_400 * 1_000_000  # the policy's default
# the desk's stamps are no finer, so a gap of the whole debounce may look longer than it was
SECOND = 1_000_000
DEBOUNCE = 8 * SECOND
PRESSED = "act:person"  # of a turn that the customer opened on their page, asked for again or not
# a worker that is stopped right before its call ends at its hard limit, and the desk may commit 8 s later
LONGEST_WINDOW = (90 + 8) * SECOND


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
    there, kept = Counter(s.key for _, s in ours), Counter(end.sent_keys)
    if kept - there or any(key not in end.unclear for key in there - kept):
        verdict.add("record_differs", f"the desk holds {sorted(there)}, our rows say {sorted(kept)}")
    _turns(verdict, end, ours)
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
            names.append(s.turn[s.turn.index(PRESSED):].split("/")[0] if PRESSED in s.turn else s.base)
        for name in names:
            if name in seen:
                verdict.add("duplicates", f"comment {i} says again what comment {seen[name]} said ({name})")
            seen.setdefault(name, i)


def _order(
    verdict: Verdict, ours: list[tuple[int, Said]], given_up: frozenset[tuple[str, int]]
) -> None:
    last: dict[str, int] = {}
    for i, s in ours:
        if (s.plan, s.place) in given_up:
            continue  # replayed by a person, whatever has gone out since
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
        if s.public and s.known_taken and s.purpose != "handoff_notice":
            verdict.add(
                "owner_ignored", f"comment {i} left although our rows said that a person has the ticket"
            )
        told = next((h for h, o in ours if h < i and o.purpose == "handoff_notice"), None)
        given_back = any(a.kind == "continue" and told is not None and told < a.before <= i for a in end.acts)
        given_back |= told is not None and _came_back(end, s)
        if s.public and s.turn.startswith("m:") and _peoples(end, s):
            verdict.add("over_owner", f"comment {i} answers comment {s.base}, when people had the ticket")
        if told is not None and not given_back and s.public and s.purpose != "handoff_notice":
            verdict.add("over_handoff", f"comment {i} speaks although comment {told} gave it to people")
        for name, act in _forbidden_by(end, i).items():
            hit = None if fenced else _in_the_window(end.said, i, act)
            if hit is not None:
                verdict.window[name] = verdict.window.get(name, 0) + 1
                verdict.open_for.append(hit.at - hit.looked_at)
                if verdict.open_for[-1] > LONGEST_WINDOW:
                    verdict.add("window_too_long", f"comment {i}: {verdict.open_for[-1]} microseconds")
            else:
                verdict.add(
                    name, f"comment {i} came after a person's {act.kind} (before comment {act.before})"
                )


def _peoples(end: Ended, s: Said) -> bool:
    """Whether people had the ticket when the customer wrote what the comment answers, and have not let the
    assistant continue since."""
    taken = max(
        (a.before for a in end.acts if a.kind in TAKES and a.before <= s.base),
        default=-1,
    )
    ours = (i for i, o in enumerate(end.said[: s.base]) if o.by == "ours" and o.purpose == "handoff_notice")
    taken = max((taken, *ours))
    if taken < 0 or any(a.kind == "continue" and a.before >= taken for a in end.acts):
        return False
    return not _came_back(end, s)


def _came_back(end: Ended, s: Said) -> bool:
    """Whether the customer came back with something new, long after people had solved the ticket."""
    asked = end.said[s.base]
    before = [a for a in end.acts if a.before <= s.base]
    steps = [a.kind for a in before if a.kind in ("stay_out", "continue")]
    solves = [a for a in before if a.kind == "solve" and asked.at - a.at >= REOPEN_AFTER - SECOND]
    return not asked.same_matter and bool(solves) and steps[-1:] != ["stay_out"]


def _in_the_window(said: list[Said], i: int, act: HumanAct) -> Said | None:
    """The comment of ours between whose last read and commit the act fell, so that no read could show it:
    this one, or an earlier one of ours that has set its own status over a solve."""
    if act.at > said[i].looked_at:
        return said[i]
    if act.kind != "solve":
        return None
    return next(
        (
            s
            for s in said[act.before:i]
            if s.by == "ours" and s.sets and act.at > s.looked_at
        ),
        None,
    )


def _forbidden_by(end: Ended, i: int) -> dict[str, HumanAct]:
    """Fault -> the first act that forbids the comment: done since the message it answers, and not taken back
    by a person who lets the assistant continue."""
    s = end.said[i]
    forbidding: dict[str, HumanAct] = {}
    for act in end.acts:
        if not s.base < act.before <= i:
            continue
        if act.kind == "continue":
            forbidding = {}
            continue
        name = FORBIDS[act.kind]
        if s.public:
            stands = s.purpose != "handoff_notice" or name not in NOTICE_GOES_ON
        else:
            # A note disturbs nobody, unless it opens the ticket again.
            stands = name == "over_solve" and bool(s.sets)
        if stands and not (act.kind == "solve" and _past(end.said, i, act)):
            forbidding.setdefault(name, act)
    return forbidding


def _past(said: list[Said], i: int, solve: HumanAct) -> bool:
    """Whether the solve does not speak of what the comment answers: the customer wrote after it, or within
    its second, which nobody has read by then; or it was known when a wish for a person, or the news of a
    reply that failed, was put into people's hands."""
    s = said[i]
    newest = max(c.at for c in said[:i] if c.by == "customer")
    asked = s.turn.startswith("act:") and solve.at <= s.composed_at
    return asked or newest >= solve.at or (s.base >= 0 and solve.at - said[s.base].at < SECOND)


def _lost(verdict: Verdict, end: Ended) -> None:
    newest = max((i for i, s in enumerate(end.said) if s.by == "customer"), default=None)
    if newest is None:
        return
    later = end.said[newest + 1:]
    by_us = any(s.by == "ours" and s.base >= newest for s in later)
    taken = any(a.kind not in ("solve", "continue") for a in end.acts)
    people = taken or any(
        s.by == "ours" and (s.purpose in ("note", "handoff_notice")) for s in end.said)
    verdict.answered = by_us
    solved = end.solved_at is not None and end.solved_at >= end.said[newest].at
    if not (by_us or people or solved or end.nowhere_else):
        verdict.add(
            "lost", f"the customer's comment {newest} was neither answered nor put into people's hands"
        )


def _turns(verdict: Verdict, end: Ended, ours: list[tuple[int, Said]]) -> None:
    """A message's turn is composed anew at most twice; what came of the newest one stands at the desk, in
    public or kept for agents."""
    newest = max((i for i, s in enumerate(end.said) if s.by == "customer"), default=None)
    for turn, plans in end.plans.items():
        if turn.startswith("m:") and len([plan for plan in plans if plan[0] != KEPT]) > MOST_PLANS:
            verdict.add("composed_too_often", f"{turn}: {plans}")
        overtaken = all(state in ("stale", KEPT) for plan in plans for state in plan)
        if not overtaken or newest is None or turn != f"m:{end.said[newest].id}" or end.nowhere_else:
            continue
        # Who has answered and lets the assistant continue wants nothing of it.
        let_go = any(a.kind == "continue" and a.before > newest for a in end.acts)
        if not let_go and not any(s.base >= newest for _, s in ours):
            verdict.add("not_kept", f"{turn} was composed, and nothing of it stands at the desk: {plans}")


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
