"""Every kind of failure once, with a link, an address and a subject planted in it, in a process of its own.

    python -m tests.planted VAR

What it tells on stderr is what `tests/test_planted.py` searches; on stdout it names the failures it caused.
"""
from __future__ import annotations

import dataclasses
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.store.database import DEFAULT_TENANT
from app.store.queues import jobs
from app.web.access import public_page
from config.logs import set_up_logs
from tests.flow.desks import zendesk_side
from tests.flow.house import House, open_house
from tests.web.seeding import WebHouse, build
from workers import jobs as working
from workers.deciding.process import process_one
from workers.knowledge.keeper import IndexKeeper

LINK, ADDRESS, SUBJECT = "/t/Qx7planted.token", "jezebel.quibble@example.com", "Xylophonic wellingtons"
WORDS = f"{SUBJECT} of {ADDRESS} at {LINK}?subject=Zebrawords"
HERE = "http://127.0.0.1"
PATHS = (
    LINK, f"{LINK}?subject=Zebrawords", f"/tickets/{SUBJECT}?after={ADDRESS}", f"/nowhere{LINK}",
    "/a/Qx7planted/1", f"/login?next={LINK}", "/hooks/Qx7planted",
)  # fmt: skip


def broken(*_: object, **__: object) -> Any:
    raise ValueError(WORDS)


def pages(web: WebHouse) -> None:
    web.app.testing = False  # a page that breaks is answered and logged, as in production
    client = web.app.test_client()
    for view in ("as they are", "raising"):
        for path in PATHS:
            for method in ("GET", "POST", "PUT"):
                client.open(path, method=method, base_url=HERE, headers={"Origin": HERE}, data={"x": WORDS})
        if view == "as they are":
            for endpoint in list(web.app.view_functions):
                web.app.view_functions[endpoint] = public_page(lambda **given: broken(given))


def refused_deliveries(web: WebHouse) -> None:
    client = web.app.test_client()
    for n in range(50):
        sent = {"subject": WORDS, "n": n}
        client.post("/hooks/desk-larkfield", base_url=HERE, json=sent, headers={"X-Sign": LINK})


def worker(house: House) -> None:
    side = zendesk_side(house)
    side.write(WORDS, subject=SUBJECT, name="Jezebel Quibble", email=ADDRESS)
    house.clock.advance(60)
    process_one(dataclasses.replace(house.work, search=broken))
    with house.db.write() as tx:
        jobs.ask(tx, DEFAULT_TENANT, "j1", "planted", {}, house.clock(), house.clock() + 10**12)
    working.KINDS["planted"] = broken
    working.job_one(house.work)


def desk(house: House) -> None:
    side = zendesk_side(house)
    for fault in ("X4", "X9", "X5", "X8-login", "X8-truncated", "X1", "X10"):
        side.write(WORDS, subject=SUBJECT, name="Jezebel Quibble", email=ADDRESS)
        house.desk.do.fault(fault, nth=1)
        house.settle(200)
        house.poll()


def libraries(house: House) -> None:
    error = ValueError(WORDS)
    logging.getLogger("gunicorn.error").error("Error handling request %s", f"{LINK}?subject=Zebrawords")
    logging.getLogger("celery.app.trace").error("Task work raised unexpected: %r", error, exc_info=error)
    logging.getLogger("celery.worker").error("broke: %s", error, exc_info=(ValueError, error, None))
    logging.getLogger("urllib3").warning("Retrying %s", "https://desk.example.com/search?query=Xylophonic")
    keeper = IndexKeeper(house.db, house.settings.var, house.clock, broken)
    try:
        keeper.look()
    except ValueError:
        logging.getLogger("keeper").exception("keeper broke")


def main(var: Path) -> None:
    set_up_logs("debug", "planted")
    web = build(var / "web")
    parts: list[Callable[[], None]] = [lambda: pages(build(var / "pages")), lambda: refused_deliveries(web)]
    for part in parts:
        part()
    with open_house(f"sqlite:///{var}/candor.db", var) as house:
        for of_house in (worker, desk, libraries):
            of_house(house)
            print(of_house.__name__)
    print("pages")
    print("refused_deliveries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
