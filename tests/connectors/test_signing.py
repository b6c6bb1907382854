"""The signature of a delivery: published vectors, the superseded order, rotation, freshness."""
from __future__ import annotations

from pathlib import Path

import pytest

from connectors.clock import SECOND, from_iso
from connectors.errors import Rejected
from connectors.zendesk import signing

SAMPLE = Path("connectors/zendesk/samples/aaronellington-zendesk-go/group_membership_created.json")
AT = "2021-03-25T05:09:27Z"
NOW = from_iso(AT)
SECRET = "3kk1l0SXhVs9vNqPxxtVxtVnKTXgEqhbWdHRXYF4Yh0="


def accepted(
    signature: str | None,
    timestamp: str | None,
    body: bytes,
    *secrets: str,
    now: int = NOW,
    production: bool = False,
) -> bool:
    try:
        signing.verify(signature, timestamp, body, secrets, now, production=production)
    except Rejected as rejected:
        assert rejected.status in (401, 503)
        return False
    return True


def test_the_sample_keeps_its_last_newline() -> None:
    body = SAMPLE.read_bytes()
    assert len(body) == 534
    assert body.endswith(b"\n")


def test_the_published_vector_of_an_independent_implementer_is_reproduced() -> None:
    body = SAMPLE.read_bytes()
    assert (
        signing.sign(signing.PUBLISHED_TEST_SECRET, "1234", body)
        == "10IqYzYTLHRftNsNE+im0DeOM6/JactIRuy0XCHJ9B8="
    )
    assert (
        signing.sign(signing.PUBLISHED_TEST_SECRET, "1234", body.rstrip(b"\n"))
        == "kvWjaewTmBsDVRjQ3UaEiTsGMU5eeIv33St++Kl9z+Q="
    )


def test_an_empty_body_is_legal() -> None:
    signature = "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="
    assert accepted(signature, AT, b"", signing.PUBLISHED_TEST_SECRET)
    assert not accepted(signature, AT, b" ", signing.PUBLISHED_TEST_SECRET)


def test_the_superseded_order_of_body_and_timestamp_is_refused() -> None:
    secret, at, body = (
        "HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=",
        "2021-07-25T10:00:00Z",
        b'{"say": "hello"}',
    )
    assert not accepted("tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=", at, body, secret, now=from_iso(at))
    assert accepted("Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk=", at, body, secret, now=from_iso(at))


def test_the_published_test_secret_is_no_secret_in_production() -> None:
    signature = signing.sign(signing.PUBLISHED_TEST_SECRET, AT, b"{}")
    assert accepted(signature, AT, b"{}", signing.PUBLISHED_TEST_SECRET)
    assert not accepted(signature, AT, b"{}", signing.PUBLISHED_TEST_SECRET, SECRET, production=True)
    assert accepted(
        signing.sign(SECRET, AT, b"{}"), AT, b"{}", signing.PUBLISHED_TEST_SECRET, SECRET, production=True
    )
    with pytest.raises(Rejected) as refused:
        signing.verify(signature, AT, b"{}", [signing.PUBLISHED_TEST_SECRET], NOW, production=True)
    assert refused.value.status == 503


@pytest.mark.parametrize("secrets", [[], [""]])
def test_no_secret_is_503_and_never_a_bypass(secrets: list[str]) -> None:
    with pytest.raises(Rejected) as refused:
        signing.verify(signing.sign("", AT, b"{}"), AT, b"{}", secrets, NOW, production=False)
    assert refused.value.status == 503


def test_during_a_rotation_either_secret_is_good() -> None:
    for secret in ("old-secret", SECRET):
        assert accepted(signing.sign(secret, AT, b"{}"), AT, b"{}", "old-secret", SECRET)
    assert not accepted(signing.sign("gone", AT, b"{}"), AT, b"{}", "old-secret", SECRET)


@pytest.mark.parametrize(("away", "good"), [(0, True), (300, True), (-300, True), (301, False), (-301, False),
(86_400, False)])
def test_a_signature_is_good_for_five_minutes_either_way(away: int, good: bool) -> None:
    assert accepted(signing.sign(SECRET, AT, b"{}"), AT, b"{}", SECRET, now=NOW + away * SECOND) is good


@pytest.mark.parametrize("body", [b"{ }", b"{}\n", b"", b'{"a":1}'])
def test_a_changed_byte_is_refused(body: bytes) -> None:
    assert not accepted(signing.sign(SECRET, AT, b"{}"), AT, body, SECRET)


@pytest.mark.parametrize(
    "signature",
    [None, "", "x", "=" * 44, "é" * 44, "A" * 10_000, signing.sign(SECRET, AT, b"{}").rstrip("="),
    signing.sign(SECRET, AT, b"{}") + "\n",
     signing.sign(SECRET, AT, b"{}").lower(), "\ud800"],
)  # fmt: skip
def test_a_signature_of_another_form_is_refused_and_never_an_error(signature: str | None) -> None:
    assert not accepted(signature, AT, b"{}", SECRET)


@pytest.mark.parametrize(
    "timestamp", [None, "", "1234", "2021-03-25", "2021-03-25T05:09:27", "9999999-01-01T00:00:00Z",
    "Z" * 9_999, "é", "\ud800"]
)
def test_a_timestamp_that_cannot_be_read_is_refused_and_never_an_error(timestamp: str | None) -> None:
    signature = (
        signing.sign(SECRET, timestamp, b"{}") if timestamp and timestamp.isascii() else "A" * 43 + "="
    )
    assert not accepted(signature, timestamp, b"{}", SECRET)
