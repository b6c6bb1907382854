"""Counting at the desk: what the customer of each ticket has received, and what was done behind a person's
back.

Nothing here asks our own tables, but for `against_rows`, which compares the two.
"""
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.store.tables import inbox, outbox
from connectors.freshdesk.reference import reference, strip_reference
from tests.chaos.desks import Said, Stormy
from tests.chaos.ground import Ground


@dataclass
class Counted:
    """Of all tickets together. `wrong` says for each ticket that is in any of the three counts what stands on
    it."""

    tickets: int = 0
    answered: int = 0  # tickets with a public reply of the assistant
    left_to_people: int = 0  # without one, and a person has answered or was told in a note
    lost: int = 0  # tickets whose customer's last words nobody has taken up
    duplicates: int = 0  # public replies too many
    tickets_with_duplicates: int = 0
    worst: int = 0  # most replies of the assistant to one customer turn
    after_human: int = 0  # the assistant's public replies that stand behind a person's
    notes_twice: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)


def count(desk: Stormy, tickets: Iterable[int]) -> Counted:
    total = Counted()
    for ticket in tickets:
        said = desk.said(ticket)
        _add(total, ticket, said)
    return total


def lost(said: Sequence[Said]) -> bool:
    """Whether nobody has taken up the customer's last words: no reply behind them, and no person on the
    ticket."""
    last = max(i for i, s in enumerate(said) if s.by == "customer")
    return not any(s.by == "assistant" for s in said[last:]) and not in_peoples_hands(said)


def in_peoples_hands(said: Sequence[Said]) -> bool:
    """A person has spoken, or the assistant has left them a note."""
    return any(s.by == "agent" or (s.by == "assistant" and not s.public) for s in said)


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


def after_human(said: Sequence[Said]) -> int:
    first = next((i for i, s in enumerate(said) if s.by == "agent" and s.public), len(said))
    return sum(s.by == "assistant" and s.public for s in said[first:])


def _add(total: Counted, ticket: int, said: Sequence[Said]) -> None:
    mine = [s for s in said if s.by == "assistant" and s.public]
    notes = Counter(s.marker or _words(s.text) for s in said if s.by == "assistant" and not s.public)
    twice, behind, nobody = duplicates(said), after_human(said), lost(said)
    total.tickets += 1
    total.answered += bool(mine)
    total.left_to_people += not mine and in_peoples_hands(said)
    total.lost += nobody
    total.duplicates += twice
    total.tickets_with_duplicates += twice > 0
    total.worst = max(total.worst, 1 + twice if mine else 0)
    total.after_human += behind
    total.notes_twice += sum(n - 1 for n in notes.values())
    if twice or behind or nobody:
        what = [
            f"{s.at} {s.by}{'' if s.public else ' (note)'} {s.marker or ''}: {s.text[:60]!r}" for s in said
        ]
        total.wrong.append(
            {"ticket": ticket, "duplicates": twice, "after_human": behind, "lost": nobody, "said": what}
        )


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", strip_reference(text)).strip()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Our rows beside the desk. All but `dead` should be 0 in every run; `dead` counts healthy tickets on the
    people's shelf."""

    sent_without_comment: int
    comment_without_row: int
    open_rows: int
    dead: int
    why: list[str]


def against_rows(ground: Ground, tickets: Iterable[int]) -> Agreement:
    """Each row that says it was sent has its comment at the desk, and each comment of ours its row."""
    kept = set(tickets)
    rows = [r for r in ground.rows(outbox) if int(r.ticket) in kept and r.effect in ("public", "note")]
    markers = {_marker(ground.desk.kind, r.key): r for r in rows}
    there = {s.marker for t in kept for s in ground.desk.said(t) if s.by == "assistant" and s.marker}
    sent = {m for m, r in markers.items() if r.state == "sent"}
    shelf = [
        f"outbox {r.ticket} {r.purpose} {r.state}: {r.result}" for r in rows if r.state in ("dead", "failed")
    ]
    shelf += [f"inbox {r.subject_id}: {r.result}" for r in ground.rows(inbox) if r.state == "bad"]
    return Agreement(len(sent - there), len(there - sent), ground.open_rows(), len(shelf), shelf[:20])


def _marker(kind: str, key: str) -> str:
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
