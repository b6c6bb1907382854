"""95 % intervals: Wilson's for a share, a seeded bootstrap for a mean."""
from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

SEED = 7
Z = 1.959964


def of_share(hits: int, n: int) -> tuple[float, float]:
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def of_mean(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    given = np.asarray(values, dtype=float)
    draws = np.random.default_rng(SEED).integers(0, len(given), size=(2000, len(given)))
    low, high = np.percentile(given[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
