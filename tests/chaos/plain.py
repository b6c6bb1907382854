"""The ordinary design, for comparison: the web process queues a task, the task answers, Celery retries.
Written as well as it goes.

Acknowledged late, retried with growing pauses, on the same broker settings, the same connector, the same
search. Each try reads the ticket anew and stops when the customer is not the last to have spoken; with
CHAOS_BLIND=yes it trusts its retries and does not look. Test-only: no database rows, no fence, no settle.
"""
from __future__ import annotations

import html
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from flask import Flask, request
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT, Database
from candor import make_clock, make_keys, make_work
from config.settings import load_settings
from connectors.contract import Write
from connectors.errors import Rejected
from connectors.records import Later, PostReply, Refused, Role, Sent, Ticket
from connectors.registry import connector
from tests.chaos.ground import DESK
from workers.knowledge import embed
from workers.knowledge.embed import HashEmbedder
from workers.running.celery_app import make_celery
from workers.work import Work


class TryAgain(Exception):
    """The call did not end well; Celery shall try once more."""


class HashedWords(HashEmbedder):
    def __init__(self, *_: object) -> None:
        super().__init__()


def _app() -> Celery:
    app = make_celery(os.environ["CANDOR_REDIS_URL"])
    app.conf.beat_schedule = {}
    app.conf.worker_enable_remote_control = False
    # A killed worker's tasks come again soon: the vendor's default of an hour would lose every one of them
    # here.
    app.conf.broker_transport_options |= {"visibility_timeout": 30, "unacked_restore_interval": 1}
    app.conf.task_reject_on_worker_lost = True
    return app


celery_app = _app()
BLIND = os.environ.get("CHAOS_BLIND") == "yes"


@lru_cache(maxsize=1)
def work() -> Work:
    embed.LazyEmbedder = HashedWords  # type: ignore[misc,assignment]
    return make_work(load_settings(os.environ))


@celery_app.task(name="plain.answer", autoretry_for=(Exception,), retry_backoff=1, retry_backoff_max=16,
retry_jitter=True, max_retries=12)
def answer(ticket_id: str) -> None:
    here = work()
    with here.db.read() as tx:
        desk = desk_store.get(tx, DEFAULT_TENANT, DESK, here.keys)
    assert desk is not None
    ticket = here.desk(desk).ticket(ticket_id)
    spoken = [m for m in ticket.messages if m.public]
    if not BLIND and spoken[-1].author.role is not Role.CUSTOMER:
        return
    question = next(m for m in reversed(spoken) if m.author.role is Role.CUSTOMER)
    outcome = here.outbound(desk).send(
        Write(
            ticket_id,
            _reply(here, ticket, question.text),
            f"{ticket_id}:{question.id}",
            ticket_id,
            None,
            ticket.tags,
        )
    )
    match outcome:
        case Sent() | Refused():
            return
        case Later(seconds):
            raise TryAgain(f"asked to come back in {seconds} s")
    raise TryAgain(type(outcome).__name__)


def _reply(here: Work, ticket: Ticket, question: str) -> PostReply:
    found = here.search(DEFAULT_TENANT).search(question)
    page = found.candidates[0].passage.title if found.candidates else "our help centre"
    text = f"Hello {ticket.requester.name}, about “{question[:80]}”: please see {page}."
    return PostReply(f"<p>{html.escape(text)}</p>", text)


def web() -> Flask:
    app, settings = Flask("plain"), load_settings(os.environ)
    db, keys, clock = Database(settings.database_url), make_keys(settings), make_clock(settings)
    with db.read() as tx:
        desk = desk_store.get(tx, DEFAULT_TENANT, DESK, keys)
    assert desk is not None
    inbound = connector(desk.kind, sandbox_desks=True).inbound()

    @app.get("/readyz")
    def ready() -> str:
        return "ok"

    @app.post(f"/hooks/{DESK}")
    def hook() -> tuple[str, int, dict[str, str]]:
        headers, body = dict(request.headers), request.get_data()
        try:
            inbound.verify(headers, body, desk.secrets, clock(), production=False)
            delivery: Any = inbound.parse(headers, body)
        except Rejected as error:
            return str(error), error.status, {}
        if delivery is not None and delivery.subject == "ticket":
            try:
                # A moment, so that the second half of a message is there as well.
                answer.apply_async((delivery.subject_id,), countdown=settings.debounce_seconds, retry=True)
            except (OperationalError, RedisError, OSError):
                return "try again", 503, {"Retry-After": "5"}
        return "", 200, {}

    return app


@worker_ready.connect(weak=False)
def _say_ready(**_: object) -> None:
    Path(os.environ["CHAOS_READY"]).write_text(str(os.getpid()))
