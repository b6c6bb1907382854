"""Into which parts a log is split before it is scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.quality.waitplay import Told

THIN = 20  # rows below which a share of its own says little
BANDS: dict[str, Callable[[Told], bool]] = {
    "queue_0_1": lambda t: t.ahead < 2,
    "queue_2_4": lambda t: 2 <= t.ahead < 5,
    "queue_5_9": lambda t: 5 <= t.ahead < 10,
    "queue_10": lambda t: t.ahead >= 10,
    "in_hours": lambda t: not t.closed,
    "out_of_hours": lambda t: t.closed,
    "urgent": lambda t: t.item.band == 0,
    "high": lambda t: t.item.band == 1,
    "normal": lambda t: t.item.band == 2,
    "waited_5_min": lambda t: t.wait > 300,
}


def bands(rows: Sequence[Told], least: int = THIN) -> list[tuple[str, list[Told]]]:
    """(name, its rows) for every band with at least so many rows; a ticket stands in several."""
    found = [(name, [told for told in rows if belongs(told)]) for name, belongs in BANDS.items()]
    return [(name, part) for name, part in found if len(part) >= least]
