"""Everything hostile at once at real processes, while two hundred customers write: nobody is lost or late,
and nothing that was planted is found anywhere but in the database."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from redis import Redis

from app.store import policies
from app.store.database import DEFAULT_TENANT
from app.store.tables import articles, inbox
from demo.policy import demo_policy
from tests.figures import Figures
from tests.flow.faulty import BOOTS, PERSON, RETURN
from tests.flow.house import DESK
from tests.flow.test_processes import ROOT, Running, _children, _rows, running  # noqa: F401
from tests.knowledge.test_hostile_rows import BODIES
from tests.waiting import alive, until

TICKETS, EVERY = 200, 0.35  # seconds between two customers
LATEST = 60.0  # seconds from a customer's words to ours, after the wait for more of them
LINK, SUBJECT = "/t/Qx7planted.token", "Xylophonic wellingtons"
QUESTIONS = (RETURN, BOOTS, PERSON, "How do I use a gift card?", "When do I get my refund?")
# What each place holds for certain.
HOLDS = {
    "logs": 'event="desk call"', "metrics": "candor_inbox_rows", "redis": "candor", "processes": "CANDOR_VAR",
}  # fmt: skip
WITHDRAWN = "policy-contact"


def planted(house: Running) -> re.Pattern[str]:
    """What no log, metric, list of processes or Redis may hold: customers' words and addresses, signed links,
    and every key there is."""
    keys = json.loads((house.work.settings.var / "keys").read_text())
    secrets = [house.desk.token, *keys["fernet"], keys["ledger"], keys["links"], keys["sessions"]]
    words = ["Qx7planted", "jezebel", "quibble", "Xylophonic", "wellingtons", *map(re.escape, secrets)]
    return re.compile("|".join(words), re.IGNORECASE)


def in_redis(client: Redis) -> str:
    """Every key with its value, of whatever kind."""
    told = []
    reads = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers,
             b"list": lambda key: client.lrange(key, 0, -1),
             b"zset": lambda key: client.zrange(key, 0, -1)}  # fmt: skip
    for key in client.scan_iter(count=1000):
        kind = client.type(key)
        told.append(f"{key!r} {reads[kind](key) if kind in reads else ''!r}")
    return "\n".join(told)


def of_processes(pids: list[int]) -> str:
    """Their arguments and environments as any program of the account reads them."""
    told = []
    for pid in (*pids, *(child for parent in pids for child in _children(parent))):
        for name in ("cmdline", "environ"):
            try:
                told.append(Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace"))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
    return "\n".join(told)


def customers(house: Running, seen: Any) -> list[int]:
    """They write one after the other, whatever else happens; `seen` looks about now and then."""
    tickets = []
    due = time.monotonic()
    for n in range(TICKETS):
        time.sleep(max(0.0, due - time.monotonic()))
        due += EVERY
        text = f"{QUESTIONS[n % len(QUESTIONS)]}\n\n{LINK}"
        # A name of their own: one sender with one text would be a machine.
        name = f"Jezebel Quibble {chr(97 + n // 26)}{chr(97 + n % 26)}"
        address = f"jezebel.quibble{n}@example.com"
        tickets.append(house.desk.do.customer_ticket(name, address, SUBJECT, text))
        if n % 50 == 25:
            seen()
    return tickets


def spoil(house: Running) -> int:
    """Hostile articles at the desk, and a good one that is withdrawn among them; returns its number."""
    for n, (name, body) in enumerate(BODIES.items()):
        if len(body) < 300_000:
            house.desk.do.put_article(f"spoilt-{n}", f"{SUBJECT} {name}", body)
    house.desk.do.delete_article(WITHDRAWN)
    return house.desk.state.ids.of_article(WITHDRAWN)


def seconds_late(house: Running, ticket: int) -> float:
    """From the customer's words to ours, beyond the longest wait for more of them."""
    told = datetime.fromisoformat(house.replies(ticket)[0]["created_at"].replace("Z", "+00:00"))
    asked = house.desk.state.tickets[ticket].created_us / 1_000_000
    return told.timestamp() - asked - house.work.settings.debounce_cap_seconds


@pytest.mark.slow
def test_all_at_once_two_hundred_customers_are_answered_and_nothing_planted_is_found(
    running: Running, figures: Figures  # noqa: F811
) -> None:
    house, forbidden = running, planted(running)
    house.desk.do.switch(plan_per_minute=2500, updates_per_minute=600)
    policy = yaml.safe_load(demo_policy()) | {"incident_people": 1000}
    with house.work.db.write() as tx:
        policies.add(tx, DEFAULT_TENANT, yaml.safe_dump(policy), "test", "test", house.work.clock())
    house.start_worker("worker")
    port = house.work.settings.port
    places: dict[str, str] = {}
    client = Redis(unix_socket_path=str(house.redis.socket_path))
    siege = subprocess.Popen(
        [sys.executable, "-m", "tests.flow.siege", str(port), f"/hooks/{DESK}", f"https://x{LINK}"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def look() -> None:
        """While everything runs: what is gone at the end was there to be read."""
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            places["metrics"] = places.get("metrics", "") + answer.read().decode()
        places["redis"] = places.get("redis", "") + in_redis(client)
        places["processes"] = places.get("processes", "") + of_processes(house.pids)

    try:
        assert siege.stdout is not None and siege.stdout.readline() == "begun\n"
        look()
        withdrawn = spoil(house)
        tickets = customers(house, look)
        until(lambda: all(house.replies(t) for t in tickets), 90)
        until(lambda: house.open_rows() == 0, 60)
        look()
    finally:
        siege.send_signal(signal.SIGTERM)
        told, _ = siege.communicate(timeout=40)
        client.close()
    tried = json.loads(told)
    web = house.pids[0]
    os.kill(web, signal.SIGTERM)
    until(lambda: not alive(web), 30)
    logs = {log.name: log.read_text(errors="replace") for log in house.logs.glob("*.log")}
    places["logs"] = "\n".join(logs.values())

    lost = [t for t in tickets if len(house.replies(t)) != 1]
    late = [s for t in tickets if (s := seconds_late(house, t)) > LATEST]
    worst = max(seconds_late(house, t) for t in tickets)
    found = {place: forbidden.findall(text)[:3] for place, text in places.items() if forbidden.search(text)}
    figures("door", "customers late by more than a minute, all at once", len(late), TICKETS,
            lost=len(lost), worst_s=round(worst, 1), **tried)
    figures("door", "planted secrets found", sum(map(len, found.values())), sum(map(len, places.values())),
            places=len(places), unit="characters searched")
    assert lost == [], "each is answered once"
    assert {row.state for row in _rows(house, inbox)} == {"done"}
    assert [place for place, text in places.items() if HOLDS[place] not in text] == [], "each was read"
    assert found == {}
    assert tried.get("500s", 0) == 0 and tried["forged"] > 100 and tried["pages"] > 100
    refused = [int(n) for n in re.findall(r"deliveries refused.*?\bcount=(\d+)", logs["web.log"])]
    assert sum(refused) == tried["refused"], "each refusal is told, the last when the process ends"
    [gone] = [r.gone for r in _rows(house, articles) if r.vendor_id == str(withdrawn)]
    assert gone, "a withdrawn page goes, whatever stands beside it"
    assert late == []
