"""A whole house in one process: the real web application over HTTP, a real sandbox desk, the real worker
functions, one clock for all.

The clock stands still until it is moved, so that a debounce, a settle or a promise takes no time and tests
are not at the mercy of the machine. Only Celery is left out: the worker functions are called here until
nothing is due.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
import yaml
from bs4 import BeautifulSoup
from werkzeug.serving import make_server

from app.factory import create_app
from app.keys import Keys, load_keys
from app.store import articles as article_store
from app.store import desks as desk_store
from app.store import ledger as ledger_store
from app.store import policies
from app.store.database import DEFAULT_TENANT, Database
from app.store.ids import new_id
from app.store.links import ticket_token
from app.store.tables import desks, inbox, outbox, promises, tickets
from config.settings import Settings, load_settings
from config.wording import LANGUAGES, load_words
from connectors.clock import SetClock, to_iso
from connectors.registry import connector
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.signing import sign
from demo.policy import demo_policy
from demo.scenes import HELP_CENTRE
from workers.deciding.process import process_one
from workers.desks.connect import connect
from workers.desks.poll import poll_due
from workers.jobs import job_one
from workers.knowledge.embed import HashEmbedder
from workers.knowledge.likeness import Graveness, Likeness
from workers.knowledge.run import Finder, sync_all
from workers.rows.lease import Superseded
from workers.running.first_start import prepare
from workers.sending.deliver import deliver_one
from workers.tasks import one_alone
from workers.work import Work

DESK = "larkfield"
# A Tuesday, 10:12 in London, in October 2026: people are at work.
MORNING = 1_791_882_720_000_000


class Unlike:
    """Stands in for nearness to examples where vectors are made of hashes and nothing is near anything."""

    def read(self, text: str) -> Graveness:
        return Graveness()


@dataclass
class House:
    settings: Settings
    db: Database
    keys: Keys
    clock: SetClock
    work: Work
    desk: SandboxZendesk
    url: str
    rung: list[str] = field(default_factory=list)

    def write(
        self,
        text: str,
        subject: str = "A question",
        name: str = "Maya Okonkwo",
        email: str = "maya@example.com",
        **more: Any,
    ) -> str:
        """A customer opens a ticket; returns its id once its delivery has arrived."""
        ticket = str(self.desk.do.customer_ticket(name=name, email=email, subject=subject, text=text, **more))
        self.delivered()
        return ticket

    def reply(self, ticket: str, text: str, **more: Any) -> None:
        self.desk.do.customer_comment(int(ticket), text, **more)
        self.delivered()

    def delivered(self) -> None:
        assert self.desk.deliveries.wait_idle(10), "the desk's deliveries did not come to an end"

    def settle(self, seconds: float = 60.0, step: float = 1.0) -> None:
        """Let time pass and work until nothing is due: at most `seconds` of the clock."""
        for _ in range(int(seconds / step)):
            self.clock.advance(step)
            self.drain()
            if not self._open_rows():
                return

    def drain(self) -> None:
        """Work on everything that is due now."""
        busy = True
        while busy:
            try:
                busy = (
                    process_one(self.work)
                    or deliver_one(self.work)
                    or job_one(self.work)
                    or one_alone(self.work, new_id())
                )
            except Superseded:
                busy = True

    def poll(self) -> int:
        # The export withholds the newest minute.
        self.clock.advance(130)
        return self.poll_now()

    def poll_now(self) -> int:
        return poll_due(self.work)

    def replies(self, ticket: str) -> list[dict[str, Any]]:
        """What the customer has received from the assistant."""
        return [
            r for r in self.desk.do.public_replies(int(ticket)) if r["author_id"] == self.desk.assistant.id
        ]

    def mails(self, ticket: str) -> list[int]:
        """How many mails the desk has sent to the customer for each of their messages, its own
        acknowledgement among them."""
        return [m["mails"] for m in self.desk.do.mails_per_customer_message() if str(m["ticket"]) == ticket]

    def notes(self, ticket: str) -> list[dict[str, Any]]:
        return self.desk.do.notes(int(ticket))

    def entries(self, ticket: str, kind: str = "verdict") -> Sequence[Any]:
        with self.db.read() as tx:
            return [r for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, DESK, ticket) if r.kind == kind]

    def texts(self, entry: str) -> dict[str, Any]:
        with self.db.read() as tx:
            return ledger_store.texts(tx, DEFAULT_TENANT, entry, self.keys) or {}

    def rows(self, table: Any = outbox) -> Sequence[Any]:
        with self.db.read() as tx:
            return tx.execute(table.select().order_by(table.c.id)).all()

    def owner(self, ticket: str) -> str:
        return next(r.owner for r in self.rows(tickets) if r.ticket == ticket)

    def change_policy(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        with self.db.write() as tx:
            policies.add(
                tx,
                DEFAULT_TENANT,
                yaml.safe_dump(change(yaml.safe_load(demo_policy()))),
                "test",
                "test",
                self.clock(),
            )

    def process_only(self) -> bool:
        """Decide what is due, and send nothing yet."""
        return process_one(self.work)

    def sync(self) -> None:
        sync_all(self.work, DEFAULT_TENANT, lambda text: None)

    def article(self, article: str, version: str) -> Any:
        with self.db.read() as tx:
            return article_store.version(tx, DEFAULT_TENANT, article, version)

    def promises(self) -> Sequence[Any]:
        return self.rows(promises)

    def deliveries(self) -> Sequence[Any]:
        return [r for r in self.rows(inbox) if r.kind == "delivery"]

    def press_person_button(self, ticket: str) -> None:
        """As the customer does: open the page of the link, send its form."""
        holder = next(r.holder for r in self.rows(tickets) if r.ticket == ticket)
        page = f"{self.url}/t/{ticket_token(self.keys, DEFAULT_TENANT, DESK, ticket, holder, self.clock())}"
        form = BeautifulSoup(requests.get(page, timeout=5).text, "lxml").find("form")
        if form is None:
            return  # a person has it already: there is nothing left to press
        fields = {i["name"]: i.get("value", "") for i in form.find_all("input") if i.get("name")}
        answer = requests.post(
            urljoin(page, form.get("action") or page), data=fields, headers={"Origin": self.url}, timeout=5
        )
        assert answer.status_code == 200, answer.status_code

    def canary(self, article: str) -> str:
        return str(yaml.safe_load((HELP_CENTRE.parent / "canaries.yaml").read_text("utf-8"))[article])

    def forget_secret(self) -> None:
        with self.db.write() as tx:
            tx.execute(desks.update().values(secrets="[]"))

    def post_signed(self, body: bytes, invocation: str | None = None) -> requests.Response:
        """A delivery as the desk signs it."""
        return self.send(body, self.signed_now(body, invocation))

    def signed_now(self, body: bytes, invocation: str | None = None) -> dict[str, str]:
        """The headers of a delivery as the desk signs it now."""
        with self.db.read() as tx:
            stored = desk_store.get(tx, DEFAULT_TENANT, DESK, self.keys)
        assert stored is not None
        stamp = to_iso(self.clock())
        return {
            "X-Zendesk-Webhook-Signature": sign(stored.secrets[0], stamp, body),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Invocation-Id": invocation or new_id(),
            "Content-Type": "application/json",
        }

    def send(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        return requests.post(f"{self.url}/hooks/{DESK}", data=body, headers=headers, timeout=15)

    def _open_rows(self) -> bool:
        return any(r.state in ("waiting", "working") for r in self.rows(inbox)) or any(
            r.state in ("ready", "sending", "unknown") for r in self.rows(outbox))


@contextmanager
def open_house(
    database_url: str,
    var: Path,
    articles: Path | None = HELP_CENTRE,
    embedder: Any = None,
    **environment: str,
) -> Iterator[House]:
    """A house with one connected sandbox desk and its help centre read."""
    clock = SetClock(MORNING)
    desk = SandboxZendesk(articles, clock=clock).start()
    rung: list[str] = []
    base = {
        "CANDOR_VAR": str(var),
        "CANDOR_DATABASE_URL": database_url,
        "CANDOR_SANDBOX_DESKS": "yes",
        "CANDOR_DEBOUNCE_SECONDS": "2",
        "CANDOR_DEBOUNCE_CAP_SECONDS": "8",
        "CANDOR_KEYS": _test_keys(var),
    }
    settings = load_settings({**base, **environment})
    db, keys = Database(settings.database_url), load_keys(settings)[0]
    prepare(db, clock)
    server = None
    try:
        # The port must be known before the settings are final: the public address is part of every message.
        server = make_server("127.0.0.1", 0, lambda e, s: app(e, s), threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        settings = load_settings({**base, "CANDOR_PUBLIC_URL": url, **environment})
        app = create_app(settings, db, keys, clock, lambda *_: rung.append("web"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        work = _work(settings, db, keys, clock, embedder or HashEmbedder(), rung)
        with db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, demo_policy(), "test", "test", clock())
        given = {"subdomain": desk.account, "email": desk.email, "api_token": desk.token, "one_mail": "yes"}
        assert connect(
            work, DEFAULT_TENANT, DESK, "zendesk", "Larkfield", given, desk.url, url, lambda step: None
        )
        sync_all(work, DEFAULT_TENANT, lambda text: None)
        yield House(settings, db, keys, clock, work, desk, url, rung)
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()
        desk.stop()
        db.close()


def _work(
    settings: Settings, db: Database, keys: Keys, clock: SetClock, embedder: Any, rung: list[str]
) -> Work:
    connectors = lru_cache(maxsize=None)(lambda kind: connector(kind, sandbox_desks=True))
    finder = lru_cache(maxsize=None)(
        lambda tenant: Finder(db, tenant, settings.var, embedder, settings.model)
    )
    likeness = Unlike() if isinstance(embedder, HashEmbedder) else Likeness(embedder)
    return Work(
        settings=settings,
        db=db,
        keys=keys,
        clock=clock,
        new_id=new_id,
        words={code: load_words(code) for code in LANGUAGES},
        search=finder,
        embedder=lambda: embedder,
        likeness=lambda: likeness,
        ring=lambda *_: rung.append("work"),
        connector=connectors,
    )


def _test_keys(var: Path) -> str:
    """Keys for this house alone: a database given by URL makes none of its own."""
    made, _ = load_keys(load_settings({"CANDOR_VAR": str(var / "keys-of-this-test")}))
    assert made
    return (var / "keys-of-this-test" / "keys").read_text()


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether the condition came true before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


