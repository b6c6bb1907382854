"""Warm-up: the model and the index are loaded before the first ticket needs them, and the log says so."""
from __future__ import annotations

import structlog

from app.core.waits import Drain
from app.store import marks
from app.store.database import DEFAULT_TENANT
from workers.deciding.language import guess_language
from workers.work import Work

WARM = "worker:warm"
log = structlog.get_logger(__name__)


def warm_up(work: Work) -> None:
    """Load everything a first ticket would load. A failure is logged: the ticket itself will meet it, and
    count it."""
    try:
        work.search(DEFAULT_TENANT).prepare()
        guess_language(
            "a sentence that is long enough to be guessed, so that the model of languages is loaded too"
        )
        Drain(3.0, 1200.0).wait_seconds(1, 0.9)  # loads scipy
        with work.db.write() as tx:
            marks.write(tx, WARM, str(work.clock()))
    except Exception:
        log.exception("warm-up failed")


def is_warm(work: Work) -> bool:
    """Whether a worker has loaded everything since the marks were cleared."""
    with work.db.read() as tx:
        return marks.read(tx, WARM) is not None
