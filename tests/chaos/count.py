"""Counting at the desk: what the customer of each ticket has received, and what was done behind a person's
back.

Our own tables are asked by `against_rows` alone, which compares the two, and for which replies are notices of
hand-offs: the one thing of ours that may follow an assignment.
"""
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.core.kinds import Purpose
from app.store.tables import inbox, outbox
from connectors.freshdesk.reference import reference, strip_reference
from tests.chaos.desks import Stormy
from tests.chaos.ground import Ground
from tests.chaos.people import Act, Looked, Said, over, taken


@dataclass
class Counted:
    """Of all tickets together. `wrong` says for each ticket that is in any of the counts what stands on
    it."""

    tickets: int = 0
    answered: int = 0  # tickets with a public reply of the assistant
    left_to_people: int = 0  # without one, and a person has the ticket
    lost: int = 0  # tickets whose customer's last words nobody has taken up
    duplicates: int = 0  # public replies too many
    tickets_with_duplicates: int = 0
    worst: int = 0  # most replies of the assistant to one customer turn
    # the assistant's public replies that stand behind an agent's act, by its kind (`people.KINDS`)
    over: Counter[str] = field(default_factory=Counter)
    # … and of those, apart: the act fell between our last look and the commit, at a desk without a fence
    window_hits: Counter[str] = field(default_factory=Counter)
    open_for: list[float] = field(default_factory=list)  # seconds from that look to the act
    notes_twice: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Acted:
    """What the counting is told beside the desk: the agents' acts, which replies are notices of hand-offs (by
    marker), and at a desk without a fence when we last looked."""

    acts: Mapping[int, Sequence[Act]] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    looked: Callable[[int], Looked | None] = lambda ticket: None


def count(desk: Stormy, tickets: Iterable[int], acted: Acted) -> Counted:
    total = Counted()
    for ticket in tickets:
        add(total, ticket, desk.said(ticket), acted)
    return total


def lost(said: Sequence[Said], acts: Sequence[Act] = ()) -> bool:
    """Whether nobody has taken up the customer's last words: no reply behind them, and no person on the
    ticket."""
    last = max(i for i, s in enumerate(said) if s.by == "customer")
    return not any(s.by == "assistant" for s in said[last:]) and not taken(said, acts)


def duplicates(said: Sequence[Said]) -> int:
    """Public replies of the assistant that the customer got once too often.

    Three ways to see one: the marker of an earlier reply again, the words of an earlier one again, or more
    replies than there were turns to answer when it was committed (messages of the customer; a person's words
    need no reply).
    """
    markers: set[str] = set()
    texts: set[str] = set()
    turns = replies = found = 0
    for s in said:
        if s.by == "customer":
            turns += 1
        if s.by != "assistant" or not s.public:
            continue
        text = _words(s.text)
        if s.marker in markers or text in texts or replies >= turns:
            found += 1
        else:
            replies += 1
        texts.add(text)
        if s.marker is not None:
            markers.add(s.marker)
    return found


def add(total: Counted, ticket: int, said: Sequence[Said], acted: Acted) -> None:
    """Count one ticket in."""
    acts = acted.acts.get(ticket, ())
    mine = [s for s in said if s.by == "assistant" and s.public]
    notes = Counter(s.marker or _words(s.text) for s in said if s.by == "assistant" and not s.public)
    twice, nobody = duplicates(said), lost(said, acts)
    notes_twice = sum(n - 1 for n in notes.values())
    behind = over(said, acts, acted.notices, acted.looked(ticket) if acts else None)
    unexcused = Counter(o.kind for o in behind if o.open_for is None)
    total.tickets += 1
    total.answered += bool(mine)
    total.left_to_people += not mine and taken(said, acts)
    total.lost += nobody
    total.duplicates += twice
    total.tickets_with_duplicates += twice > 0
    total.worst = max(total.worst, 1 + twice if mine else 0)
    total.over += unexcused
    total.window_hits += Counter(o.kind for o in behind if o.open_for is not None)
    total.open_for += [o.open_for for o in behind if o.open_for is not None]
    total.notes_twice += notes_twice
    if twice or behind or nobody or notes_twice:
        found = {"duplicates": twice, "over": dict(unexcused), "lost": nobody, "notes_twice": notes_twice}
        told = {"acts": [asdict(a) for a in acts], "said": _told(said)}
        total.wrong.append({"ticket": ticket, **found, **told})


def _told(said: Sequence[Said]) -> list[str]:
    return [f"{s.at} {s.by}{'' if s.public else ' (note)'} {s.marker or ''}: {s.text[:60]!r}" for s in said]


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", strip_reference(text)).strip()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Our rows beside the desk. All should be 0 in every run; `dead` counts healthy tickets on the people's
    shelf."""

    sent_without_comment: int
    comment_without_row: int  # comments of ours, those without any marker among them
    open_rows: int
    dead: int
    why: list[str]


def against_rows(ground: Ground, tickets: Iterable[int]) -> Agreement:
    """Each row that says it was sent has its comment at the desk, and each comment of ours its row."""
    kept = set(tickets)
    rows = [r for r in ground.rows(outbox) if int(r.ticket) in kept and r.effect in ("public", "note")]
    sent = {marker_of(ground.desk.kind, r.key) for r in rows if r.state == "sent"}
    there = [s.marker for t in kept for s in ground.desk.said(t) if s.by == "assistant"]
    shelf = [
        f"outbox {r.ticket} {r.purpose} {r.state}: {r.result}" for r in rows if r.state in ("dead", "failed")
    ]
    shelf += [f"inbox {r.subject_id}: {r.result}" for r in ground.rows(inbox) if r.state == "bad"]
    unknown = sum(marker not in sent for marker in there)
    return Agreement(len(sent.difference(there)), unknown, ground.open_rows(), len(shelf), shelf[:20])


def notices(ground: Ground) -> frozenset[str]:
    """The markers of the rows that are notices of hand-offs."""
    rows = ground.rows(outbox)
    return frozenset(marker_of(ground.desk.kind, r.key) for r in rows if r.purpose == Purpose.HANDOFF_NOTICE)


def marker_of(kind: str, key: str) -> str:
    return key if kind == "zendesk" else reference(key)


@dataclass(frozen=True, slots=True)
class Requests:
    """Of the desk's own record of requests."""

    calls: int
    conflicts: int  # 409
    throttled: int  # 429
    # from the last answered read of a ticket to the arrival of the reply, one a reply
    windows_ms: list[float]


def requests_of(desk: Stormy, tickets: Iterable[int]) -> Requests:
    kept, conflicts, throttled = {str(t) for t in tickets}, 0, 0
    method, path = desk.reply[0], re.compile(desk.reply[1])
    last_read: dict[str, int] = {}
    windows: list[float] = []
    seen = desk.do.requests()
    for r in seen:
        conflicts += r["status"] == 409
        throttled += r["status"] == 429
        found = re.search(r"/tickets/(\d+)", r["path"])
        if found is None or found.group(1) not in kept:
            continue
        if r["method"] == "GET" and r["status"] == 200:
            last_read[found.group(1)] = r["at_us"]
        elif (
            r["method"] == method
            and path.search(r["path"])
            and _is_reply(desk.kind, r["body"])
            and found.group(1) in last_read
        ):
            windows.append((r["at_us"] - last_read[found.group(1)]) / 1000)
    return Requests(len(seen), conflicts, throttled, sorted(windows))


def _is_reply(kind: str, body: str) -> bool:
    return kind == "freshdesk" or bool(
        ((json.loads(body).get("ticket") or {}).get("comment") or {}).get("public")
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """By the nearest rank; None of nothing."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
