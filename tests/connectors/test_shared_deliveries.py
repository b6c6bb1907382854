"""Security cases of a delivery, written once and run for every connector there is.

A connector brings one genuine delivery (`benches.py`): headers, body, secret and the time it was signed.
Everything else is done to it here. What only a signature can tell (a changed body, an old stamp) is asked of
the connectors whose desks sign.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.clock import SECOND
from connectors.contract import Capability, Inbound
from connectors.errors import Rejected
from tests.connectors.benches import KINDS, SECRET, Genuine, bench_of, connector_of

SIGNED = [kind for kind in KINDS if Capability.SIGNED in connector_of(kind).capabilities]


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest) -> tuple[Inbound, Genuine]:
    return connector_of(request.param).inbound(), bench_of(request.param).genuine()


@pytest.fixture(params=SIGNED)
def signed(request: pytest.FixtureRequest) -> tuple[Inbound, Genuine]:
    return connector_of(request.param).inbound(), bench_of(request.param).genuine()


def is_proof(header: str) -> bool:
    return "signature" in header.lower() or "secret" in header.lower()


def refused(
    inbound: Inbound, delivery: Genuine, *, secrets: list[str] | None = None, production: bool = True
) -> int:
    with pytest.raises(Rejected) as rejected:
        inbound.verify(
            delivery.headers,
            delivery.body,
            [SECRET] if secrets is None else secrets,
            delivery.now,
            production=production,
        )
    assert "1001" not in str(rejected.value), "a refusal never quotes the body"
    return rejected.value.status


def test_a_genuine_delivery_is_accepted_and_read(case: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = case
    inbound.verify(genuine.headers, genuine.body, [SECRET], genuine.now, production=True)
    found = inbound.parse(genuine.headers, genuine.body)
    assert found is not None
    assert (found.subject, found.subject_id) == ("ticket", "1001")
    assert found.key


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_header_names_are_read_whatever_their_case(
    case: tuple[Inbound, Genuine], spelling: Callable[[str], str]
) -> None:
    inbound, genuine = case
    headers = {spelling(name): value for name, value in genuine.headers.items()}
    inbound.verify(headers, genuine.body, [SECRET], genuine.now, production=True)
    assert inbound.parse(headers, genuine.body) == inbound.parse(genuine.headers, genuine.body)


def test_an_unsigned_delivery_is_401(case: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = case
    unsigned = {name: value for name, value in genuine.headers.items() if not is_proof(name)}
    assert refused(inbound, replace(genuine, headers=unsigned)) == 401
    for name in genuine.headers:
        if is_proof(name):
            without = {n: v for n, v in genuine.headers.items() if n != name}
            assert refused(inbound, replace(genuine, headers=without)) == 401


def test_another_desks_secret_is_401(case: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = case
    assert refused(inbound, genuine.resigned(genuine.body, "another desk's secret")) == 401


def test_a_changed_body_is_401(signed: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = signed
    for body in (genuine.body + b" ", genuine.body.replace(b"1001", b"1002"), b""):
        assert refused(inbound, replace(genuine, body=body)) == 401


def test_a_delivery_without_a_configured_secret_is_503_and_never_passes(
    case: tuple[Inbound, Genuine],
) -> None:
    inbound, genuine = case
    for secrets in ([], [""]):
        assert refused(inbound, genuine, secrets=secrets) == 503
        assert refused(inbound, genuine.resigned(genuine.body, ""), secrets=secrets, production=False) == 503


@pytest.mark.parametrize("kind", [kind for kind in KINDS if bench_of(kind).published_secret])
def test_the_vendors_published_test_secret_is_refused_in_production(kind: str) -> None:
    inbound, genuine, published = (
        connector_of(kind).inbound(),
        bench_of(kind).genuine(),
        bench_of(kind).published_secret,
    )
    assert published is not None
    tested = genuine.resigned(genuine.body, published)
    assert refused(inbound, tested, secrets=[published]) == 503
    assert refused(inbound, tested, secrets=[published, SECRET]) == 401


@pytest.mark.parametrize("seconds", [-301, 301, 8 * 60, 30 * 86_400])
def test_a_replayed_or_early_signature_is_401(signed: tuple[Inbound, Genuine], seconds: int) -> None:
    inbound, genuine = signed
    assert refused(inbound, replace(genuine, now=genuine.now + seconds * SECOND)) == 401


def test_two_secrets_are_good_while_one_replaces_the_other(case: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = case
    old = "the old one, in the length of a real one"
    for secret in (old, SECRET):
        again = genuine.resigned(genuine.body, secret)
        inbound.verify(again.headers, again.body, [old, SECRET], again.now, production=True)


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[" * 100_000, b'{"ticket_id": NaN}', b'{"ticket_id": "\\ud800"}',
    b'{"ticket_id": "\xff"}',
     b'{"ticket_id": 1, "ticket_id": 2}', b"[]", b"null", b'"1001"', b"{}", b'{"ticket_id": null}',
     b'{"ticket_id": "1001; drop"}',
     b'{"ticket_id": ""}', b'{"ticket_id": {"a": 1}}',
     b'{"ticket_id": true}', b'{"ticket_id": "' + b"9" * 21 + b'"}', b'{"ticket_id": -5}',
     b'{"ticket_id": 1.5}',
     b'{"ticket_id": "\xd9\xa1\xd9\xa2"}'],
)  # fmt: skip
def test_a_signed_body_that_cannot_be_read_is_400(case: tuple[Inbound, Genuine], body: bytes) -> None:
    inbound, genuine = case
    signed = genuine.resigned(body)
    inbound.verify(signed.headers, signed.body, [SECRET], signed.now, production=True)
    with pytest.raises(Rejected) as rejected:
        inbound.parse(signed.headers, signed.body)
    assert rejected.value.status == 400


def test_the_same_delivery_keeps_its_key_over_the_desks_own_retries(case: tuple[Inbound, Genuine]) -> None:
    inbound, genuine = case
    first, second = (inbound.parse(genuine.headers, genuine.body) for _ in range(2))
    assert first == second
    assert json.loads(genuine.body)["ticket_id"] == getattr(first, "subject_id", None)
