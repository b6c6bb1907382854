"""Whether two messages of one customer are about the same matter: one pure question, asked wherever somebody
writes again."""
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.core.reading.entities import ORDER, TRACKING

PAGES = 3  # of a message that are compared
OTHER = "other"  # the topic of what no topic names
# Facts that name one case among many; another one of the same kind is another case.
# a word with digits that no other fact explains: a booking, an invoice, a customer's own number
CODE = "code"
_NAMES = (ORDER, TRACKING, CODE)


@dataclass(frozen=True, slots=True)
class Matter:
    """What one message says of what it is about.

    `facts` are (kind, value) pairs, `pages` article ids found for it or quoted to it, the best first, `words`
    its content words, stemmed. `asks` are the words its questions and wishes begin with. `comes_back`: it
    points to what was written before ("still no refund"); `begins_anew`: to something else ("one more
    thing"); `goes_on`: its first word joins it to the message before; `thanks`: it thanks; `trouble`: it says
    that something is not as it should be; `ends`: it settles or acknowledges, and wants nothing.
    """

    topic: str
    facts: frozenset[tuple[str, str]]
    pages: tuple[str, ...]
    words: frozenset[str]
    asks: frozenset[str] = frozenset()
    comes_back: bool = False
    begins_anew: bool = False
    goes_on: bool = False
    thanks: bool = False
    trouble: bool = False
    ends: bool = False


# Logistic regression on the pairs under tests/core/matters (`python -m tests.core.matters` fits it anew),
# rounded.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "cosine": 4.7,
        "unread": 1.6,
        "unread_shared": 1.9,
        "pages_shared": 0.6,
        "other_topic": -0.4,
        "comes_back": 3.3,
        "goes_on": 2.0,
        "trouble": 1.0,
        "begins_anew": -1.2,
        "asks_other": -0.6,
        "thanks": -1.5,
    }
)
BIAS = -3.6
SAME = 0.45  # below an even chance: unsure counts as the same


def same_matter(a: Matter, b: Matter, cosine: float | None) -> bool:
    """Whether `b`, written after `a`, is about the same matter; unsure counts as the same.

    `cosine` is that of the two messages by the search model (-1 to 1), None where it does not read their
    language.
    """
    known = certain(a, b)
    return likely(a, b, cosine) >= SAME if known is None else known


def certain(a: Matter, b: Matter) -> bool | None:
    """What needs no weighing: another case is another matter, and who says next to nothing means what went
    before; None for the rest."""
    if b.ends or _names_another(a, b):
        return False
    return True if _says_little(b) else None


def likely(a: Matter, b: Matter, cosine: float | None) -> float:
    """The probability (0-1) that they are, by everything that can be weighed."""
    z = BIAS + sum(WEIGHTS[name] * value for name, value in features(a, b, cosine).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def features(a: Matter, b: Matter, cosine: float | None) -> Mapping[str, float]:
    """What is weighed, each about 0-1."""
    overlap = len(a.words & b.words) / max(1, min(len(a.words), len(b.words)))
    return {
        "cosine": 0.0 if cosine is None else max(0.0, cosine),
        "unread": float(cosine is None),
        "unread_shared": overlap if cosine is None else 0.0,
        "other_topic": float(OTHER not in (a.topic, b.topic) and a.topic != b.topic),
        "pages_shared": len(set(a.pages[:PAGES]) & set(b.pages[:PAGES])) / PAGES,
        "comes_back": float(b.comes_back),
        "begins_anew": float(b.begins_anew),
        "goes_on": float(b.goes_on),
        # That something is wrong says little; that it is wrong with what was spoken of, much.
        "trouble": float(b.trouble and overlap > 0),
        "thanks": float(b.thanks),
        "asks_other": float(bool(a.asks and b.asks) and not a.asks & b.asks),
    }


def _names_another(a: Matter, b: Matter) -> bool:
    """Whether both name a case and not the same: the same words about another order are another matter."""
    for kind in _NAMES:
        mine, theirs = ({value for k, value in m.facts if k == kind} for m in (a, b))
        if mine and theirs and not mine & theirs:
            return True
    return False


def _says_little(b: Matter) -> bool:
    return not b.begins_anew and not b.facts and len(b.words) <= (0 if b.asks else 1)
