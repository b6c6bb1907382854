"""The query language of Freshdesk's search: `status:2 AND (group_id:5 OR group_id:null) AND
created_at:>'2026-03-01'` (F13).

Source: copies of FD, "Filter Tickets": `:>` is greater or equal, `:<` is less or equal, texts and dates in
single quotes.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Test = Callable[[Document], bool]

_TOKEN = re.compile(r"\s*(\(|\)|AND\b|OR\b|(\w+):([<>]?)('(?:[^'\\]|\\.)*'|-?\d+|null|true|false))")
_DATES = ("created_at", "updated_at", "due_by", "fr_due_by")
NAMES = ("agent_id", "group_id", "priority", "status", "tag", "type", *_DATES)


class BadQuery(ValueError):
    """The query cannot be read; the message says where."""


def parse(text: str, custom: frozenset[str]) -> Test:
    """A test of a document. `custom` are the names of custom fields. Raises BadQuery."""
    tokens = _tokens(text)
    if not tokens:
        raise BadQuery("the query is empty")
    test, rest = _either(tokens, custom)
    if rest:
        raise BadQuery(f"unexpected {rest[0].group(1)}")
    return test


def _tokens(text: str) -> list[re.Match[str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"cannot read {text[at:at + 20].strip()}")
        found.append(match)
        at = match.end()
    return found


def _either(tokens: list[re.Match[str]], custom: frozenset[str]) -> tuple[Test, list[re.Match[str]]]:
    tests = []
    while True:
        test, tokens = _both(tokens, custom)
        tests.append(test)
        if not tokens or tokens[0].group(1) != "OR":
            return (lambda d: any(t(d) for t in tests)), tokens
        tokens = tokens[1:]


def _both(tokens: list[re.Match[str]], custom: frozenset[str]) -> tuple[Test, list[re.Match[str]]]:
    tests = []
    while True:
        test, tokens = _one(tokens, custom)
        tests.append(test)
        if not tokens or tokens[0].group(1) != "AND":
            return (lambda d: all(t(d) for t in tests)), tokens
        tokens = tokens[1:]


def _one(tokens: list[re.Match[str]], custom: frozenset[str]) -> tuple[Test, list[re.Match[str]]]:
    if not tokens:
        raise BadQuery("the query ends too early")
    head = tokens[0]
    if head.group(1) == "(":
        test, rest = _either(tokens[1:], custom)
        if not rest or rest[0].group(1) != ")":
            raise BadQuery("a bracket is not closed")
        return test, rest[1:]
    if head.group(2) is None:
        raise BadQuery(f"unexpected {head.group(1)}")
    name, operator, value = head.group(2), head.group(3), _value(head.group(4))
    if name not in NAMES and name not in custom:
        raise BadQuery(f"{name} cannot be searched by")
    return _test(name, operator, value), tokens[1:]


def _value(text: str) -> Any:
    if text.startswith("'"):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return (
        {"null": None, "true": True, "false": False}[text] if text in ("null", "true", "false") else int(text)
    )


def _test(name: str, operator: str, value: Any) -> Test:
    def test(document: Document) -> bool:
        have: Any = document.get(name)
        if name == "tag":
            return value in have if value is not None else not have
        if name in _DATES and isinstance(have, str) and isinstance(value, str):
            have = have[:10]  # whole days
        if operator and (have is None or value is None or type(have) is not type(value)):
            return False
        return bool(have >= value if operator == ">" else have <= value if operator == "<" else have == value)

    return test
