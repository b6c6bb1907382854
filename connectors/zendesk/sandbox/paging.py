"""Zendesk's two ways to page: `page[size]` with cursors, else `page` and `per_page`."""
from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from connectors.zendesk.sandbox import answers

Item = TypeVar("Item")
_LARGEST = 100


def page(
    items: Sequence[Item],
    key: str,
    form: Callable[[Item], Any],
    args: Mapping[str, str],
    url: str,
    *,
    default_size: int = 100,
) -> dict[str, Any]:
    """The page of `items` that `args` asks for, as Zendesk would answer it. `url` is the vendor's address of
    the list."""
    if "page[size]" in args or "page[after]" in args:
        return _by_cursor(items, key, form, args, url)
    number, size = _number(args.get("page"), 1), min(_number(args.get("per_page"), default_size), _LARGEST)
    start = (number - 1) * size
    more = start + size < len(items)
    kept = {k: v for k, v in args.items() if k not in ("page",)}
    return {
        key: [form(i) for i in items[start:start + size]],
        "count": len(items),
        "next_page": f"{url}?{urlencode({**kept, 'page': number + 1})}" if more else None,
        "previous_page": f"{url}?{urlencode({**kept, 'page': number - 1})}" if number > 1 else None,
    }


def _by_cursor(
    items: Sequence[Item], key: str, form: Callable[[Item], Any], args: Mapping[str, str], url: str
) -> dict[str, Any]:
    size = min(_number(args.get("page[size]"), 100), _LARGEST)
    start = decode(args["page[after]"]) if args.get("page[after]") else 0
    end = min(start + size, len(items))
    more = end < len(items)
    kept = {k: v for k, v in args.items() if k not in ("page[after]", "page[before]", "page[size]")}

    def link(parameter: str, cursor: str) -> str:
        extra = "&" + urlencode(kept) if kept else ""
        return f"{url}?page[size]={size}&page[{parameter}]={cursor}{extra}"  # brackets unencoded, as recorded

    return {
        key: [form(i) for i in items[start:end]],
        "meta": {
            "has_more": more,
            "after_cursor": encode(end) if items else None,
            "before_cursor": encode(start) if items else None,
        },
        "links": {
            "next": link("after", encode(end)) if more else None,
            "prev": link("before", encode(start)) if start else None,
        },
    }


def encode(position: int) -> str:
    return base64.urlsafe_b64encode(f"o{position}".encode()).decode().rstrip("=")


def decode(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith("o") or not text[1:].isdigit():
        raise answers.bad_request("page[after] is not a cursor of this list")
    return int(text[1:])


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdigit() or int(text) < 1:
        raise answers.bad_request(f"{text} is not a page number or size")
    return int(text)
