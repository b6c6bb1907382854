"""The facts a message names (order and tracking numbers, amounts, dates, sizes …), each with its place. All
patterns are bounded."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from config.wording import Words

ENTITIES_MAX = 40
ORDER, TRACKING, AMOUNT, DATE, EMAIL, PHONE, SIZE, QUANTITY = (
    "order",
    "tracking",
    "amount",
    "date",
    "email",
    "phone",
    "size",
    "quantity",
)
CLAIMS = (EMAIL, TRACKING, DATE, AMOUNT, ORDER, PHONE, SIZE, QUANTITY)

_NUMBER = r"\d{1,3}(?:[ .,'\u00a0]\d{3}){0,3}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_SIGN = r"[£$€¥]|CHF|EUR|GBP|USD"
_FIXED = (
    (EMAIL, r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    (TRACKING, r"\b(?:1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2})\b"),
    (DATE, r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))\b"),
    (AMOUNT, rf"(?:{_SIGN})\s?(?:{_NUMBER})(?![\w])|(?<![\w.,])(?:{_NUMBER})\s?(?:{_SIGN})(?!\w)"),
    (
        PHONE,
        r"(?<![\w+])(?:\+|00)\d{1,3}(?:[ ()./-]{0,2}\d{1,5}){2,6}|(?<![\w.,#-])0\d{2,5}[ /-]\d{3,4}(?:[ "
        r"-]?\d{2,4}){0,2}(?!\w)",
    ),
    (ORDER, r"(?<!\w)#\s?[A-Z]{0,4}-?\d{3,12}\b"),
)


def entities(text: str, words: Mapping[str, Words]) -> tuple[tuple[str, int, int], ...]:
    """(kind, start, end) in order of their place; where two kinds claim one place, the earlier in CLAIMS
    wins."""
    taken: list[tuple[str, int, int]] = []
    for kind, pattern, group in _patterns(tuple(words.values())):
        for match in pattern.finditer(text):
            start, end = match.span(group)
            if not any(a < end and start < b for _, a, b in taken):
                taken.append((kind, start, end))
            if len(taken) >= ENTITIES_MAX:
                break
    return tuple(sorted(taken, key=lambda e: e[1]))


@lru_cache(maxsize=16)
def _patterns(lexicons: tuple[Words, ...]) -> tuple[tuple[str, re.Pattern[str], int], ...]:
    def named(name: str) -> str:
        return _either({entry for lexicon in lexicons for entry in lexicon.phrases(f"phrases.entity.{name}")})

    label = r"(?:\s(?:is|was|number|no\.?|n°|nº|nr\.?|num\.?|est|ist|lautet|es|id))?[\s:#.°º]{0,4}"
    number = r"((?=[\w-]{0,14}\d)[A-Z]{0,5}-?\d{2,}[\w-]{0,20})"
    day = r"\d{1,2}(?:st|nd|rd|th|er|\.|º|ª)?"
    flexible = [
        (TRACKING, rf"\b(?:{named('tracking')}){label}([A-Z0-9-]*\d[A-Z0-9-]{{6,30}})", 1),
        (ORDER, rf"\b(?:{named('order')}){label}{number}", 1),
        (PHONE, rf"\b(?:{named('phone')})[\s:.]{{0,3}}(\+?\d(?:[ ()./-]{{0,2}}\d){{5,16}})", 1),
        (DATE, rf"\b(?:{named('month')})\s{day}\b(?:,?\s\d{{4}}\b)?", 0),
        (DATE, rf"\b{day}\s(?:of\s|de\s|d')?(?:{named('month')})\b(?:\.?,?(?:\sde)?\s\d{{4}}\b)?", 0),
        (AMOUNT, rf"(?<![\w.,])(?:{_NUMBER})\s(?:{named('currency')})\b", 0),
        (SIZE, rf"\b(?:{named('size')})[\s:.]{{0,3}}(\d{{1,3}}(?:[.,]5)?|X{{0,4}}[SML]|[2-5]XL)\b", 1),
        (QUANTITY, rf"(?<![\w.,])\d{{1,4}}\s?(?:{named('unit')})\b", 0),
    ]
    fixed = [(kind, re.compile(pattern), 0) for kind, pattern in _FIXED]
    made = [(kind, re.compile(pattern, re.IGNORECASE), group) for kind, pattern, group in flexible]
    return tuple(sorted([*fixed, *made], key=lambda p: CLAIMS.index(p[0])))


def _either(entries: Iterable[str]) -> str:
    return (
        "|".join(re.escape(e).replace(r"\ ", r"\s") for e in sorted(entries, key=len, reverse=True)) or "(?!)"
    )
