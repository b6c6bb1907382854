"""Secrets in a message: found by check digits and the words beside them, masked in their place."""
from __future__ import annotations

import time

import pytest

from app.core.reading.sensitive import SecretKind, find, mask


@pytest.mark.parametrize(("text", "kind", "secret"), [
    ("my card is 4111 1111 1111 1111 12/27", SecretKind.CARD, "4111 1111 1111 1111"),
    ("5555-5555-5555-4444", SecretKind.CARD, "5555-5555-5555-4444"),
    ("amex 378282246310005.", SecretKind.CARD, "378282246310005"),
    ("3782 822463 10005", SecretKind.CARD, "3782 822463 10005"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", SecretKind.CARD, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
    ("IBAN DE89 3704 0044 0532 0130 00 danke", SecretKind.IBAN, "DE89 3704 0044 0532 0130 00"),
    ("fr1420041010050500013m02606", SecretKind.IBAN, "fr1420041010050500013m02606"),
    ("it is 536-22-8726", SecretKind.SSN, "536-22-8726"),
    ("my social security number is 536228726", SecretKind.SSN, "536228726"),
    ("AB 12 34 56 C", SecretKind.NINO, "AB 12 34 56 C"),
    ("passport number is 533401289, thanks", SecretKind.IDENTITY, "533401289"),
    ("Reisepassnummer C01X00T47", SecretKind.IDENTITY, "C01X00T47"),
    ("n° de passeport 12AB34567", SecretKind.IDENTITY, "12AB34567"),
    ("mi DNI: 12345678Z", SecretKind.IDENTITY, "12345678Z"),
    ("my password is Sunshine2024!", SecretKind.PASSWORD, "Sunshine2024"),
    ("Passwort: sonnenblume", SecretKind.PASSWORD, "sonnenblume"),
    ("mon mot de passe est Soleil2024", SecretKind.PASSWORD, "Soleil2024"),
    ("mi contraseña es Verano2023", SecretKind.PASSWORD, "Verano2023"),
    ("the pin is 4321", SecretKind.CODE, "4321"),
    ("cvv 123", SecretKind.CODE, "123"),
])  # fmt: skip
def test_a_secret_is_found_in_its_place(text, kind, secret):
    assert [(found.kind, text[found.start : found.end]) for found in find(text)] == [(kind, secret)]


@pytest.mark.parametrize("text", [
    "order number 4111 1111 1111 1111",
    "the order number is 4111 2222 3333 4444",
    "tracking 9400 1000 0000 0000 0000 00",
    "4111 1111 1111 1112",
    "0000 0000 0000 0000",
    "DE89 3704 0044 0532 0130 01",
    "+44 20 7946 0958",
    "order 123-4567890-1234567",
    "I forgot my password",
    "my password is not working",
    "my password is wrong",
    "my password is expired.",
    "password: minimum eight characters?",
    "Mein Passwort ist falsch",
    "mi contraseña no funciona",
    "the password reset link: https://example.com/reset?token=1",
    "my pin code is 110001",
    "passport renewal in 2025",
    "identity card for 2 people",
])  # fmt: skip
def test_a_harmless_number_or_word_is_no_secret(text):
    assert find(text) == ()


def test_masking_keeps_length_and_places():
    text = "card 4111-1111-1111-1111, pin 4321, order 77"
    assert mask(text) == "card ••••-••••-••••-••••, pin ••••, order 77"
    assert mask("nothing to hide") == "nothing to hide"


HOSTILE = (
    "1 ",
    "4",
    "4111 1111 1111 1111 ",
    "passport ",
    "password is ",
    "password for a b ",
    "a1-",
    "DE89 ",
    "pin 1",
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_megabyte_takes_little_longer_than_plain_text(unit):
    started = time.process_time()
    find("a plain word and 12 more of them. " * 30_000)
    plain = time.process_time() - started
    started = time.process_time()
    find(unit * (1_000_000 // len(unit)))
    assert time.process_time() - started < 40 * plain
