"""`make chaos`: figures as JSON lines on stdout, progress and a table on stderr. Ends with 1 when a figure
that must be 0 is not.

    python -m tests.chaos [--tickets 1000] [--seeds 3] [--desk zendesk|freshdesk|both] [--database
    sqlite|postgresql|both]
"""
from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.houses import quiet
from tests.bench.measure import machine
from tests.chaos import recovery, simulated
from tests.chaos.count import percentile
from tests.chaos.run import Found, Wish, figures, run, tell
from tests.emit import Emit, say

PARTS = ("processes", "plain", "recovery", "simulation")
# Seconds a run takes beside its trouble: start, drain, and what the settle asks for.
BESIDE = {"zendesk": 150, "freshdesk": 280}
HISTORIES_A_SECOND = 1_500
# The ordinary design: with the same faults; with a Redis that keeps its file; and that design without looking
# at the ticket first.
PLAIN = (("plain_celery", True), ("plain_celery", False), ("plain_celery_blind", False))


def main(given: Sequence[str] | None = None) -> int:
    options = _options(given)
    quiet()
    parts = options.only.split(",") if options.only else PARTS
    desks = ("zendesk", "freshdesk") if options.desk == "both" else (options.desk,)
    wishes = _wishes(options, desks) if "processes" in parts else []
    plain = (
        [Wish(desks[0], "sqlite", 1, options.tickets, design, wipe) for design, wipe in PLAIN]
        if "plain" in parts
        else []
    )
    _say_how_long(wishes, plain, parts, desks, options.histories)
    emit, ends = Emit(), time.monotonic() + options.minutes * 60 if options.minutes else None
    emit("chaos", "machine", os.cpu_count(), 1, unit="cores", load=os.getloadavg()[0], **machine())
    good = True
    windows: list[float] = []
    for number, wish in enumerate([*wishes, *plain]):
        if ends is not None and time.monotonic() > ends:
            emit(
                "processes",
                "tickets",
                None,
                0,
                desk=wish.desk,
                database=wish.database,
                seed=wish.seed,
                design=wish.design,
                why=f"not begun: {options.minutes} min had passed",
            )
            continue
        found = run(wish, _kept(options.keep, wish, number))
        tell(wish, found)
        good &= _emit(emit, wish, found)
        if wish.design == "candor" and wish.desk == "freshdesk":
            windows += found.requests.windows_ms
    _window(emit, sorted(windows), "freshdesk" in desks and "processes" in parts)
    if "recovery" in parts:
        for desk in desks:
            recovery.run(emit, desk, "postgresql" if options.database == "postgresql" else "sqlite")
    if "simulation" in parts:
        good &= simulated.run(emit, options.histories)
    emit.show()
    return 0 if good else 1


def _options(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--desk", choices=("zendesk", "freshdesk", "both"), default="both")
    parser.add_argument(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="both: in turn, from seed to seed",
    )
    parser.add_argument(
        "--minutes", type=float, default=0, help="begin no further run of processes after so many"
    )
    parser.add_argument("--histories", type=int, default=1_000_000)
    parser.add_argument("--only", help=f"parts, by comma: {','.join(PARTS)}")
    parser.add_argument("--keep", type=Path, help="a folder for the logs and databases of each run")
    return parser.parse_args(given)


def _wishes(options: argparse.Namespace, desks: Sequence[str]) -> list[Wish]:
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    return [Wish(desk, databases[(seed + place) % len(databases)], seed + 1, options.tickets)
            for seed in range(options.seeds) for place, desk in enumerate(desks)]


def _say_how_long(
    wishes: Sequence[Wish], plain: Sequence[Wish], parts: Sequence[str], desks: Sequence[str], histories: int
) -> None:
    # The trouble goes on until most of the tickets were taken up in the middle of it: twice as long as people
    # write, on two cores.
    seconds = sum(2 * w.seconds + BESIDE[w.desk] for w in [*wishes, *plain])
    seconds += 5 * 60 * len(desks) if "recovery" in parts else 0
    seconds += 2 * histories / HISTORIES_A_SECOND + 120 if "simulation" in parts else 0
    say(
        f"chaos: {len(wishes)} runs of processes, {len(plain)} of plain Celery; about {seconds / 60:.0f} "
        f"min on two cores"
    )


def _kept(folder: Path | None, wish: Wish, number: int) -> Path | None:
    if folder is None:
        return None
    place = folder.absolute() / f"{number}-{wish.design}-{wish.desk}-{wish.database}-{wish.seed}"
    place.mkdir(parents=True)
    return place


def _emit(emit: Emit, wish: Wish, found: Found) -> bool:
    """Print the run; whether what must be 0 is."""
    c, fields = found.counted, figures(wish, found)

    def figure(name: str, value: float, **more: object) -> None:
        emit("processes", name, value, c.tickets, **fields, **more)

    figure("tickets", c.tickets, acts=found.acts)
    figure("answered", c.answered, left_to_people=c.left_to_people)
    figure("lost", c.lost, bar="0")
    figure(
        "duplicate_public_replies", c.duplicates, tickets_with_duplicates=c.tickets_with_duplicates, bar="0"
    )
    figure("worst_ticket", c.worst, unit="replies to one turn")
    figure("replies_after_human", c.after_human, bar="0" if wish.desk == "zendesk" else None)
    figure("worker_kills", found.trouble.get("worker kills", 0), trouble=found.trouble)
    figure("broker_wipes", found.trouble.get("broker wipes", 0) + found.trouble.get("broker kills", 0))
    figure("desk_faults", sum(found.weather.values()), faults=found.weather)
    figure(
        "desk_conflicts",
        found.requests.conflicts,
        calls=found.requests.calls,
        throttled=found.requests.throttled,
    )
    figure("drained_s", found.drained_s, unit="s", settled=found.settled)
    if found.rows is None:
        return True
    figure("dead_lettered", found.rows.dead, bar="0", rows=found.rows.why or None)
    figure(
        "rows_against_desk",
        found.rows.sent_without_comment + found.rows.comment_without_row,
        bar="0",
        open_rows=found.rows.open_rows,
    )
    over = c.after_human if wish.desk == "zendesk" else 0
    return found.settled and not (
        c.lost or c.duplicates or over or found.rows.dead or found.rows.sent_without_comment
    )


def _window(emit: Emit, windows: Sequence[float], measured: bool) -> None:
    for p in (50, 99) if measured else ():
        emit(
            "freshdesk_window",
            "read_to_post_ms",
            percentile(windows, p / 100),
            len(windows),
            p=p,
            unit="ms",
            why=None if windows else "no reply was posted",
        )


if __name__ == "__main__":
    sys.exit(main())
