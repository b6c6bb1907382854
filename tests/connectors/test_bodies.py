"""JSON within bounds."""
from __future__ import annotations

import json

import pytest

from connectors.bodies import bounded_json
from connectors.errors import Rejected
from tests.pace import paces


@pytest.mark.parametrize(
    "value",
    [{}, [], "text", 1, -2.5, None, True, {"a": [1, {"b": "ü – 漢字 😀 \" \\ / \n"}]},
    {"deep": [[[[[[[[[[1]]]]]]]]]]}, 2**63],
)  # fmt: skip
def test_ordinary_json_is_read_as_it_is(value: object) -> None:
    assert bounded_json(json.dumps(value).encode()) == value
    assert bounded_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deep"),
        (b"[" * 33 + b"]" * 33, "deep"),
        (b"[" + b"1," * 20_001 + b"1]", "parts"),
        (b"[NaN]", "none"),
        (b"[-Infinity]", "none"),
        (b"[1e999]", "none"),
        (b"[" + b"9" * 41 + b"]", "long"),
        (b"[" + b"9" * 5_000 + b"]", "long"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"x":{"a":1,"\\u0061":2}}', "twice"),
        (b'{"a\\ud800":1,"a\\udc00":2}', "twice"),
        (b'["\xed\xa0\x80"]', "UTF-8"),
        (b'["\xff"]', "UTF-8"),
        ("[1]".encode("utf-16"), "UTF-8"),
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[1,]", "JSON"),
        (b"{'a':1}", "JSON"),
        (b'["unfinished', "JSON"),
        (b"[1] [2]", "JSON"),
        (b"\xef\xbb\xbf[1]", "JSON"),
        (b"]" * 50, "JSON"),
    ],
)
def test_what_json_leaves_open_is_refused_with_400(body: bytes, why: str) -> None:
    with pytest.raises(Rejected) as refused:
        bounded_json(body)
    assert refused.value.status == 400
    assert why in str(refused.value)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert bounded_json(b'["\\ud83d\\ude00"]') == ["😀"]


@pytest.mark.parametrize(("body", "value"), [
    (b'["Hole \\ud83d"]', ["Hole \ufffd"]), (b'{"\\uDFFF":1}', {"\ufffd": 1}), (b'["a\\u0000b"]',
    ["a\ufffdb"]),
    (b'["\\ud83d\\ud83d\\ude00"]', ["\ufffd😀"]), (b'["\\\\ud83d"]', ["\\ud83d"]), ('["\uffff"]'.encode(),
    ["\ufffd"]),
    (b'["\\ud83f\\udffe"]', ["\ufffd"]),
])
def test_what_no_database_can_carry_is_repaired_and_costs_no_delivery(body: bytes, value: object) -> None:
    assert bounded_json(body) == value


def test_brackets_inside_a_text_are_no_depth() -> None:
    assert bounded_json(json.dumps(["[" * 500 + '\\"{' * 500]).encode())


@pytest.mark.parametrize("unit", ['\\"', '"', "\\", '"\\', "[", "{\"a\":", "1,", " ", "\\\\\""])
def test_the_time_is_linear_in_the_body(unit: str) -> None:
    body = ('["' + unit * (1_000_000 // len(unit))).encode()

    def refused() -> None:
        with pytest.raises(Rejected):
            bounded_json(body, max_depth=10**9, max_tokens=10**9)

    assert paces(refused, 60) < 60  # a quadratic scan of a megabyte takes hours
