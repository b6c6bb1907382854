"""Asking a source for the pages a reply quotes, before it is sent on a copy that may be out of date."""
from __future__ import annotations

from collections.abc import Sequence

import structlog

from app.store.articles import Copy
from connectors.badrows import WHY_MAX, one_line
from connectors.clock import MINUTE
from connectors.errors import ConnectorError
from connectors.sources import SourceError
from workers.knowledge.run import source_of
from workers.knowledge.sync import sync_article
from workers.work import Work

COPY_LASTS = 20 * MINUTE  # microseconds: a copy this old is not quoted without asking
log = structlog.get_logger(__name__)


def ask_for(work: Work, tenant: str, old: Sequence[Copy]) -> str | None:
    """Bring these copies up to date, one question to the source for each; None when all are, else why one
    could not be asked for."""
    for copy in old:
        why = _ask(work, tenant, copy)
        if why is not None:
            return why
    return None


def _ask(work: Work, tenant: str, copy: Copy) -> str | None:
    try:
        source = source_of(work, tenant, copy.source)
        sync_article(work.db, tenant, copy, source, work.embedder(), work.clock)
    except SourceError as error:
        why = str(error)
    except ConnectorError as error:
        why = f"the desk said: {error}"
    else:
        return None
    log.warning("a quoted page could not be asked for", source=copy.source.id)
    return one_line(why, WHY_MAX)
