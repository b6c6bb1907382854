"""How long until a person replies. `dayone` knows the admin's word only, `queue` learns from what happened,
`forecast` answers."""
from __future__ import annotations

from app.core.waits.dayone import (
    BOUND,
    DEPTH_TOO_OLD,
    ENOUGH_REPLIES,
    LONG,
    MIDDLE,
    PRIOR_EXITS,
    STALLED_EXITS,
    TYPICAL,
    VERSION,
    Drain,
    estimate,
    round_up,
)
from app.core.waits.learned.forecast import forecast
from app.core.waits.learned.line import Place
from app.core.waits.learned.queue import Queue

__all__ = [
    "BOUND",
    "DEPTH_TOO_OLD",
    "ENOUGH_REPLIES",
    "LONG",
    "MIDDLE",
    "PRIOR_EXITS",
    "STALLED_EXITS",
    "TYPICAL",
    "VERSION",
    "Drain",
    "Place",
    "Queue",
    "estimate",
    "forecast",
    "round_up",
]
