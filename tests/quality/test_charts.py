"""Charts are drawn from the figures, the same bytes for the same figures, and cost nothing when nobody wants
them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.quality.verdictscores import Point

POINTS = [Point(0.5, 0.1, 0.05, 0.2, 0.8), Point(1.0, 0.3, 0.2, 0.4, 0.1)]


def test_the_same_figures_give_the_same_svg(tmp_path: Path) -> None:
    from tests.quality import charts

    for name in ("one", "two"):
        charts.risk_coverage(tmp_path / f"{name}.svg", "shop", POINTS)
    first, second = ((tmp_path / f"{name}.svg").read_bytes() for name in ("one", "two"))
    assert b"<svg" in first
    assert first == second


def test_other_figures_give_another_svg(tmp_path: Path) -> None:
    from tests.quality import charts

    charts.reliability(tmp_path / "one.svg", "shop", [(4, 0.7, 0.5)])
    charts.reliability(tmp_path / "two.svg", "shop", [(4, 0.7, 0.6)])
    assert (tmp_path / "one.svg").read_bytes() != (tmp_path / "two.svg").read_bytes()


def test_the_library_is_not_loaded_unless_charts_are_wanted() -> None:
    asked = (
        "import sys, tests.quality.verdicts, tests.quality.helpcentre; sys.exit('matplotlib' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", asked], cwd=Path(__file__).parents[2], timeout=60).returncode
        == 0
    )
