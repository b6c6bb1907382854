"""A ledger entry made ready for a page. Whatever an entry does not hold is left out; nothing is
reconstructed."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.core.writing.links import deep_link
from app.store import evidence
from app.store.evidence import Shown, StoredVersion
from app.store.ledger import LedgerRow
from app.store.queues.rows import EffectRow
from app.web.console import plain
from app.web.reading import without_own_links
from connectors.records import Writer

# Of entries that are not verdicts. Ids and hashes are for `ledger show`.
SHOWN_OF_OTHERS = ("purpose", "remote_id", "why", "reason", "result")
SHIPPED_PRIOR = "not calibrated on this desk yet"


@dataclass(frozen=True, slots=True)
class RuleLine:
    name: str
    hit: bool
    because: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence as it was written, and the passage it rests on; `shown` is None when that version is not
    kept any more."""

    text: str
    number: int
    title: str
    version: str
    link: str | None
    public: bool
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class Found:
    title: str
    version: str
    link: str | None
    score: float | None
    cosine: float | None
    quote: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """What the page shows of one entry. `erased`: its texts are gone with the person's key, or were never
    kept."""

    id: str
    seq: int
    at: int
    kind: str
    verdict: str | None
    title: str
    why: str
    reason: str | None
    detail: str | None
    mode: str | None
    mode_why: str
    policy: int | None
    took_ms: int | None
    rules: tuple[RuleLine, ...]
    grave: tuple[tuple[str, str, str], ...]  # (class, words, the example they come close to)
    p_right: float | None
    confidence: str
    snapshot: str
    found: tuple[Found, ...]
    pairs: tuple[Pair, ...]
    wait: Mapping[str, Any] | None
    reading: Mapping[str, Any]
    question: str
    by_others: tuple[str, ...]  # who wrote in copy; "" for a name the desk does not tell
    fallback: str  # who gave the topic to people, and why; "" for every other verdict
    reply: str
    note: str
    erased: bool
    effects: tuple[EffectRow, ...]
    rest: Mapping[str, Any]


def detail_of(payload: Mapping[str, Any]) -> str | None:
    verdict = payload.get("verdict")
    found = verdict.get("detail") if isinstance(verdict, Mapping) else None
    return str(found) if found else None


def sources_of(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The (article, version) pairs an answer quotes, in the order of its sources."""
    verdict = _map(payload, "verdict")
    return [
        (str(s["article"]), str(s["version"]))
        for s in _list(verdict, "sources")
        if "article" in s and "version" in s
    ]


def cited(payload: Mapping[str, Any], texts: Mapping[str, Any] | None) -> set[tuple[str, str]]:
    """Every (article, version) the entry points at."""
    return {
        (str(place["article"]), str(place["version"]))
        for place in (*_list(texts or {}, "sentences"), *_list(_map(payload, "findings"), "candidates"))
        if "article" in place and "version" in place
    }


def _confidence(findings: Mapping[str, Any]) -> str:
    """How far the probability is borne out: its interval and the labels behind it, or that there are none."""
    if not findings.get("calibrated"):
        return SHIPPED_PRIOR
    given = findings.get("interval")
    if not isinstance(given, list) or len(given) != 3:
        return ""
    low, high, labels = given
    return (
        f"of the {labels} judged answers nearest to it, between {low * 100:.0f} and {high * 100:.0f} in "
        f"100 were right"
    )


def entry_view(
    row: LedgerRow,
    texts: Mapping[str, Any] | None,
    versions: Mapping[tuple[str, str], StoredVersion],
    effects: Sequence[EffectRow],
) -> EntryView:
    payload: dict[str, Any] = json.loads(row.payload)
    findings, detail = _map(payload, "findings"), detail_of(payload)
    p_right = findings.get("p_right")
    known = texts or {}
    return EntryView(
        id=row.id,
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        verdict=row.verdict,
        title=plain.word(plain.VERDICTS, row.verdict) or plain.word({}, row.kind).capitalize(),
        why=plain.why(row.verdict, row.reason, detail),
        reason=row.reason,
        detail=detail,
        mode=payload.get("mode"),
        mode_why=str(payload.get("mode_why") or ""),
        policy=payload.get("policy"),
        took_ms=payload.get("took_ms"),
        rules=tuple(_rule(h) for h in _list(payload, "hits")),
        grave=tuple(
            (str(f.get("class") or ""), str(f.get("text") or ""), str(f.get("example") or ""))
            for f in _list(known, "floor")
        ),
        p_right=float(p_right) if isinstance(p_right, int | float) else None,
        confidence=_confidence(findings),
        snapshot=str(findings.get("snapshot") or ""),
        found=tuple(_found(c, versions) for c in _list(findings, "candidates")),
        pairs=tuple(_pair(s, versions) for s in _list(known, "sentences")),
        wait=_map(payload, "wait") or None,
        reading=_map(payload, "reading"),
        question=str(known.get("question") or ""),
        by_others=_by_others(known),
        fallback=str(known.get("fallback") or ""),
        reply=without_own_links(str(known.get("reply") or "")),
        note=without_own_links(str(known.get("note") or "")),
        erased=texts is None and row.kind == "verdict",
        effects=tuple(e for e in effects if e.ledger_entry == row.id),
        rest={} if row.kind == "verdict" else {k: payload[k] for k in SHOWN_OF_OTHERS if payload.get(k)},
    )


def _by_others(known: Mapping[str, Any]) -> tuple[str, ...]:
    copied = (v for v in _list(known, "wrote") if v.get("writer") == Writer.COPIED)
    return tuple(dict.fromkeys(str(v.get("name") or "") for v in copied))


def _rule(hit: Mapping[str, Any]) -> RuleLine:
    """Only a hit has a reason worth reading."""
    return RuleLine(
        str(hit.get("rule", "")),
        bool(hit.get("hit")),
        str(hit.get("because") or "") if hit.get("hit") else "",
    )


def _pair(sentence: Mapping[str, Any], versions: Mapping[tuple[str, str], StoredVersion]) -> Pair:
    stored, text = _stored(sentence, versions), str(sentence.get("text") or "")
    start, end = int(sentence.get("start") or 0), int(sentence.get("end") or 0)
    return Pair(
        text=text,
        number=int(sentence.get("number") or 0),
        title=stored.title if stored else str(sentence.get("article") or ""),
        version=str(sentence.get("version") or ""),
        link=_page_of(stored, stored.text[start:end]) if stored else None,
        public=stored.public if stored else False,
        shown=evidence.in_context(stored.text, start, end) if stored else None,
    )


def _found(candidate: Mapping[str, Any], versions: Mapping[tuple[str, str], StoredVersion]) -> Found:
    stored = _stored(candidate, versions)
    start, end = int(candidate.get("start") or 0), int(candidate.get("end") or 0)
    return Found(
        title=stored.title if stored else str(candidate.get("article") or ""),
        version=str(candidate.get("version") or ""),
        link=_page_of(stored, "") if stored else None,
        score=candidate.get("score"),
        cosine=candidate.get("cosine"),
        quote=stored.text[start:end] if stored else "",
    )


def _page_of(stored: StoredVersion, quote: str) -> str | None:
    """The article at the desk, opened at the quote; else our own page of it, which only public articles
    have."""
    own = url_for("articles.show", article=stored.article, version=stored.version) if stored.public else None
    return deep_link(stored.url, quote) or own


def _stored(
    place: Mapping[str, Any], versions: Mapping[tuple[str, str], StoredVersion]
) -> StoredVersion | None:
    return versions.get((str(place.get("article")), str(place.get("version"))))


def _map(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tree.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(tree: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = tree.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
