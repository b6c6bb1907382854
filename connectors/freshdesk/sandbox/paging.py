"""Freshdesk's way to page: `page` and `per_page`, and a `Link` header while there is more (F12)."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify

from connectors.freshdesk.sandbox import answers

Item = TypeVar("Item")
_DEFAULT, _LARGEST, _LAST_PAGE = 30, 100, 300


def page(items: Sequence[Item], form: Callable[[Item], Any], args: Mapping[str, str], url: str) -> Response:
    """The page of `items` that `args` asks for. `url` is the vendor's address of the list. Raises Refusal 400
    past the last page."""
    number, size = whole(args, "page", 1, _LAST_PAGE), whole(args, "per_page", _DEFAULT, _LARGEST)
    start = (number - 1) * size
    answer = jsonify([form(i) for i in items[start:start + size]])
    if start + size < len(items):
        answer.headers["Link"] = f'<{url}?{urlencode({**args, "page": number + 1})}>; rel="next"'
    return answer


def whole(args: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = args.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= largest:
        raise answers.invalid(
            (name, f"It should be a Positive Integer less than or equal to {largest}", "invalid_value")
        )
    return int(text)
