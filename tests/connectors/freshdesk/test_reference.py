"""The visible line by which our own writes are found again."""
from __future__ import annotations

import re

from connectors.freshdesk.reference import ALPHABET, carries, reference, reference_line, strip_reference


def test_a_row_has_one_reference_for_ever() -> None:
    assert reference("key-1") == reference("key-1") == "56HE-KB"
    assert len({reference(f"key-{n}") for n in range(5_000)}) > 4_995


def test_a_reference_can_be_read_out_on_the_phone() -> None:
    assert not set("01IOLUV") & set(ALPHABET)
    for n in range(200):
        assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{2}", reference(str(n)))


def test_the_line_is_found_whatever_the_desk_did_to_its_blanks() -> None:
    line = reference_line("key-1")
    for text in (line, f"Thanks.\n{line}", f"a {line} b", line.replace(" ", "\u00a0"), f"x\n> {line}\n"):
        assert carries(text, "key-1")
    for text in (
        "",
        line + "X",
        line[:-1],
        reference("key-1"),
        line.replace("Ref", "Pref"),
        reference_line("key-2"),
    ):
        assert not carries(text, "key-1")


def test_a_customers_quote_loses_the_line_and_nothing_else() -> None:
    line = reference_line("key-1")
    assert strip_reference(f"It did not work.\n> Thanks\n> {line}\nBye") == "It did not work.\n> Thanks\nBye"
    for kept in (f"My number is {line}, please.", "Ref 12", "Ref ABC", "Reference 7F3K-2Q", "Ref 10IO-UL"):
        assert strip_reference(kept) == kept
