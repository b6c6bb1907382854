"""Promised against real, as a picture: for promises of about one length, how long 9 in 10 of those waited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.quality.waitplay import LEARNED, TOLD, Told

DRAWN = {
    TOLD: "what the worker says today",
    LEARNED: "the learned estimator",
    "rolling_p90": "90th percentile of the last 100",
}
BINS, LEAST = 12, 20
SHORTEST = 1 / 12  # hours: five minutes, the shortest wait that is told


def curve(rows: Sequence[Told], design: str) -> list[tuple[float, float]]:
    """(mean promise, wait that 9 in 10 stayed within) in working hours, by length, where the end is known."""
    known = sorted(
        (told.said[design], told.wait) for told in rows if told.broken(told.said.get(design)) is not None
    )
    size = max(len(known) // BINS, LEAST)
    parts = [known[start : start + size] for start in range(0, len(known), size)]
    found = []
    for part in parts:
        if len(part) >= LEAST:
            waits = sorted(wait for _, wait in part)
            within = waits[min(int(0.9 * len(waits)), len(waits) - 1)]
            found.append((sum(promise for promise, _ in part) / len(part) / 3600, within / 3600))
    return found


def promised_against_real(rows: Sequence[Told], folder: Path, name: str) -> Path:
    """Writes `promised_NAME.svg`: above its line fewer than 9 in 10 are kept. Equal rows, equal file."""
    import matplotlib  # a second to import, and only a picture needs it

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure, axes = pyplot.subplots(figsize=(7, 6))
        curves = {design: points for design in DRAWN if (points := curve(rows, design))}
        for design, points in curves.items():
            axes.plot(
                *zip(*[(x, max(y, SHORTEST)) for x, y in points], strict=True),
                marker="o",
                label=DRAWN[design],
            )
        longest = max(
            (value for points in curves.values() for point in points for value in point), default=1.0
        )
        axes.plot(
            (SHORTEST, longest),
            (SHORTEST, longest),
            color="grey",
            linestyle="--",
            label="kept for exactly 9 in 10",
        )
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="promised, working hours",
            ylabel="9 in 10 waited at most, working hours",
            title=name,
        )
        axes.legend()
        file = folder / f"promised_{name}.svg"
        figure.savefig(file, metadata={"Date": None})
        pyplot.close(figure)
    return file
