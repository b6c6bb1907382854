"""A verdict as the ledger keeps it: what it rests on, in ids, versions and scores; the texts apart,
sealed."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from typing import Any

from app.core.deciding.decided import Decided
from app.core.deciding.drafts import Draft
from app.core.kinds import Fixed
from app.core.verdicts import (
    Answer,
    Clarify,
    Findings,
    Handoff,
    Hit,
    Reading,
    Sentence,
    Source,
    Verdict,
    verdict_name,
)
from app.core.writing.compose import Composed
from app.keys import Keys
from config.policy import Detail, Mode
from connectors.records import Ticket
from workers.deciding.case import Case

KEPT_CANDIDATES = 5
BY_HAND_RULE = "given to people by hand"
QUOTING_RULES = frozenset({"asks for a person", "must be handed off"})


def ledger_payload(
    keys: Keys, case: Case, decided: Decided, composed: Composed, took_us: int
) -> Mapping[str, object]:
    """Ids, versions, scores, times and keyed hashes; nothing a person wrote."""
    situation = decided.situation
    return {
        "inbox": case.row.id, "turn": situation.reading.turn, "policy": situation.policy.version,
        "mode": situation.mode.value, "mode_why": decided.mode_why, "owner": situation.owner.value,
        "events": [e.value for e in decided.events],
        "verdict": _verdict(decided.verdict, decided.draft),
        "hits": [_hit(hit) for hit in decided.decision.hits],
        "reading": _reading(situation.reading),
        "findings": _findings(situation.findings),
        "went_to": None if composed.to is None else {"desk": composed.to.desk, "group": composed.to.group},
        "wait": None if composed.wait is None else _plain(asdict(composed.wait)),
        "effects": [{"purpose": p.purpose, "kind": p.kind} for p in composed.planned],
        "stamp": case.ticket.stamp.value, "took_ms": took_us // 1000,
        "question_hash": keys.mac("question", situation.reading.question),
    }


def ledger_texts(ticket: Ticket, decided: Decided, composed: Composed) -> Mapping[str, object]:
    """The texts behind the entry, for the story of the ticket."""
    verdict, reading = decided.verdict, decided.situation.reading
    return {
        "subject": ticket.subject,
        "question": reading.question,
        "searched": decided.query,
        "wrote": [{"writer": v.writer.value, "name": v.name, "text": v.text} for v in reading.voices],
        "reply": composed.bodies.public.text if composed.bodies.public else None,
        # Kept only while it is a draft: an agent may send exactly this.
        "reply_html": composed.bodies.public.html
        if composed.bodies.public and decided.situation.mode is Mode.DRAFT
        else None,
        "note": composed.bodies.note.text if composed.bodies.note else None,
        "fallback": decided.situation.fallback if _fell_back(verdict) else None,
        "sentences": [_sentence(s) for s in verdict.sentences] if isinstance(verdict, Answer) else [],
        "spans": [
            asdict(s)
            for s in (reading.asks_person, reading.must_handoff, *reading.sentiment_spans)
            if s is not None
        ],
        "floor": [
            {"class": f.kind.value, **asdict(f.span), "example": f.example} for f in decided.situation.floor
        ],
        "entities": [{"kind": kind, **asdict(span)} for kind, span in reading.entities],
    }


def _fell_back(verdict: Verdict) -> bool:
    return isinstance(verdict, Handoff) and verdict.detail is Detail.BY_HAND


def _verdict(verdict: Verdict, draft: Draft | None) -> Mapping[str, object]:
    """A draft that an agent sends quotes what it was made of."""
    kind = verdict_name(verdict)
    match verdict:
        case Answer():
            quoted = draft.cited if draft is not None and verdict.fixed is Fixed.DRAFT else verdict.sentences
            return {
                "kind": kind,
                "fixed": verdict.fixed,
                "p_right": verdict.p_right,
                "sources": [_source(s) for s in verdict.sources],
                "spans": [{k: v for k, v in _sentence(s).items() if k != "text"} for s in quoted],
            }
        case Clarify():
            return {
                "kind": kind,
                "options": [{"letter": o.letter, "article": o.article} for o in verdict.options],
            }
        case Handoff():
            return {
                "kind": kind,
                "reason": verdict.reason.value,
                "detail": verdict.detail.value,
                "route": verdict.route,
                "nearest": _source(verdict.nearest) if verdict.nearest else None,
                "public": verdict.public,
            }
    return {"kind": kind, **_plain(asdict(verdict))}


def _hit(hit: Hit) -> Mapping[str, object]:
    """A line of the rule table; where the reason is somebody's own words, those stay in the sealed texts."""
    if hit.rule == BY_HAND_RULE:
        return {"rule": hit.rule, "hit": hit.hit, "because": "a fallback was on" if hit.hit else ""}
    told = hit.because if hit.rule not in QUOTING_RULES else "a phrase of the customer" if hit.hit else ""
    return {"rule": hit.rule, "hit": hit.hit, "because": told}


def _reading(reading: Reading) -> Mapping[str, object]:
    return {
        "message": reading.message,
        "language": reading.language,
        "language_known": reading.language_known,
        "topic": reading.topic,
        "automatic": reading.automatic,
        "asks_person": reading.asks_person is not None,
        "must_handoff": reading.must_handoff is not None,
        "asks_identity": reading.asks_identity,
        "settles": reading.settles,
        "acknowledges": reading.acknowledges,
        "sentiment": reading.sentiment,
        "entities": sorted({kind for kind, _ in reading.entities}),
        "choice": reading.choice,
        "cut": list(reading.cut),
        "writers": [v.writer.value for v in reading.voices],
    }


def _findings(findings: Findings | None) -> Mapping[str, object] | None:
    if findings is None:
        return None
    return {
        "p_right": round(findings.p_right, 4),
        "calibrated": findings.calibrated,
        "snapshot": findings.snapshot,
        "articles": findings.articles,
        "features": {k: round(v, 4) for k, v in findings.features.items()},
        "left_out": {k: round(v, 4) for k, v in findings.left_out.items()},
        "interval": [round(findings.low, 4), round(findings.high, 4), findings.labels]
        if findings.low is not None and findings.high is not None
        else None,
        "candidates": [
            {
                "article": c.passage.article,
                "version": c.passage.version,
                "start": c.passage.start,
                "end": c.passage.end,
                "score": round(c.score, 4),
                "cosine": round(c.cosine, 4),
                "lexical": round(c.lexical, 4),
            }
            for c in findings.candidates[:KEPT_CANDIDATES]
        ],
    }


def _sentence(s: Sentence) -> dict[str, object]:
    return {
        "text": s.text,
        "article": s.article,
        "version": s.version,
        "start": s.start,
        "end": s.end,
        "number": s.number,
        "support": s.support,
    }


def _source(s: Source) -> Mapping[str, object]:
    return {"number": s.number, "article": s.article, "version": s.version}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
