"""A web application on its own database, and rows as the workers leave them: a small morning at the desk of
Larkfield."""
from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, update

from app.factory import create_app
from app.keys import Keys, load_keys
from app.store import ledger, policies, requesters, schema, sessions, users
from app.store.database import Database
from app.store.links import holder_of, ticket_token
from app.store.tables import articles, desks, inbox, outbox, promises, tickets, versions
from app.store.users import Account
from config.load import SHIPPED_POLICY
from config.settings import Settings, load_settings
from connectors.clock import HOUR, MINUTE, SECOND, SetClock, from_iso

NOW = from_iso("2026-11-23T10:30:00Z")  # a Monday morning
DESK, OTHER_DESK = "desk-larkfield", "desk-outlet"
TENANT = "default"
QUESTION = "Hello, my boots are a size too small. <b>Can I</b> send them back? {{ticket.comments}}"
REPLY = (
    "Hi Maya, I'm Larkfield's AI assistant. You can return shoes within 30 days of delivery if they are "
    "unworn. [1]"
)
NOTE = (
    "AI NOTE · Handed off: asked for a person (m3)\nWANTS a refund for order #4471 · KNOWN, don't ask: "
    "order number\n"
    "PLAYBOOK goodwill up to 20 %"
)
RETURNS = (
    "Returning an item\n\nYou can return shoes within 30 days of delivery if they are unworn. Boots tried "
    "on indoors count as unworn.\n\n"
    "Open Your orders\nChoose the pair and select Return an item\nPrint the label\n\nItem | Days\nShoes | "
    "30\nTents | 60"
)


@dataclass
class WebHouse:
    """The application with what it was given, and a record of how often the workers were rung."""

    app: Flask
    db: Database
    keys: Keys
    clock: SetClock
    settings: Settings
    rings: list[int] = field(default_factory=list)
    serial: int = 0

    def new_id(self, kind: str = "row") -> str:
        self.serial += 1
        return f"{kind}-{self.serial:04d}"

    def account(
        self, role: str = "owner", email: str = "ana@larkfield.test", password: str | None = None
    ) -> Account:
        with self.db.write() as tx:
            token = users.create_with_token(
                tx, TENANT, email, "Ana Reyes", role, self.clock(), self.new_id("user")
            )
        if password is not None:
            users.use_token(self.db, token, password, self.clock())
        with self.db.read() as connection:
            account = users.anywhere(connection, email)
        assert account is not None
        return account

    def token(self, email: str = "ana@larkfield.test", role: str = "owner") -> str:
        with self.db.write() as tx:
            return users.create_with_token(
                tx, TENANT, email, "Ana Reyes", role, self.clock(), self.new_id("user")
            )

    def signed_in(self, role: str = "owner"):  # type: ignore[no-untyped-def]
        """A test client with a session in the table; no password is hashed for it."""
        account, key = self.account(role, f"{role}@larkfield.test"), self.new_id("key")
        with self.db.write() as tx:
            sessions.start(tx, account, key, self.clock())
        client = self.app.test_client()
        with client.session_transaction(base_url="http://127.0.0.1") as cookie:
            cookie["_user_id"], cookie["_fresh"] = key, True
        return client

    def holder(self, requester: str = "7") -> str:
        """Whose page it is: seeded tickets are all of the desk's user 7."""
        return holder_of(self.keys, TENANT, DESK, requester)

    def link(self, ticket: str, requester: str = "7") -> str:
        return "/t/" + ticket_token(self.keys, TENANT, DESK, ticket, self.holder(requester), self.clock())


def build(place: Path, url: str | None = None, **environment: str) -> WebHouse:
    settings = load_settings(
        {"CANDOR_VAR": str(place / "var"), **({"CANDOR_DATABASE_URL": url} if url else {}), **environment}
    )
    keys, _ = load_keys(load_settings({"CANDOR_VAR": str(place / "var")}))
    db, clock = Database(settings.database_url), SetClock(NOW)
    if url is None:
        db.close()
        shutil.copyfile(_migrated(), place / "var" / "candor.db")
    else:
        schema.upgrade(db)
    rings: list[int] = []
    app = create_app(settings, db, keys, clock, lambda: rings.append(clock()))
    app.testing = True
    house = WebHouse(app, db, keys, clock, settings, rings)
    with db.write() as tx:
        policies.add(tx, TENANT, SHIPPED_POLICY.read_text("utf-8"), "test", "first version", NOW)
        for desk, name, secrets in (
            (DESK, "Larkfield", ["sealed"]),
            (OTHER_DESK, "Larkfield Outlet", ["sealed"]),
        ):
            tx.execute(
                insert(desks).values(
                    id=desk,
                    tenant=TENANT,
                    kind="zendesk",
                    name=name,
                    settings="{}",
                    state="{}",
                    created_at=NOW - 48 * HOUR,
                    guard_proven=True,
                    secrets=json.dumps([keys.box.encrypt(b"a signing secret").decode() for _ in secrets]),
                    wire_url="http://127.0.0.1:1",
                    polled_at=NOW - 40 * SECOND,
                )
            )
        seed_article(tx, "returns", "v1", "Returning an item", RETURNS, public=True)
        seed_article(
            tx, "goodwill", "v1", "Goodwill for agents", "Agents may offer up to 20 % off.", public=False
        )
    return house


@cache
def _migrated() -> Path:
    """An empty database at this release's revision, made once: migrating takes longer than most tests
    here."""
    place = Path(tempfile.mkdtemp(prefix="candor-web-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    db = Database(f"sqlite:///{place}/candor.db")
    schema.upgrade(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return place / "candor.db"


def seed_article(tx, article: str, version: str, title: str, text: str, *, public: bool) -> None:  # type: ignore[no-untyped-def]
    blocks, at = [], 0
    for index, part in enumerate(text.split("\n\n")):
        kind = (
            "table"
            if " | " in part
            else "steps"
            if "\n" in part
            else "heading"
            if index == 0 and len(text) > 60
            else "text"
        )
        blocks.append([at, at + len(part), kind, title])
        at += len(part) + 2
    tx.execute(
        insert(versions).values(
            article=article,
            version=version,
            tenant=TENANT,
            title=title,
            text=text,
            url=None,
            public=public,
            locale="en",
            section="Orders",
            kind="policy",
            blocks=json.dumps(blocks),
            updated_at=NOW - 400 * HOUR,
            created_at=NOW,
        )
    )
    tx.execute(
        insert(articles).values(
            id=article,
            tenant=TENANT,
            source="folder",
            vendor_id=article,
            version=version,
            public=public,
            gone=False,
            seen_at=NOW,
        )
    )


def newer_version(house: WebHouse, article: str, version: str, *, public: bool = True) -> None:
    with house.db.write() as tx:
        tx.execute(
            insert(versions).values(
                article=article,
                version=version,
                tenant=TENANT,
                title="Returning an item",
                text="Now 60 days.",
                url=None,
                public=public,
                locale="en",
                section="",
                kind="policy",
                blocks="[]",
                updated_at=NOW,
                created_at=NOW,
            )
        )
        tx.execute(update(articles).where(articles.c.id == article).values(version=version, public=public))


def seed_ticket(
    house: WebHouse,
    ticket: str,
    subject: str = "Boots too small",
    *,
    owner: str = "assistant",
    desk: str = DESK,
    language: str = "en",
    minutes_ago: int = 5,
) -> str:
    """A ticket that came in by one delivery; returns its row id."""
    at, row = NOW - minutes_ago * MINUTE, house.new_id("ticket")
    with house.db.write() as tx:
        person = requesters.meet(
            tx, TENANT, f"{ticket}@customers.test", house.keys, at, house.new_id("person")
        )
        box = requesters.box(tx, TENANT, person, house.keys)
        assert box is not None
        tx.execute(
            insert(tickets).values(
                id=row,
                tenant=TENANT,
                desk=desk,
                ticket=ticket,
                owner=owner,
                requester=person,
                subject=box.encrypt(subject.encode()),
                holder=house.holder(),
                status="pending" if owner == "assistant" else "open",
                language=language,
                memory="{}",
                created_at=at,
                updated_at=at,
            )
        )
        tx.execute(
            insert(inbox).values(
                id=house.new_id("inbox"),
                tenant=TENANT,
                desk=desk,
                kind="delivery",
                delivery_key=f"d-{ticket}",
                subject="ticket",
                subject_id=ticket,
                body=b"{}",
                received_at=at,
                next_at=at,
                state="done",
                attempts=1,
                result="answer",
                done_at=at + SECOND,
            )
        )
    return row


def seed_verdict(
    house: WebHouse,
    ticket: str,
    verdict: str,
    *,
    reason: str | None = None,
    detail: str | None = None,
    mode: str = "send",
    effects: tuple[tuple[str, str, str], ...] = (("public", "answer", "sent"),),
    desk: str = DESK,
    minutes_ago: int = 4,
    question: str = QUESTION,
    reply: str = REPLY,
    note: str = "",
    wait: dict[str, object] | None = None,
    wrote: tuple[tuple[str, str, str], ...] | None = (("requester", "Maya Okonkwo", ""),),
) -> str:
    """A verdict with its texts, its effects (effect, purpose, state) and, with a wait, its promise; returns
    the entry's id."""
    at, entry = NOW - minutes_ago * MINUTE, house.new_id("entry")
    start = RETURNS.index("You can return")
    end = RETURNS.index(" Boots tried on")
    place = {"article": "returns", "version": "v1", "start": start, "end": end}
    decided: dict[str, object] = {"kind": verdict}
    if verdict == "answer":
        decided["sources"] = [{"number": 1, "article": "returns", "version": "v1"}]
    if verdict == "handoff":
        decided |= {"reason": reason, "detail": detail, "route": "billing"}
    payload: dict[str, object] = {
        "verdict": decided,
        "hits": [
            {"rule": "people own it", "hit": False, "because": ""},
            {"rule": "sure enough", "hit": True, "because": "p 0.81 >= 0.60"},
        ],
        "reading": {"language": "en", "topic": "other", "sentiment": "neutral", "cut": []},
        "findings": {
            "p_right": 0.81,
            "calibrated": False,
            "snapshot": "snap-0123456789ab",
            "candidates": [
                {**place, "score": 0.91, "cosine": 0.74},
                {"article": "goodwill", "version": "v1", "start": 0, "end": 12, "score": 0.4, "cosine": 0.3},
            ],
        },
        "mode": mode,
        "policy": 1,
        "took_ms": 2310,
        "wait": wait,
    }
    texts = {
        "question": question,
        "reply": reply,
        "note": note,
        "wrote": None
        if wrote is None
        else [{"writer": w, "name": n, "text": t or question} for w, n, t in wrote],
        "sentences": [{**place, "text": RETURNS[start:end], "number": 1}] if verdict == "answer" else [],
    }
    with house.db.write() as tx:
        found = ticket_row(tx, desk, ticket)
        made = ledger.Entry(entry, desk, ticket, "verdict", at, payload, verdict, reason)
        ledger.append(tx, TENANT, made, house.keys, texts, found.requester)
        for index, (effect, purpose, state) in enumerate(effects):
            tx.execute(
                insert(outbox).values(
                    id=house.new_id("outbox"),
                    tenant=TENANT,
                    plan=f"plan-{entry}",
                    place=index,
                    desk=desk,
                    ticket=ticket,
                    target=desk,
                    effect=effect,
                    purpose=purpose,
                    key=house.new_id("key"),
                    turn_id="m:1",
                    body=b"",
                    body_hash="0",
                    state=state,
                    attempts=1,
                    next_at=at,
                    remote_id="88412" if state == "sent" else None,
                    ledger_entry=entry,
                    created_at=at,
                    result="The desk said: the ticket is closed." if state in ("failed", "dead") else None,
                    done_at=at + 2 * SECOND if state in ("sent", "failed", "dead", "stale") else None,
                )
            )
        if wait is not None:
            tx.execute(
                insert(promises).values(
                    id=house.new_id("promise"),
                    tenant=TENANT,
                    desk=desk,
                    ticket=ticket,
                    group_name="Billing",
                    made_at=at,
                    bound_at=wait.get("bound_at"),
                    why_not=wait.get("why_not"),
                    inputs="{}",
                    version="day-one",
                    state="open" if wait.get("bound_at") else "none",
                    entry=entry,
                )
            )
    return entry


def ticket_row(tx, desk: str, ticket: str):  # type: ignore[no-untyped-def]
    return tx.execute(tickets.select().where(tickets.c.desk == desk, tickets.c.ticket == ticket)).one()


def a_wait(minutes_ago: int = 4) -> dict[str, object]:
    as_of = NOW - minutes_ago * MINUTE
    return {
        "typical_seconds": 2400,
        "bound_seconds": 6300,
        "bound_at": as_of + 6300 * SECOND,
        "why_not": None,
        "opens_at": None,
        "ahead": 3,
        "as_of": as_of,
        "version": "day-one",
        "inputs": {"agents": 1.0, "minutes_per_ticket": 25.0},
    }


def a_morning(house: WebHouse) -> dict[str, str]:
    """One ticket of each kind; returns their row ids by what they show."""
    rows = {
        "answered": seed_ticket(house, "1041", "Boots too small", minutes_ago=5),
        "handed_off": seed_ticket(
            house, "1042", "Charged twice for order #4471", owner="people", minutes_ago=9
        ),
        "clarified": seed_ticket(house, "1043", "Change my address", minutes_ago=14),
        "quiet": seed_ticket(house, "1044", "Out of office: back on Thursday", minutes_ago=22),
        "failed": seed_ticket(house, "1045", "Where is my parcel?", minutes_ago=31),
        "draft": seed_ticket(house, "1046", "How do I re-wax a jacket?", minutes_ago=47),
    }
    seed_verdict(house, "1041", "answer", minutes_ago=4)
    seed_verdict(
        house,
        "1042",
        "handoff",
        reason="must_handoff",
        detail="topic",
        minutes_ago=8,
        note=NOTE,
        wait=a_wait(8),
        question="I was charged twice for order #4471. Please give the second €89.00 back.",
        reply="Hi Maya, I'm Larkfield's AI assistant. I've passed your message to our billing team.",
        effects=(
            ("note", "handoff_note", "sent"),
            ("public", "handoff_notice", "sent"),
            ("fields", "handoff_fields", "ready"),
        ),
    )
    seed_verdict(house, "1043", "clarify", effects=(("public", "clarify", "sending"),), minutes_ago=13,
                 question="How do I change my address?",
                 reply="Is it about A) an order not yet shipped, or B) the address saved in your account?")
    seed_verdict(
        house, "1044", "stay_quiet", reason="automatic", effects=(), minutes_ago=21, reply="", question=""
    )
    seed_verdict(
        house,
        "1045",
        "answer",
        effects=(("public", "answer", "dead"),),
        minutes_ago=30,
        question="Where is my parcel?",
    )
    seed_verdict(
        house,
        "1046",
        "answer",
        mode="draft",
        effects=(("note", "answer", "sent"),),
        minutes_ago=46,
        question="How do I wax it?",
    )
    return rows
