"""support_* and planted_faults: does `app.core.support`, as shipped, tell a carried sentence from one that is not. Nothing is fitted.

Planted: sentences of helpcentre_wix, each with one fault put in. The antonyms planted as `antonym` are none of the verifier's own list.
"""
from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.core import support
from app.core.sentences import pieces
from tests.emit import Emit
from tests.quality import intervals
from workers.knowledge.plaintext import plain_text

PLANTED = "planted_faults"
SEED = 7
MOST = 400  # sentences a fault
LEAST_WORDS = 8
# Not in the verifier's list, on purpose: a list measured on itself says nothing.
HELD_OUT = {
    "dark": "light", "light": "dark", "deep": "shallow", "heavy": "light", "near": "far", "rare": "common", "common": "rare",
    "hard": "easy", "easy": "hard", "easily": "hardly", "gain": "loss", "import": "ship", "ask": "answer", "arrive": "depart",
    "add": "drop", "show": "omit", "save": "discard", "keep": "discard", "choose": "ignore", "select": "ignore", "click": "avoid",
    "allow": "stop", "use": "avoid", "create": "destroy", "connect": "separate", "edit": "keep", "change": "keep", "send": "collect",
    "receive": "give", "available": "missing", "similar": "unlike", "important": "trivial", "manually": "by itself",
    "quickly": "slowly", "recent": "outdated", "visitors": "staff", "customers": "staff", "members": "strangers", "live": "draft",
    "top": "foot", "start": "finish", "enter": "erase", "view": "hide",
}
LISTED = {
    "enable": "disable", "before": "after", "after": "before", "add": "remove", "more": "less", "must": "may", "public": "private",
    "free": "paid", "on": "off", "online": "offline", "left": "right", "show": "hide", "open": "close", "increase": "decrease",
    "always": "never", "up": "down", "with": "without", "new": "old", "first": "last", "automatically": "manually", "can": "cannot",
    "mobile": "desktop", "below": "above",
}
_WORD = re.compile(r"\w+")


def suites(data: Path) -> list[str]:
    found = [p.parent.name for p in sorted(data.glob("support_*/eval.jsonl"))]
    return [*found, *([PLANTED] if (data / "helpcentre_wix" / "articles.jsonl").exists() else [])]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        if name == PLANTED:
            _planted(emit, data / "helpcentre_wix" / "articles.jsonl")
        else:
            _judged(emit, name, _rows(data / name / "eval.jsonl"))


def _judged(emit: Emit, name: str, rows: Sequence[dict[str, Any]]) -> None:
    from sklearn.metrics import roc_auc_score

    found = [support.check(r["claim"], r["evidence"]) for r in rows]
    carried = [bool(r["supported"]) for r in rows]
    overlap = [_overlap(r["claim"], r["evidence"]) for r in rows]
    emit(name, "support_auroc", float(roc_auc_score(carried, [f.score for f in found])), len(rows), model="shipped",
         baseline="word_overlap", baseline_value=float(roc_auc_score(carried, overlap)))
    passed = [f.passes for f in found]
    right = sum(p and c for p, c in zip(passed, carried, strict=True))
    emit(name, "strict_precision", right / sum(passed) if any(passed) else None, sum(passed), model="shipped",
         why=None if any(passed) else "nothing passes the strict rule")
    emit(name, "strict_recall", right / max(1, sum(carried)), sum(carried), model="shipped")


def _planted(emit: Emit, file: Path) -> None:
    draw = random.Random(SEED)
    articles = [[p.text for p in pieces(plain_text(row["body"])[0]) if len(p.text.split()) >= LEAST_WORDS] for row in _rows(file)]
    sentences = [(text, number) for number, texts in enumerate(articles) for text in texts]
    draw.shuffle(sentences)
    faults: dict[str, Callable[[str], str | None]] = {
        "faithful_kept": _faithful, "number": lambda t: _number(t, draw), "negation": _negated,
        "antonym": lambda t: _swapped(t, HELD_OUT), "antonym_listed": lambda t: _swapped(t, LISTED),
    }
    for fault, plant in faults.items():
        pairs = [(changed, text) for text, _ in sentences if (changed := plant(text)) is not None and changed != text][:MOST]
        pairs = pairs if fault != "faithful_kept" else [(_faithful(t) or t, t) for t, _ in sentences[:MOST]]
        passed = sum(support.check(claim, " ".join(_page_of(source, articles))).passes for claim, source in pairs)
        _let(emit, fault, passed, len(pairs))
    foreign = [(text, articles[(number + 1 + draw.randrange(len(articles) - 1)) % len(articles)]) for text, number in sentences[:MOST]]
    _let(emit, "foreign", sum(support.check(text, "\n".join(page)).passes for text, page in foreign if text not in page), len(foreign))


def _let(emit: Emit, fault: str, passed: int, n: int) -> None:
    low, high = intervals.of_share(passed, n)
    emit(PLANTED, fault if fault == "faithful_kept" else f"let_through_{fault}", passed / n if n else None, n, model="shipped",
         low=low, high=high, why=None if n else "no sentence to plant it in")


def _page_of(sentence: str, articles: Sequence[Sequence[str]]) -> Sequence[str]:
    return next(page for page in articles if sentence in page)


def _faithful(text: str) -> str | None:
    """The sentence as a careful writer would shorten it: its leading clause cut, or "you can" said as an instruction."""
    lead, comma, rest = text.partition(", ")
    if comma and 2 <= len(lead.split()) <= 6 and len(rest.split()) >= LEAST_WORDS and not re.search(r"\d|n't|\bnot?\b", lead):
        return rest[0].upper() + rest[1:]
    return re.sub(r"\b[Yy]ou can\b", "It is possible for you to", text) if len(text) % 2 else text


def _number(text: str, draw: random.Random) -> str | None:
    found = re.search(r"\b\d+\b", text)
    return None if found is None else text[: found.start()] + str(int(found.group()) + draw.randint(1, 9)) + text[found.end():]


def _negated(text: str) -> str | None:
    for verb in (" can ", " will ", " is ", " are ", " must ", " should "):
        if verb in text:
            return text.replace(verb, f"{verb}not ", 1)
    return None


def _swapped(text: str, pairs: dict[str, str]) -> str | None:
    for found in _WORD.finditer(text):
        if other := pairs.get(found.group().casefold()):
            return text[: found.start()] + other + text[found.end():]
    return None


def _overlap(claim: str, evidence: str) -> float:
    said, there = ({w.casefold() for w in _WORD.findall(t)} for t in (claim, evidence))
    return len(said & there) / max(1, len(said))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
