"""What the shared tests need of Freshdesk."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.clock import from_iso
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.benches import SECRET, Bench, Genuine
from tests.connectors.freshdesk.wiring import settings


def genuine() -> Genuine:
    body = b'{"ticket_id": "1001"}'
    return Genuine(_signed(body, SECRET), body, from_iso("2026-03-11T12:00:00Z"), _signed)


def _signed(body: bytes, secret: str) -> Mapping[str, str]:
    return {"X-Candor-Secret": secret, "Content-Type": "application/json"}


BENCH = Bench(
    sandbox=lambda clock, articles: SandboxFreshdesk(articles, seed=7, clock=clock),
    settings=settings,
    wrong_key={"api_key": "revoked"},
    genuine=genuine,
    text="body_text",
)
