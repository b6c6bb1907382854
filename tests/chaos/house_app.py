"""Candor's own Celery app as the Procfile names it, with what lets a worker be killed every two seconds and
still have worked:

hashed words stand in for the model (not where CHAOS_MODEL=real); libraries and the model of languages are
loaded once, before the pool forks; a file says when the worker could work; and each call to the desk carries
the name of the process that makes it.
"""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import candor
import connectors.freshdesk.connector
import connectors.freshdesk.outbound
import connectors.http
import connectors.zendesk.connector
import connectors.zendesk.outbound
import workers.knowledge.index
import workers.knowledge.search  # noqa: F401
from app.core.waits import Drain
from tests.chaos.looks import name_the_caller
from workers.deciding.language import guess_language
from workers.knowledge import embed
from workers.running import warm

_warm_up = warm.warm_up


class HashedWords(embed.HashEmbedder):
    def __init__(self, *_: object) -> None:
        super().__init__()


def _warm_and_say(work: Any) -> None:
    _warm_up(work)
    Path(os.environ["CHAOS_READY"]).write_text(str(os.getppid()))


guess_language("a sentence that is long enough to be guessed")
Drain(3.0, 1200.0).wait_seconds(1, 0.9)
if os.environ.get("CHAOS_MODEL") != "real":
    embed.LazyEmbedder = HashedWords  # type: ignore[misc,assignment]
name_the_caller(connectors.http.DeskSession)
warm.warm_up = _warm_and_say
celery_app: Any = candor.celery_app
