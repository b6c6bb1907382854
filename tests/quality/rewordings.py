"""Sentences changed on purpose: said faithfully in other words, or turned wrong by one fault. Pure.

A function gives the changed sentence, None where there is nothing of its kind to change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Change = Callable[[str, random.Random], str | None]

# No pair, but for LISTED, is on the verifier's own list: a list measured on itself says nothing.
HELD_OUT = {
    "dark": "light", "light": "dark", "deep": "shallow", "heavy": "light", "near": "far", "rare": "common",
    "common": "rare", "hard": "easy", "easy": "hard", "easily": "hardly", "gain": "loss", "import": "ship",
    "ask": "answer", "arrive": "depart", "add": "drop", "show": "omit", "save": "discard", "keep": "discard",
    "choose": "ignore", "select": "ignore", "click": "avoid", "allow": "stop", "use": "avoid",
    "create": "destroy", "connect": "separate", "edit": "keep", "change": "keep", "send": "collect",
    "receive": "give", "available": "missing", "similar": "unlike", "important": "trivial",
    "manually": "by itself", "quickly": "slowly", "recent": "outdated", "visitors": "staff",
    "customers": "staff", "members": "strangers", "live": "draft", "top": "foot", "start": "finish",
    "enter": "erase", "view": "hide",
}  # fmt: skip
LISTED = {
    "enable": "disable", "before": "after", "after": "before", "add": "remove", "more": "less", "must": "may",
    "public": "private", "free": "paid", "on": "off", "online": "offline", "left": "right", "show": "hide",
    "open": "close", "increase": "decrease", "always": "never", "up": "down", "with": "without", "new": "old",
    "first": "last", "automatically": "manually", "can": "cannot", "mobile": "desktop", "below": "above",
}  # fmt: skip
SYNONYMS = {
    "choose": "pick", "obtain": "get", "receive": "get", "modify": "change", "delete": "erase",
    "verify": "confirm", "ensure": "make sure", "assist": "help", "begin": "start", "allows": "lets",
    "requires": "needs", "photo": "picture", "photos": "pictures", "customer": "client",
    "customers": "clients", "phone": "telephone", "error": "fault", "errors": "faults", "items": "articles",
    "quickly": "rapidly", "additional": "further", "entire": "whole", "usually": "normally",
    "immediately": "at once", "approximately": "about", "via": "through", "located": "found",
}  # fmt: skip
CONTRACTIONS = {
    "do not": "don't", "does not": "doesn't", "did not": "didn't", "is not": "isn't", "are not": "aren't",
    "was not": "wasn't", "cannot": "can't", "will not": "won't", "should not": "shouldn't",
    "could not": "couldn't", "have not": "haven't", "has not": "hasn't", "you will": "you'll",
    "you are": "you're", "you have": "you've", "it is": "it's", "we are": "we're", "that is": "that's",
}  # fmt: skip
_NAMES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
NUMBER_WORDS = {str(number): name for number, name in enumerate(_NAMES, 1)}
_CLAUSES = "if|when|once|after|before|while|unless|until"
_LEADING = re.compile(rf"^({_CLAUSES}) ([^,;:()]{{8,80}}), (?!then\b)([^;:()]{{15,}})\.$", re.IGNORECASE)
_TRAILING = re.compile(rf"^([^,;:()]{{15,}}) ({_CLAUSES}) ([^,;:()]{{8,80}})\.$")
_LONE_NUMBER = re.compile(r"(?<=[a-z] )([1-9]|1\d)(?= [a-z]{3,})")
_NUMBER = re.compile(r"(?<![\w.,/:#-])\d+(?![\w.,/:-]*\d)\b")
_VERBS = ("can", "will", "is", "are", "must", "should")
_NEGATED = re.compile(r"\b(can|will|is|are|must|should|do|does) not\b|\b(can)not\b")


def contracted(text: str, draw: random.Random) -> str | None:
    """ "do not" said as "don't", or the other way."""
    both = {**CONTRACTIONS, **{short: long for long, short in CONTRACTIONS.items()}}
    return _first(text, both)


def reordered(text: str, draw: random.Random) -> str | None:
    """ "If A, B." said as "B if A.", or the other way."""
    if found := _LEADING.match(text):
        word, clause, main = found.groups()
        changed = f"{_upper(main)} {word.lower()} {clause}."
    elif found := _TRAILING.match(text):
        main, word, clause = found.groups()
        changed = f"{_upper(word)} {clause}, {main if main.startswith('I ') else _lower(main)}."
    else:
        return None
    # With a second clause it is no longer plain what the moved one belongs to.
    return None if len(re.findall(rf"\b({_CLAUSES})\b", changed, re.IGNORECASE)) > 1 else changed


def synonym(text: str, draw: random.Random) -> str | None:
    return _first(text, SYNONYMS)


def number_word(text: str, draw: random.Random) -> str | None:
    """ "3 days" said as "three days", or the other way."""
    if found := _LONE_NUMBER.search(text):
        return text[: found.start()] + NUMBER_WORDS[found.group()] + text[found.end() :]
    return _first(text, {name: digits for digits, name in NUMBER_WORDS.items() if name != "one"})


def other_number(text: str, draw: random.Random) -> str | None:
    """The first whole number, larger; the mark of a list item is none."""
    found = _NUMBER.search(text, len(re.match(r"\s*\d*[.)]?\s*", text).group()))  # type: ignore[union-attr]
    if found is None:
        return None
    return text[: found.start()] + str(int(found.group()) + draw.randint(1, 9)) + text[found.end() :]


def negated(text: str, draw: random.Random) -> str | None:
    """Its "not" taken out, or one put in."""
    if found := _NEGATED.search(text):
        return text[: found.start()] + (found.group(1) or found.group(2)) + text[found.end() :]
    for verb in _VERBS:
        if f" {verb} " in text:
            return text.replace(f" {verb} ", f" {verb} not ", 1)
    return None


def opposite(text: str, draw: random.Random) -> str | None:
    return _first(text, HELD_OUT)


def listed_opposite(text: str, draw: random.Random) -> str | None:
    return _first(text, LISTED)


def in_prose(items: list[str], ordered: bool) -> str:
    """The items of a list as one sentence."""
    bare = [item.rstrip(" .;,") for item in items]
    parts = [_upper(bare[0]), *(_lower(item) for item in bare[1:])]
    return f"{', then '.join(parts)}." if ordered else f"{', '.join(parts[:-1])} and {parts[-1]}."


FAITHFUL: Mapping[str, Change] = {
    "contraction": contracted,
    "word_order": reordered,
    "synonym": synonym,
    "number_word": number_word,
}
FAULTS: Mapping[str, Change] = {
    "number": other_number,
    "negation": negated,
    "antonym": opposite,
    "antonym_listed": listed_opposite,
}


def _first(text: str, pairs: Mapping[str, str]) -> str | None:
    """The first of the words, whole and in any case, put into its partner."""
    found = re.search(rf"\b(?<!['’-])({'|'.join(map(re.escape, pairs))})(?!['’-])\b", text, re.IGNORECASE)
    if found is None:
        return None
    other = pairs[found.group().casefold()]
    return (
        text[: found.start()] + (_upper(other) if found.group()[0].isupper() else other) + text[found.end() :]
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """Lower case at its beginning, unless that is a name written in capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
