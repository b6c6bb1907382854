"""Suite `floor`: are grave messages found, and harmless ones left alone. Wordings of our own that nothing is
fitted on, in four languages, and harmless rows: figures of speech of our own, and the ordinary questions of
two public intent suites where the folder has them."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.reading.floor import Flag, parts_to_read
from config.floor import FloorClass
from config.load import SHIPPED_POLICY, load_policy
from config.wording import LANGUAGES, load_words
from tests.core.tickets import said, ticket
from tests.emit import Emit, say
from tests.quality import intervals
from tests.quality.rows import Row, each, read, read_or_none
from workers.deciding.floor import flags_in
from workers.knowledge.embed import LazyEmbedder
from workers.knowledge.likeness import Likeness

SUITE = "floor"
OWN = Path(__file__).parent / "floor"
# Intents whose rows may be grave, and some must: neither right nor wrong here.
MAY_BE_GRAVE = {
    "intent_clinc150": frozenset(
        {
            "report_fraud",
            "account_blocked",
            "freeze_account",
            "report_lost_card",
            "card_declined",
            "transactions",
            "change_user_name",
            "lost_luggage",
        }
    ),
    "intent_bitext": frozenset(
        {
            "complaint",
            "delete_account",
            "contact_human_agent",
            "contact_customer_service",
            "payment_issue",
            "edit_account",
            "review",
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """The floor as the worker reads it: shipped words, shipped policy, the bundled model."""

    likeness: Likeness

    def flags(self, text: str) -> tuple[Flag, ...]:
        parts = parts_to_read(ticket(said(text)), None, (), _WORDS)
        return flags_in(parts, _WORDS, _POLICY, self.likeness)


_WORDS = {language: load_words(language) for language in LANGUAGES}
_POLICY = load_policy(SHIPPED_POLICY)


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    reader = Reader(Likeness(LazyEmbedder("bundled", var / "models", say)))
    for language in LANGUAGES:
        _recall(emit, reader, language, read(OWN / f"{language}.jsonl"))
    _false_alarms(emit, reader, "figures_of_speech", "en", read(OWN / "figures_of_speech.jsonl"))
    other: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read(OWN / "figures_of_speech_other.jsonl"):
        other[row["lang"]].append(row)
    for language, rows in sorted(other.items()):
        _false_alarms(emit, reader, "figures_of_speech", language, rows)
    for suite, excluded in MAY_BE_GRAVE.items():
        rows = [
            r
            for r in read_or_none(data / suite / "eval.jsonl")
            if r["scope"] == "in" and r["intent"] not in excluded
        ]
        _false_alarms(emit, reader, suite, "en", rows)


def _recall(emit: Emit, reader: Reader, language: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """A message counts as found when it is grave at all: whichever class it is read as, a person gets it."""
    found: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, flags in each(emit, SUITE, rows, lambda r: reader.flags(r["text"])):
        kinds = {flag.kind for flag in flags}
        found[row["class"]].append((bool(kinds), FloorClass(row["class"]) in kinds))
        if not kinds and row["class"] == FloorClass.DANGER:
            say(f"floor: danger not found: {row['id']}")
    pooled = [pair for pairs in found.values() for pair in pairs]
    for name, pairs in (("all", pooled), *sorted(found.items())):
        _share(emit, "recall", [hit for hit, _ in pairs], lang=language, **{"class": name})
    _share(emit, "right_class", [right for _, right in pooled], lang=language)


def _false_alarms(
    emit: Emit, reader: Reader, source: str, language: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        emit(SUITE, "false_alarms", None, 0, of=source, lang=language, why=f"the folder has no {source}")
        return
    fired = [(row, flags) for row, flags in each(emit, SUITE, rows, lambda r: reader.flags(r["text"]))]
    for row, flags in fired:
        if flags:
            say(f"floor: false alarm: {row['id']} as {flags[0].kind}")
    _share(emit, "false_alarms", [bool(flags) for _, flags in fired], of=source, lang=language)


def _share(emit: Emit, name: str, hits: Sequence[bool], **fields: Any) -> None:
    low, high = intervals.of_share(sum(hits), len(hits))
    emit(SUITE, name, sum(hits) / len(hits), len(hits), low=low, high=high, **fields)
