"""Where desks deliver: verify the raw bytes, keep a row, answer. No model, no desk call, no wait for the
broker in the request."""
from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache

from flask import Blueprint, Response, request

from app.core.kinds import InboxKind
from app.keys import Keys
from app.store import desks as desk_store
from app.store.database import WEB_BUSY_SECONDS, Database, StoreBusy
from app.store.desks import StoredDesk
from app.store.ids import new_id
from app.store.queues import inbox
from app.store.queues.intake import Intake
from app.web.access import public_page
from app.web.refusals import Refusals
from config.settings import Settings
from connectors.clock import Clock
from connectors.contract import Inbound
from connectors.errors import Rejected
from connectors.records import Delivery, Subject
from connectors.registry import NAMES, connector

SECRETS_FRESH = 2_000_000  # microseconds: a new or withdrawn secret counts after this long


def blueprint(
    db: Database, keys: Keys, clock: Clock, ring: Callable[[], None], settings: Settings
) -> Blueprint:
    """`POST /hooks/<desk id>`."""
    hooks = Blueprint("hooks", __name__)
    desks, intake, refusals = DeskCache(db, keys, clock), Intake(db, WEB_BUSY_SECONDS), Refusals()

    @hooks.post("/hooks/<desk_id>")
    @public_page
    def deliver(desk_id: str) -> Response:
        # read once: werkzeug makes its headers anew each time they are looked through
        headers = dict(request.headers)
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            return _answer(415, "send the body uncompressed")
        # over the size limit this raises 413 before the bytes are read
        body, now = request.get_data(cache=False), clock()
        try:
            desk, inbound = desks.find(desk_id)
            secrets = desk.secrets if desk else (_NOBODYS_SECRET,)
            production = desk is None or desk.connection.wire_url is None
            inbound.verify(headers, body, secrets, now, production=production)
            if desk is None:
                # Verified against a secret nobody has: an unknown desk takes as long to refuse as a wrong
                # signature.
                return _answer(404, "no such desk")
            delivery = inbound.parse(headers, body)
        except Rejected as refused:
            status = 404 if desk is None and refused.status == 401 else refused.status
            refusals.note(desk_id if desk else "unknown", status, str(refused), now)
            return _answer(status, "no such desk" if status == 404 else str(refused))
        except StoreBusy:
            return _busy()
        refusals.tell(now)
        if delivery is None:
            return _answer(200, "of no interest")
        try:
            return _keep(db, intake, desk, delivery, now, settings)
        except StoreBusy:
            return _busy()

    return hooks


def _keep(
    db: Database, intake: Intake, desk: StoredDesk, delivery: Delivery, now: int, settings: Settings
) -> Response:
    wait = int(settings.debounce_seconds * 1_000_000) if delivery.subject == Subject.TICKET else 0
    key = delivery.key if delivery.key_holds is None else f"{delivery.key}@{now // delivery.key_holds}"
    # The bytes are not kept: a desk's own event bodies hold what customers wrote, and everything is read
    # again from the desk.
    row = inbox.NewRow(
        new_id(),
        desk.id,
        InboxKind.DELIVERY,
        key,
        delivery.subject,
        delivery.subject_id,
        b"",
        now,
        now + wait,
    )
    fresh = intake.keep(desk.tenant, row)
    if not desk.public_proven and settings.public_url and request.host_url.rstrip("/") == settings.public_url:
        with db.write() as tx:
            desk_store.prove_public(tx, desk.id, now)
    return _answer(200, "kept" if fresh else "known")


class DeskCache:
    """Desks and their secrets in memory, so that a flood of unsigned requests costs no query. Refreshed every
    two seconds."""

    def __init__(self, db: Database, keys: Keys, clock: Clock) -> None:
        self._db, self._keys, self._clock = db, keys, clock
        self._desks: dict[str, StoredDesk] = {}
        self._inbound = lru_cache(maxsize=None)(lambda kind: connector(kind).inbound())
        self._read_at = 0
        self._lock = threading.Lock()

    def find(self, desk_id: str) -> tuple[StoredDesk | None, Inbound]:
        """The desk and the way to read its deliveries; for an unknown one None and any connector's. Raises
        StoreBusy."""
        now = self._clock()
        if not 0 <= now - self._read_at < SECRETS_FRESH:
            with self._lock:
                if not 0 <= now - self._read_at < SECRETS_FRESH:
                    self._refresh(now)
        desk = self._desks.get(desk_id)
        return desk, self._inbound(desk.kind if desk else NAMES[0])

    def _refresh(self, now: int) -> None:
        with self._db.read() as tx:
            self._desks = {d.id: d for d in desk_store.all_desks(tx, self._keys)}
        self._read_at = now


_NOBODYS_SECRET = "a secret that signs for no desk at all, in the length of a real one"  # noqa: S105 - it opens nothing


def _answer(status: int, text: str) -> Response:
    return Response(text + "\n", status, mimetype="text/plain")


def _busy() -> Response:
    response = _answer(503, "the database is busy: send it again")
    response.headers["Retry-After"] = "5"
    return response
