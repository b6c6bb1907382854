"""Charts of a run, as SVG: imported only when somebody asked for them, matplotlib with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from tests.quality.verdictscores import Point

# Equal figures give an equal file: ids in an SVG are salted hashes, and the date is left out.
matplotlib.rcParams["svg.hashsalt"] = "candor"
SIZE = (5.0, 3.6)  # inches


def risk_coverage(file: Path, suite: str, points: Sequence[Point]) -> None:
    """Share of wrong answers against the share of questions answered, the surest first, with 95 %
    intervals."""
    figure, axes = _drawn(
        f"{suite}: risk and coverage", "share of questions answered", "share of answers from a wrong page"
    )
    coverage = [point.coverage for point in points]
    axes.fill_between(
        coverage, [p.low for p in points], [p.high for p in points], alpha=0.2, label="95 % interval"
    )
    axes.plot(coverage, [p.risk for p in points], marker=".", label="wrong")
    axes.legend()
    _saved(figure, file)


def reliability(file: Path, suite: str, bins: Sequence[tuple[int, float, float]]) -> None:
    """Share of right first pages against the probability that was said, by bins of (rows, said, right)."""
    figure, axes = _drawn(f"{suite}: reliability", "probability said", "share right")
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", label="as said")
    axes.plot([said for _, said, _ in bins], [right for _, _, right in bins], marker="o", label="found")
    for n, said, right in bins:
        axes.annotate(f"n = {n}", (said, right), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.legend()
    _saved(figure, file)


def _drawn(title: str, across: str, up: str) -> tuple[Figure, Any]:
    # A Figure of its own, without pyplot: no window system, and nothing is kept between charts.
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=across, ylabel=up, xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)
    return figure, axes


def _saved(figure: Figure, file: Path) -> None:
    figure.savefig(file, format="svg", metadata={"Date": None})
