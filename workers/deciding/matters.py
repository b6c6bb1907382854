"""The matter of a message, made of what was read, found or kept of it, for the question whether two are about
the same matter."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from app.core.reading.lexicon import listed
from app.core.reading.matter import CODE, Matter
from app.core.reading.phrases import Folded, fold
from app.core.reading.requests import denies
from app.core.verdicts import Findings, Reading
from config.wording import Words
from workers.knowledge.terms import terms

PAGES = 3  # of those found, the best ones
# No amount, no day, no year: "60231", "QX7731", "2024-118".
_CODE = re.compile(
    r"(?<![\w.,£$€:/-])(?!(?:19|20)\d\d(?:-\d\d?-\d\d?)?(?![\w-]))(?=[A-Za-z-]{0,8}(?:\d{1,4}-)?\d{3})[\dA-Za-z-]{4,20}(?![\w€%]|[.,]\d)"
)


def matter_of(
    text: str,
    topic: str,
    facts: Iterable[tuple[str, str]],
    pages: Iterable[str],
    language: str,
    words: Mapping[str, Words],
    ends: bool = False,
) -> Matter:
    """The matter of a text; `facts` are (kind, value as written)."""
    folded = fold(text)
    denied = denies(text, words)
    named = frozenset((kind, "".join(value.split()).casefold()) for kind, value in facts)
    asks = frozenset(asked.split()[0] for asked in _hits(folded, "asks_more", words))
    # "It came today, thanks": whatever else it tells, nothing is wanted any more.
    over = (_has(folded, "thanks", words) or _has(folded, "settled", words)) and not (
        asks or "?" in folded.text or _has(folded, "settled_not", words))
    return Matter(
        topic=topic,
        facts=named | _codes(text, named),
        pages=tuple(pages),
        words=frozenset(terms(text, language)),
        asks=asks,
        comes_back=denied or _has(folded, "comes_back", words),
        begins_anew=_has(folded, "new_matter", words),
        goes_on=any(
            found.folded_start == 0
            for each in words.values()
            for found in listed(each, "goes_on").all(folded)
        ),
        thanks=_has(folded, "thanks", words),
        trouble=_has(folded, "settled_not", words),
        ends=(ends or over) and not denied,
    )


def _codes(text: str, named: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    known = {value for _, value in named}
    found = (match.group().casefold() for match in _CODE.finditer(text))
    return frozenset((CODE, code) for code in found if not any(code in value for value in known))


def _has(folded: Folded, name: str, words: Mapping[str, Words]) -> bool:
    return any(listed(each, name).first(folded) for each in words.values())


def _hits(folded: Folded, name: str, words: Mapping[str, Words]) -> Iterator[str]:
    for each in words.values():
        for found in listed(each, name).all(folded):
            yield folded.text[found.folded_start : found.folded_end]


def matter_read(reading: Reading, findings: Findings, words: Mapping[str, Words]) -> Matter:
    """The matter of the turn that was just read."""
    facts = ((kind, span.text) for kind, span in reading.entities)
    pages = (c.passage.article for c in findings.candidates[:PAGES])
    return matter_of(
        reading.question,
        reading.topic,
        facts,
        pages,
        reading.language,
        words,
        reading.settles or reading.acknowledges,
    )
