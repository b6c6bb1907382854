"""What agents do on a ticket, and what of ours went out behind each act: counted at the desk, as it stands
there."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

KINDS = ("reply", "assign", "solve", "next_step")
# A worker stopped right before its call ends at its hard limit, and the desk may commit so much later.
LONGEST_WINDOW = 90.0 + 8.0


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that stands on a ticket, in the order the desk committed it. `marker` is what tells one of
    our writes from another. `at`: microseconds, to the second."""

    by: str  # customer | assistant | agent
    public: bool
    text: str
    at: int
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What an agent did: one of KINDS (a next step is always *stay out*). `at`: the desk's clock in
    microseconds. `before` is the place, in what is said on the ticket, of the first thing that came after."""

    kind: str
    ticket: int
    at: int
    before: int


@dataclass(frozen=True, slots=True)
class Over:
    """A public reply of ours (its place) that an act came before. `open_for`: seconds from our last look to
    the act, where no look could have shown it; None where one did."""

    kind: str
    place: int
    open_for: float | None = None


# When the sender of a reply last looked at what the act changed, before its call; None when it never did.
Looked = Callable[[Said, str], int | None]


def over(
    said: Sequence[Said],
    acts: Sequence[Act],
    notices: frozenset[str] = frozenset(),
    looked: Looked | None = None,
) -> list[Over]:
    """Each public reply of ours behind an act, once per kind of act.

    `notices` are the markers of hand-offs' notices. `looked` is given for a desk without a fence only: what
    happened between the last look and the commit is told apart, and nothing else.
    """
    found = []
    for place, reply in enumerate(said):
        if reply.by != "assistant" or not reply.public:
            continue
        for kind in KINDS:
            acts_before = [a for a in acts if a.kind == kind and _forbids(said, place, a, notices)]
            if acts_before:
                found.append(Over(kind, place, _unseen(reply, acts_before, looked)))
    return found


def taken(said: Sequence[Said], acts: Sequence[Act]) -> bool:
    """A person has the ticket: they have spoken, were left a note, have taken it, or have solved it since the
    customer's last words."""
    last = max(i for i, s in enumerate(said) if s.by == "customer")
    return any(s.by == "agent" or (s.by == "assistant" and not s.public) for s in said) or any(
        a.kind != "solve" or a.before > last for a in acts
    )


def _forbids(said: Sequence[Said], place: int, act: Act, notices: frozenset[str]) -> bool:
    if act.before > place:
        return False
    since = range(act.before, place)
    match act.kind:
        case "solve":
            # It speaks of what the customer had written by then.
            return not any(said[i].by == "customer" for i in since)
        case "assign":
            # Once a hand-off's note is there its notice is due, whoever was assigned: the customer waits.
            return not (said[place].marker in notices and _note_before(said, place))
    return True


def _note_before(said: Sequence[Said], place: int) -> bool:
    """Our note, since the customer's last words before the reply."""
    since = max((i for i in range(place) if said[i].by == "customer"), default=0)
    return any(s.by == "assistant" and not s.public for s in said[since:place])


def _unseen(reply: Said, acts: Sequence[Act], looked: Looked | None) -> float | None:
    """The first of them decides: if our look showed it, nothing later excuses the reply."""
    if looked is None:
        return None
    first = min(acts, key=lambda a: a.at)
    look = looked(reply, first.kind)
    return None if look is None or first.at <= look else (first.at - look) / 1_000_000
