"""What the shared tests need of Paper."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.clock import to_iso
from tests.connectors.benches import SECRET, START, Bench, Genuine
from tests.connectors.paper.inbound import sign
from tests.connectors.paper.sandbox import SandboxPaper

AT = to_iso(START)


def settings(desk: Any) -> dict[str, str]:
    return {"subdomain": desk.state.account, "key": desk.key}


def genuine() -> Genuine:
    body = b'{"ticket_id": "1001"}'
    return Genuine(_signed(body, SECRET), body, START, _signed)


def _signed(body: bytes, secret: str) -> Mapping[str, str]:
    return {"X-Paper-Signature": sign(secret, AT, body), "X-Paper-Time": AT, "X-Paper-Delivery": "paper-7"}


BENCH = Bench(
    sandbox=SandboxPaper, settings=settings, wrong_key={"key": "revoked"}, genuine=genuine, text="text"
)
