"""The values every template is given."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_limiter import Limiter

from app.keys import Keys
from app.store.database import Database
from config.settings import Settings
from connectors.clock import Clock


@dataclass(frozen=True, slots=True)
class House:
    """Built once per process by `create_app` and handed to each blueprint. `ring` wakes the workers; it never
    raises."""

    settings: Settings
    db: Database
    keys: Keys
    clock: Clock
    ring: Callable[[], None]
    limiter: Limiter
