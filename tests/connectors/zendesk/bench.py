"""What the shared tests need of Zendesk."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.clock import from_iso
from connectors.zendesk import signing
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.benches import SECRET, Bench, Genuine
from tests.connectors.zendesk.wiring import settings

AT = "2026-03-11T12:00:00Z"


def genuine() -> Genuine:
    body = b'{"ticket_id": "1001"}'
    return Genuine(_signed(body, SECRET), body, from_iso(AT), _signed)


def _signed(body: bytes, secret: str) -> Mapping[str, str]:
    return {
        "X-Zendesk-Webhook-Signature": signing.sign(secret, AT, body),
        "X-Zendesk-Webhook-Signature-Timestamp": AT,
        "X-Zendesk-Webhook-Invocation-Id": "01HZ4W7VQ2N9G6X3T5R8M1K0AB",
        "X-Zendesk-Webhook-Id": "01HZ4W7VQ2N9G6X3T5R8M1K0AA",
        "X-Zendesk-Account-Id": "12345678",
        "Content-Type": "application/json; charset=utf-8",
    }


BENCH = Bench(
    sandbox=lambda clock, articles: SandboxZendesk(articles, seed=7, clock=clock),
    settings=settings,
    wrong_key={"api_token": "revoked"},
    genuine=genuine,
    text="plain_body",
    published_secret=signing.PUBLISHED_TEST_SECRET,
)
