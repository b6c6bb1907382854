"""The door for deliveries: whatever is sent, only what the desk signed gets a row, nothing breaks, and a
flood costs no query."""
from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.factory import create_app
from connectors.clock import to_iso
from connectors.zendesk.signing import sign
from tests.figures import Figures
from tests.flow.house import DESK, House
from tests.pace import paces

SIGNATURE, STAMP, ID = (
    "X-Zendesk-Webhook-Signature",
    "X-Zendesk-Webhook-Signature-Timestamp",
    "X-Zendesk-Webhook-Invocation-Id",
)
BODY = b'{"ticket_id": "77"}'
DESKS_PATIENCE = 10_000  # milliseconds until a desk that was not answered counts a failure


@pytest.fixture
def house(again: House) -> House:
    return again


def without(name: str) -> Callable[[House], dict[str, str]]:
    return lambda house: {k: v for k, v in house.signed_now(BODY).items() if k != name}


def changed(name: str, value: str) -> Callable[[House], dict[str, str]]:
    return lambda house: {**house.signed_now(BODY), name: value}


def signed_with(secret: str) -> Callable[[House], dict[str, str]]:
    return lambda house: {**house.signed_now(BODY), SIGNATURE: sign(secret, to_iso(house.clock()), BODY)}


def signed_ago(seconds: int) -> Callable[[House], dict[str, str]]:
    def headers(house: House) -> dict[str, str]:
        house.clock.advance(-seconds)
        made = house.signed_now(BODY)
        house.clock.advance(seconds)
        return made

    return headers


@pytest.mark.parametrize("headers", [
    without(SIGNATURE), without(STAMP), changed(SIGNATURE, ""), changed(SIGNATURE, "bm90IGl0"),
    changed(SIGNATURE, "*" * 44),
    changed(SIGNATURE, "A" * 8000), changed(STAMP, ""), changed(STAMP, "yesterday"), changed(STAMP,
    "9" * 400),
    changed(STAMP, "2026-10-13T10:12:00"), signed_with(""), signed_with("the secret of another desk"),
    signed_ago(360), signed_ago(-360),
], ids=range(14))
def test_a_signature_that_is_missing_wrong_or_old_is_401_and_leaves_no_row(
    house: House, headers: Callable[[House], dict[str, str]]
) -> None:
    before = len(house.deliveries())
    assert house.send(BODY, headers(house)).status_code == 401
    assert len(house.deliveries()) == before


def test_the_same_body_written_anew_is_not_the_signed_one(house: House) -> None:
    headers = house.signed_now(BODY)
    for body in (json.dumps(json.loads(BODY), indent=1).encode(), BODY + b"\n", b""):
        assert house.send(body, headers).status_code == 401


def test_a_header_that_stands_twice_is_refused_or_read_as_one_and_never_breaks(house: House) -> None:
    """Which of two signatures counts must not be the sender's choice."""
    good, before = house.signed_now(BODY), len(house.deliveries())
    for name in (SIGNATURE, STAMP):
        for pair in ((good[name], "bm90IGl0"), ("bm90IGl0", good[name])):
            lines = [f"{k}: {v}" for k, v in good.items() if k != name] + [f"{name}: {v}" for v in pair]
            assert raw(house, "\r\n".join([*lines, f"Content-Length: {len(BODY)}"]), BODY) == 401
    assert len(house.deliveries()) == before


def test_the_same_delivery_again_is_200_and_known(house: House) -> None:
    assert house.post_signed(BODY, "one-and-the-same").text == "kept\n"
    house.clock.advance(30)
    assert house.post_signed(BODY, "one-and-the-same").text == "known\n"


def raw(house: House, headers: str, body: bytes) -> int:
    """The status of a request written by hand."""
    address = urlsplit(house.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10) as line:
        line.sendall(
            f"POST /hooks/{DESK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n".encode(
                "latin-1"
            )
            + body
        )
        return int(line.recv(200).split(b" ")[1])


@pytest.fixture(scope="module")
def door(long_house: House) -> FlaskClient:
    return create_app(
        long_house.settings, long_house.db, long_house.keys, long_house.clock, lambda *_: None
    ).test_client()


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    headers=st.dictionaries(st.sampled_from([SIGNATURE, STAMP, ID, "Content-Type", "Content-Encoding",
    "Transfer-Encoding", "Origin"]),
                            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"),
                            max_size=80)),
    body=st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda t: t.encode("utf-8",
    "surrogatepass")),
                   st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
                                lambda inner: st.lists(inner,
                                max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
                                max_leaves=12).map(lambda value: json.dumps(value).encode())),
    signed=st.booleans(),
)
def test_no_header_and_no_body_breaks_the_door(
    door: FlaskClient, long_house: House, headers: dict[str, str], body: bytes, signed: bool
) -> None:
    sent = {**(long_house.signed_now(body) if signed else {}), **headers}
    answer = door.post(f"/hooks/{DESK}", data=body, headers=sent)
    assert answer.status_code < 500, (answer.status_code, sent, body)
    assert b"Traceback" not in answer.data


def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    good = "\r\n".join(f"{k}: {v}" for k, v in house.signed_now(BODY).items())

    def refused() -> None:
        assert raw(house, f"{good}\r\nContent-Length: {100 * 1024 * 1024}", b"x") == 413
        assert (
            raw(house, f"{good}\r\nContent-Encoding: gzip\r\nContent-Length: 10", b"\x1f\x8b" + b"\0" * 8) == 415
        )

    assert paces(refused, 40) < 40


@pytest.mark.parametrize("body", [
    b'{"ticket_id":' * 70_000, b"[" * 100_000, b'{"ticket_id": ' + b"9" * 5000 + b"}", b'{"ticket_id": NaN}',
    b'{"ticket_id": 1e999}',
    b'{"ticket_id": 1, "ticket_id": 2}', b'{"ticket_id": "\\ud800"}', b'{"ticket_id": "1\\u0000"}',
    b"\0" * 1000,
    b'{"a": "' + b"x" * 900_000 + b'"}', b"[" + b"1," * 400_000 + b"1]",
], ids=["deep", "brackets", "long number", "NaN", "infinity", "twice", "surrogate", "NUL", "NULs",
"long text", "many parts"])
def test_hostile_json_is_400_at_once(house: House, body: bytes) -> None:
    headers = house.signed_now(body)
    house.send(b"", headers)
    refused: list[int] = []
    assert paces(lambda: refused.append(house.send(body, headers).status_code), 20) < 20
    assert set(refused) == {400}


def test_a_flood_without_a_signature_asks_the_database_nothing_and_signed_ones_are_kept_beside_it(
    house: House, figures: Figures
) -> None:
    # the desks are known from here on for two seconds of the clock, which stands still
    house.post_signed(BODY)
    before, asked = len(house.deliveries()), []

    def note(*given: Any) -> None:
        asked.append(given[2])

    forged = {**house.signed_now(BODY), SIGNATURE: "bm90IGl0"}

    def flood(_: int) -> set[int]:
        with requests.Session() as line:
            return {
                line.post(f"{house.url}/hooks/{DESK}", data=BODY, headers=forged, timeout=10).status_code
                for _ in range(100)
            }

    genuine = [house.signed_now(BODY) for _ in range(20)]
    event.listen(house.db.engine, "before_cursor_execute", note)
    waits = []
    with ThreadPoolExecutor(6) as threads:
        flooding = [threads.submit(flood, n) for n in range(5)]
        for headers in genuine:
            started = time.perf_counter()
            assert house.send(BODY, headers).status_code == 200
            waits.append((time.perf_counter() - started) * 1000)
        assert {status for one in flooding for status in one.result()} == {401}
    event.remove(house.db.engine, "before_cursor_execute", note)
    assert asked == [], (
        "a forged delivery is refused from memory, and a signed one is kept without a query through "
        "SQLAlchemy"
    )
    assert len(house.deliveries()) == before + 20
    figures("door", "signed_ms_beside_500_forged_max", max(waits), 20)
    assert max(waits) < DESKS_PATIENCE
