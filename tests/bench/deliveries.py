"""A house's store with one desk, and signed deliveries to it as Zendesk shapes them: about 1,500 bytes, each
with an id of its own."""
from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.keys import Keys, load_keys
from app.store import desks
from app.store.database import DEFAULT_TENANT, WEB_BUSY_SECONDS, Database
from app.store.ids import new_id
from config.settings import Settings, load_settings
from connectors.clock import SystemClock, to_iso
from connectors.zendesk.signing import sign
from workers.running.first_start import prepare

ROOT = Path(__file__).resolve().parents[2]
DESK = "bench"
PATH = f"/hooks/{DESK}"


@dataclass(frozen=True, slots=True)
class Store:
    """A migrated database with one desk that has a signing secret, as a running house finds it."""

    settings: Settings
    environment: dict[str, str]
    db: Database
    keys: Keys
    secret: str

    def rows(self) -> int:
        with self.db.read() as tx:
            return int(tx.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


@contextmanager
def open_store() -> Iterator[Store]:
    """On the disk of the repository, so that a durable row costs what it costs there; gone at the end."""
    (ROOT / "var").mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as place:
        environment = {
            "CANDOR_VAR": place,
            "CANDOR_LOG_LEVEL": "warning",
            "CANDOR_PUBLIC_URL": "https://candor.example",
        }
        settings, clock = load_settings(environment), SystemClock()
        keys, _ = load_keys(settings)
        db, secret = Database(settings.database_url, WEB_BUSY_SECONDS), secrets.token_urlsafe(48)
        try:
            prepare(db, clock)
            with db.write() as tx:
                desks.add(tx, DEFAULT_TENANT, DESK, "zendesk", "Bench", {}, frozenset(), None, keys, clock())
                desks.installed(tx, DEFAULT_TENANT, DESK, {"webhook": "1"}, [secret], True, keys)
                desks.prove_public(tx, DESK, clock())
            yield Store(settings, environment, db, keys, secret)
        finally:
            db.close()


@dataclass(frozen=True, slots=True)
class Signed:
    """One delivery as it goes over the wire."""

    headers: dict[str, str]
    body: bytes

    def raw(self) -> bytes:
        """The whole HTTP/1.1 request."""
        lines = [f"POST {PATH} HTTP/1.1", "Host: candor.example", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


def signed(secret: str, number: int) -> Signed:
    """A delivery signed now; every call makes another invocation id."""
    body, timestamp = _body(number), to_iso(SystemClock()())
    return Signed(
        {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": "10203040",
            "X-Zendesk-Webhook-Id": "01HZZXD4C3Q8M4B7N6V5T2R1P0",
            "X-Zendesk-Webhook-Invocation-Id": new_id(),
            "X-Zendesk-Webhook-Signature": sign(secret, timestamp, body),
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        },
        body,
    )


def _body(number: int) -> bytes:
    """A `comment_added` event in the envelope Zendesk documents for events."""
    ticket = str(4_000_000 + number)
    text = (
        "Hello, my parcel was meant to be here on Tuesday and the tracking page has not moved since Sunday "
        "evening. I am away from "
        "Friday on: could you tell me where it is, and have it sent on to a pick-up point near the station "
        "if it comes too late?"
    )
    return json.dumps(
        {
            "account_id": 10203040,
            "id": f"cbe4028c-7239-495d-b020-{number:012d}",
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{ticket}",
            "time": "2026-11-23T10:12:00.123456Z",
            "type": "zen:event-type:ticket.comment_added",
            "event": {
                "comment": {
                    "id": str(9_000_000 + number),
                    "is_public": True,
                    "body": text,
                    "author": {"id": "8447388090494", "is_staff": False, "name": "Maya Okonkwo"},
                },
                "meta": {"sequence": {"id": "01HZZXD4C3Q8M4B7N6V5T2R1P1", "position": 1, "total": 1}},
            },
            "detail": {
                "id": ticket,
                "subject": "Where is my parcel?",
                "description": text,
                "status": "OPEN",
                "priority": "NORMAL",
                "type": "QUESTION",
                "brand_id": "6498234",
                "form_id": "5534",
                "group_id": "8831",
                "assignee_id": None,
                "organization_id": None,
                "requester_id": "8447388090494",
                "submitter_id": "8447388090494",
                "is_public": True,
                "external_id": None,
                "custom_status": "1900",
                "tags": ["parcel", "tracking", "europe"],
                "created_at": "2026-11-23T10:11:59Z",
                "updated_at": "2026-11-23T10:12:00Z",
                "via": {
                    "channel": "email",
                    "source": {
                        "from": {"address": "maya@example.com"},
                        "to": {"address": "help@larkfield.example"},
                    },
                },
            },
        }
    ).encode()
