"""The only reader of `truth.csv`: what an oracle knows of a simulated log and no estimator may."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.quality.waitlogs import Log


def mean_handling(folder: Path, logs: Sequence[Log]) -> Mapping[str, float]:
    """The true mean seconds of work a ticket, by group; empty where the log has no truth beside it."""
    if not (folder / "truth.csv").exists():
        return {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as lines:
        worked = {
            row["ticket_id"]: float(row["handling_seconds"])
            for row in csv.DictReader(lines)
            if row["handling_seconds"]
        }
    known = {log.group: [worked[item.id] for item in log.items if item.id in worked] for log in logs}
    return {group: statistics.fmean(seconds) for group, seconds in known.items() if seconds}
