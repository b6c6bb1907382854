"""JSON from outside, within bounds: depth and size are known before a parser sees it, and what JSON leaves
open is refused.

Plain `json.loads` takes NaN and duplicate keys, and dies on a hundred thousand opening brackets. Half a
character is repaired, not refused: it stands in what some customer typed, and the delivery tells of their
ticket all the same.
"""
from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from connectors.clean import carriable_json
from connectors.errors import Rejected

MAX_DEPTH = 32
MAX_TOKENS = 20_000
_LONGEST_INTEGER = 40  # digits; a vendor's ids have a dozen
NUMBER_ID = re.compile(r"[0-9]{1,20}")

# One pass, each character taken once. The closing quote is optional, or an unclosed string would be scanned
# again from every quote in it.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]|[^\s"{}\[\],:]++', re.DOTALL)


class Lenient(Schema):
    """A body of a vendor's own: they add keys as they like, and refusing one would lose a customer's
    message."""

    class Meta:
        unknown = EXCLUDE


class NumberId(fields.Field[str]):
    """An id of digits, as text: desks write it as text in one place and as a number in another."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not NUMBER_ID.fullmatch(text.strip()):
            raise ValidationError("must be a number")
        return text.strip()


def bounded_json(body: bytes, max_depth: int = MAX_DEPTH, max_tokens: int = MAX_TOKENS) -> Any:
    """The value in the body. Raises Rejected(400), naming what is wrong and quoting nothing.

    Refused: not UTF-8, deeper than `max_depth`, more than `max_tokens` strings, numbers, words and brackets,
    NaN and infinities, integers of more than 40 digits, duplicate keys, and everything that is no JSON. Lone
    surrogates, NUL and noncharacters come out as U+FFFD. Time is linear in the body.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("the body is not UTF-8", 400) from None
    _measure(text, max_depth, max_tokens)
    try:
        value = _DECODER.decode(carriable_json(text))
    except (ValueError, RecursionError):
        raise Rejected("the body is not JSON", 400) from None
    return value


def _measure(text: str, max_depth: int, max_tokens: int) -> None:
    opened = text.count("{") + text.count("[")
    # Each bracket closes at most once, and a value or key follows a bracket, comma or colon: no JSON within
    # these counts can exceed the limits, whatever stands in its strings. Nearly every delivery ends here, at
    # a tenth of the cost of the walk below.
    if opened <= max_depth and 3 * opened + text.count(",") + text.count(":") < max_tokens:
        return
    depth = 0
    for tokens, match in enumerate(_TOKEN.finditer(text), start=1):
        if tokens > max_tokens:
            raise Rejected("the body has too many parts", 400)
        first = text[match.start()]
        if first in "{[":
            depth += 1
            if depth > max_depth:
                raise Rejected("the body is nested too deeply", 400)
        elif first in "}]":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Rejected("the body names a key twice", 400)
    return made


def _no_constant(_name: str) -> NoReturn:
    raise Rejected("the body holds a number that is none (NaN or infinity)", 400)


def _short_integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise Rejected("the body holds a number that is too long", 400)
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Rejected("the body holds a number that is none (NaN or infinity)", 400)
    return value


# Made once: `json.loads` makes one for each body it reads in another way than the plain one.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_duplicates,
    parse_constant=_no_constant,
    parse_int=_short_integer,
    parse_float=_finite,
)
