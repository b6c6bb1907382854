"""Does a passage say what a sentence says? By words alone: it errs towards cutting, and cannot certify a free
paraphrase.

A quote needs nothing of this (`cite.verify` finds it word for word). A reworded sentence may stand only when
one sentence of the passage holds every word of it that carries meaning, its numbers in the same order, as
many negations, and the same words of duty, direction and degree.
"""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.sentences import pieces

MOST_EVIDENCE = 60_000  # characters that are read; a longer page is checked by its beginning

_TOKEN = re.compile(r"[€$£¥]?\d+(?:[.,:/-]\d+)*\s?%?|[^\W\d_]+(?:['’][^\W\d_]+)?")
_PLAIN = re.compile(r"\w+")
_NUMBERS = {
    word: str(n)
    for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {
    "once": "1×",
    "twice": "2×",
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "half": "1/2",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "dozen": "12",
}
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot can't cant don't dont doesn't doesnt "
    "didn't isn't aren't wasn't weren't"
    " won't wouldn't shouldn't couldn't haven't hasn't hadn't mustn't needn't unless except hardly barely"
    " pas ne aucun aucune jamais sans rien nicht kein keine keinen keiner nie ohne nunca ningún ninguna sin "
    "nada".split()
)
# Words a stop list would drop, and on which the sense hangs: each must stand in the passage's sentence as
# often.
_DUTY = frozenset(
    "must should may might can could shall will would need needs required require requires optional always "
    "only sometimes often".split()
)
_TURNING = frozenset(
    "before after until since during above below over under up down in out on off into onto from to more "
    "less most least fewer many few"
    " all any some every each both either same other another first last next previous now later soon again "
    "back through within against"
    " with without for".split()
)
_EMPTY = (
    frozenset(
        "a an the and or but if then so as at by of is are was were be been being am has have had having do "
        "does did it its it's this that"
        " these those there here i you we they he she him her his hers your yours our ours my mine their "
        "theirs them us me who whom which what"
        " when where how why than too very just also please simply well oh yes actually really etc "
        "can't".split()
    )
    - _NEGATIONS
)
# Pairs that turn a sentence round. A word on one side, where the passage has its partner and not the word
# itself, is a contradiction.
_PAIRS = """
accept/reject accept/decline accept/refuse add/remove add/delete activate/deactivate allow/forbid
allow/prevent allow/block
allow/deny approve/reject available/unavailable attach/detach automatic/manual automatically/manually
before/after begin/end
best/worst big/small block/unblock buy/sell cancel/keep cheap/expensive cheaper/dearer close/open
compatible/incompatible
complete/incomplete connect/disconnect correct/incorrect create/delete credit/debit customer/seller day/night
decrease/increase
desktop/mobile different/same disable/enable disabled/enabled domestic/international download/upload
eligible/ineligible enter/leave
exclude/include excluded/included excluding/including expand/collapse expire/renew export/import
external/internal fail/succeed
fast/slow faster/slower first/last fixed/variable forward/backward free/paid full/empty full/partial give/take
hide/show
hidden/visible high/low higher/lower horizontal/vertical import/export incoming/outgoing inside/outside
install/uninstall
known/unknown large/small larger/smaller left/right less/more limited/unlimited link/unlink lock/unlock
locked/unlocked log/logout
long/short longer/shorter lose/win maximum/minimum merge/split monthly/yearly monthly/annually mute/unmute
necessary/unnecessary
new/old newer/older north/south east/west off/on offline/online old/young optional/mandatory optional/required
over/under pass/fail
pause/resume permanent/temporary possible/impossible private/public publish/unpublish published/unpublished
pull/push read/write
receive/send refundable/non-refundable reject/approve remote/local require/optional reversible/irreversible
rich/poor safe/unsafe
select/deselect single/multiple single/double sooner/later start/stop started/stopped strong/weak
subscribe/unsubscribe
supported/unsupported top/bottom true/false turn/off up/down upgrade/downgrade upper/lower valid/invalid
verified/unverified
weekdays/weekends wide/narrow wholesale/retail win/lose with/without yes/no male/female alive/dead born/died
husband/wife
father/mother son/daughter brother/sister king/queen ancient/modern early/late earlier/later hot/cold
summer/winter black/white
man/woman american/british morning/evening always/never all/none everyone/nobody must/may must/can
required/can should/may
every/some
"""
_ENDINGS = (
    "ations",
    "ation",
    "ingly",
    "ments",
    "ment",
    "ings",
    "edly",
    "ing",
    "ies",
    "ied",
    "ers",
    "es",
    "ed",
    "er",
    "ly",
    "s",
    "e",
    "y",
)
# Set by hand and rounded, chosen on validation pairs of three public sets; only the order of the scores is
# used.
WEIGHTS = {
    "there": 1.2,
    "near": 1.8,
    "plain": 1.1,
    "pairs": 0.5,
    "phrases": 0.3,
    "names": 0.2,
    "numbers": 0.8,
    "against": -1.2,
    "negation": -0.4,
}
BIAS = -4.4
MOST_SENTENCES = 400


@dataclass(frozen=True, slots=True)
class Support:
    """`score` 0-1 orders claims by how well the passage carries them; `passes` is the strict rule, `why` what
    it missed ("" when none)."""

    score: float
    passes: bool
    why: str
    sentence: str  # of the passage, the one that carries most of the claim


@dataclass(frozen=True, slots=True)
class _Read:
    text: str
    content: Counter[str]
    turning: Counter[str]
    duty: Counter[str]
    numbers: tuple[str, ...]
    negations: int
    words: frozenset[str]
    names: frozenset[str]
    order: tuple[str, ...]
    plain: tuple[str, ...]


def check(claim: str, passage: str) -> Support:
    """Whether the passage carries the claim. Pure; empty texts are carried by nothing and carry nothing."""
    said = _read(claim)
    sentences = [_read(p.text) for p in pieces(passage[:MOST_EVIDENCE])[:MOST_SENTENCES]]
    if not said.content and not said.numbers or not sentences:
        return Support(0.0, False, "nothing to compare", "")
    best = max(sentences, key=lambda s: (_share(said, s), -len(s.order)))
    why = _missing(said, best)
    return Support(_score(said, best, sentences), not why, why, best.text)


def _missing(said: _Read, source: _Read) -> str:
    """What of the strict rule fails, "" when nothing does."""
    if said.negations != source.negations:
        return "another number of negations"
    if not _in_order(said.numbers, source.numbers):
        return "a number that is not there"
    if turned(said.words, source.words):
        return "a word turned round"
    if absent := said.content - source.content:
        return f"not there: {min(absent)}"
    if said.duty - source.duty - _ABLE:
        return "another duty"
    return "another direction" if said.turning - source.turning else ""


_ABLE = Counter({"can": 9, "will": 9})  # "you can open" and "open" say the same of a button


def turned(said: frozenset[str], source: frozenset[str]) -> bool:
    """True when a word of one text stands in the other only as its opposite."""
    return any(source & _opposites().get(word, frozenset()) for word in said - source)


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.split():
        one, other = (_stem(word) for word in pair.split("/"))
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(maxsize=4_096)
def _read(text: str) -> _Read:
    content: Counter[str] = Counter()
    turning: Counter[str] = Counter()
    duty: Counter[str] = Counter()
    numbers, order, negations, names = [], [], 0, set()
    for number, token in enumerate(_TOKEN.findall(text)):
        word = token.casefold().replace("’", "'")
        if word[0].isdigit() or word[0] in "€$£¥":
            numbers.append(_number(word))
            order.append(numbers[-1])
        elif word in _NUMBERS:
            numbers.append(_NUMBERS[word])
            order.append(numbers[-1])
        elif word in _NEGATIONS:
            negations += 1
        elif word in _DUTY:
            duty[_stem(word)] += 1
        elif word in _TURNING:
            turning[word] += 1
        elif word not in _EMPTY:
            stem = _stem(word)
            content[stem] += 1
            order.append(stem)
            if number and token[0].isupper():
                names.add(stem)
    words = frozenset((*content, *turning, *duty))
    return _Read(
        text,
        content,
        turning,
        duty,
        tuple(numbers),
        negations,
        words,
        frozenset(names),
        tuple(order),
        tuple(_PLAIN.findall(text.casefold())),
    )


def _number(word: str) -> str:
    bare = word.replace(" ", "").rstrip(".,:")
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", bare)


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _in_order(said: Sequence[str], source: Sequence[str]) -> bool:
    there = iter(source)
    return all(number in there for number in said)


def _share(said: _Read, source: _Read) -> float:
    wanted, there = set(said.order), set(source.order)
    return len(wanted & there) / max(1, len(wanted))


def _pairs(order: Sequence[str]) -> set[tuple[str, str]]:
    return set(zip(order, order[1:], strict=False))


def _part(wanted: Iterable[object], there: set[object] | frozenset[object]) -> float:
    held = set(wanted)
    return len(held & there) / len(held) if held else 1.0


def _score(said: _Read, best: _Read, sentences: Sequence[_Read]) -> float:
    everything = frozenset(word for s in sentences for word in s.order)
    values = {
        "there": _part(said.order, everything),
        "near": _share(said, best),
        "phrases": _part(_pairs(said.order), {p for s in sentences for p in _pairs(s.order)}),
        "names": _part(said.names, everything),
        "numbers": _part(said.numbers, {n for s in sentences for n in s.numbers}),
        "against": float(turned(said.words, best.words)),
        "plain": _part(said.plain, {word for s in sentences for word in s.plain}),
        "pairs": _part(_pairs(said.plain), {p for s in sentences for p in _pairs(s.plain)}),
        "negation": float((said.negations > 0) != (best.negations > 0)),
    }
    return 1.0 / (1.0 + math.exp(-(BIAS + sum(WEIGHTS[name] * value for name, value in values.items()))))
