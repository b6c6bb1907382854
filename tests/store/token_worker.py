"""A worker that asks its desk who it is: `python -m tests.store.token_worker DATABASE DESK SECRET KEY NOW`.

Prints the user's id.
"""
from __future__ import annotations

import sys

from app.keys import Keys
from app.store.database import Database
from app.store.tokens import DatabaseTokenStore
from connectors.clock import SetClock
from connectors.contract import Connection
from connectors.limits import RateBudget
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk

ACCOUNT, CLIENT = "larkfield", "candor_assistant"


def desk(db: Database, keys: Keys, url: str, secret: str, clock: SetClock) -> ZendeskDesk:
    settings = {"subdomain": ACCOUNT, "client_id": CLIENT, "client_secret": secret}
    client = ZendeskClient(
        Connection("shop", settings, {}, url), clock, RateBudget(), sandbox_allowed=True
    )
    client.tokens = DatabaseTokenStore(db, keys)
    return ZendeskDesk(client)


if __name__ == "__main__":
    database, url, secret, fernet, now = sys.argv[1:]
    keys = Keys((fernet,), b"l" * 32, b"k" * 32, b"s" * 32)
    print(desk(Database(database), keys, url, secret, SetClock(int(now))).whoami().id)
