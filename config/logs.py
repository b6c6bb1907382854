"""The one log of every process, from the web to a desk's call: one line per event, in one format, from
CANDOR_LOG_LEVEL on.

Ids, kinds and times of what happened; never a customer's text, a secret, a signed link, or the body
of a call. Of an exception its kind and its place; the last sieve is `config/redaction.py`.
"""
from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.types import Processor

from config.redaction import redacted, without_words

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# Below a warning, libraries tell of the addresses and bodies they send: a customer's words, and keys.
LIBRARIES_FROM = logging.WARNING


def set_up_logs(level: str, process: str) -> None:
    """Send every line of this level (a key of LEVELS) and above to stderr. `process` says in the first line
    whose log it is.

    Lines of libraries come in the same format, from a warning on, however low the level is.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        processors=[*_told(), _line()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    libraries_from = max(LEVELS[level], LIBRARIES_FROM)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(libraries_from)  # loggers with a level of their own would pass the root's by
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _line()],
            foreign_pre_chain=[*_told(), structlog.stdlib.add_logger_name],
            # What a library's record says of an exception went through the sieve; its own text of it did not.
            keep_exc_info=False,
        )
    )
    # A line that cannot be put together would be printed raw, with what it was made of.
    logging.raiseExceptions = False
    # The server's own lines would pass the sieve by: an error of it names the address that was asked for.
    for name in ("gunicorn.error", "gunicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(libraries_from)
    structlog.get_logger(__name__).debug("log set up", process=process, log_level=level)


def _told() -> Sequence[Processor]:
    stamp = structlog.processors.TimeStamper(fmt="iso")
    return [stamp, structlog.processors.add_log_level, without_words, redacted]


def _line() -> Processor:
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
