"""The figures of one run of processes, with their bars; plain Celery's are printed beside them and not
judged."""
from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from tests.chaos.count import percentile
from tests.chaos.floors import floors, losses_of_redis, most_in_window
from tests.chaos.people import KINDS, LONGEST_WINDOW
from tests.chaos.run import DRAIN_LIMIT, Found, Wish
from tests.emit import Emit, say

# What other people's scripts read, by kind of act.
OVER = {
    "reply": "replies_after_human",
    "assign": "replies_after_assign",
    "solve": "replies_after_solve",
    "next_step": "replies_after_next_step",
}


def report(emit: Emit, wish: Wish, found: Found) -> None:
    """Print the run's figures."""
    ours = wish.design == "candor"
    figure = partial(_figure, emit, wish, found)
    c = found.counted
    figure("tickets", c.tickets, acts=found.acts)
    figure("answered", c.answered, left_to_people=c.left_to_people)
    figure("lost", c.lost, bar="0" if ours else None)
    figure(
        "duplicate_public_replies",
        c.duplicates,
        tickets_with_duplicates=c.tickets_with_duplicates,
        bar="0" if ours else None,
    )
    figure("worst_ticket", c.worst, unit="replies to one turn")
    figure("notes_twice", c.notes_twice, bar="0" if ours else None)
    for kind in KINDS:
        figure(OVER[kind], c.over[kind], in_window=c.window_hits[kind], bar="0" if ours else None)
    _trouble(figure, wish, found)
    if ours and wish.desk == "freshdesk":
        _window(figure, wish, found)
    if found.rows is not None:
        _rows(figure, wish, found)


def _figure(emit: Emit, wish: Wish, found: Found, name: str, value: float | None, **more: Any) -> None:
    emit(
        "processes",
        name,
        value,
        found.counted.tickets,
        desk=wish.desk,
        database=wish.database,
        seed=wish.seed,
        design=wish.design,
        redis="wiped" if wish.wipe else "kept",
        seconds=round(found.seconds),
        **more,
    )


def _trouble(figure: Any, wish: Wish, found: Found) -> None:
    """Of plain Celery's runs too: a comparison with less harm would flatter one side."""
    least = floors(wish.tickets)
    kinds = Counter({kind: found.acts.get(f"agent: {kind}", 0) for kind in KINDS})
    kills = found.trouble.get("worker kills", 0)
    figure("worker_kills", kills, trouble=found.trouble, bar=f">= {least.kills}")
    figure("broker_wipes", losses_of_redis(found.trouble), bar=f">= {least.wipes}")
    figure("desk_faults", sum(found.weather.values()), faults=found.weather, bar=f">= {least.faults}")
    figure("human_acts", kinds.total(), bar=f">= {least.acts}")
    figure("rarest_human_act", min(kinds.values()), acts=dict(kinds), bar=f">= {least.acts_of_a_kind}")
    figure(
        "desk_conflicts",
        found.requests.conflicts,
        calls=found.requests.calls,
        throttled=found.requests.throttled,
    )


def _window(figure: Any, wish: Wish, found: Found) -> None:
    """Freshdesk takes every write: what fell between our last look and the commit, and how long that was."""
    hits, windows = found.counted.open_for, found.requests.windows_ms
    figure("window_hits", len(hits), bar=f"<= {most_in_window(wish.tickets)}")
    figure("window_hit_longest_s", max(hits, default=0.0), unit="s", bar=f"<= {LONGEST_WINDOW} s")
    for p in (50, 99):
        value = percentile(windows, p / 100)
        figure("read_to_post_ms", value, replies=len(windows), p=p, unit="ms",
               why=None if windows else "no reply was posted")


def _rows(figure: Any, wish: Wish, found: Found) -> None:
    rows, limit = found.rows, DRAIN_LIMIT[wish.desk]
    assert rows is not None
    figure("dead_lettered", rows.dead, bar="0", rows=rows.why or None)
    figure("rows_without_comment", rows.sent_without_comment, bar="0")
    figure("comments_without_row", rows.comment_without_row, bar="0")
    figure("open_rows", rows.open_rows, bar="0")
    figure("drained_s", found.drained_s if found.settled else None, unit="s", bar=f"<= {limit} s",
           why=None if found.settled else f"not at rest after {limit:.0f} s")


def tell(wish: Wish, found: Found) -> None:
    """For the person who waits."""
    c = found.counted
    say(
        f"chaos: {wish.design} on {wish.desk}/{wish.database}, seed {wish.seed}: {c.tickets} tickets, "
        f"{c.answered} answered, {c.lost} lost, {c.duplicates} duplicate replies, behind a person's act "
        f"{dict(c.over) or 0}, in the window {dict(c.window_hits) or 0}; {found.trouble}; "
        f"{'settled' if found.settled else 'NOT SETTLED'} {found.drained_s:.0f} s after the trouble; "
        f"{found.seconds:.0f} s in all"
    )
    for wrong in c.wrong[:10]:
        say(f"chaos:   {wrong}")
