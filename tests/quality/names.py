"""Every figure by its stable name, as scripts read it: what a whole run owes. What nothing has measured is
null with a why."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.emit import Emit

NOT_MEASURED = "nothing has measured it in this run: its module broke, or the suite has no rows for it"
NOT_THERE = "no such suite is in the folder"
BY_NAME = "not part of a whole run: it is measured by ONLY="
SHELVES = ("helpcentre_*", "conversation_mtrag")
BANK = ("helpcentre_bank",)
BASELINES = ("ql", "last10", "les", "hol", "ema", "rolling_p50", "rolling_p90")


@dataclass(frozen=True, slots=True)
class Figures:
    """Names that suites of these patterns print, each once for every value of `field`. `why`, when they
    cannot be measured yet."""

    suites: tuple[str, ...]
    names: tuple[str, ...]
    field: str | None = None
    values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    why: str = NOT_MEASURED


FIGURES = (
    Figures(("helpcentre_*",), ("hit_at_1", "hit_at_3", "mrr"), "baseline", ("bm25", "tfidf")),
    Figures(
        ("helpcentre_*",),
        ("confidence_auroc", "ece", "wrong_per_ticket", "coverage", "own_lost", "foreign_answered"),
        without=BANK,
    ),
    Figures(BANK, ("recall_at_10",)),
    Figures(
        ("conversation_mtrag",),
        (
            "followup_recall_at_5",
            "answered_when_answerable",
            "answered_when_unanswerable",
            "clarified_when_underspecified",
            "partial_named",
        ),
    ),
    Figures(
        SHELVES,
        ("right_page_answered", "wrong_page_answered", "asked", "handed_off"),
        "kind",
        ("answerable", "removed"),
    ),
    Figures(SHELVES, ("asked_right_first", "answer_held_share"), "kind", ("answerable",)),
    Figures(SHELVES, ("quote_words", "byte_equal")),
    Figures(
        ("demo_shop",),
        ("right_page_answered", "wrong_page_answered", "asked", "handed_off"),
        "kind",
        ("answerable", "removed", "impossible", "negated", "several"),
    ),
    Figures(("demo_shop",), ("questions_ended",), "kind", ("several",)),
    Figures(
        ("helpcentre_*",),
        ("right_page_answered_or_drafted",),
        "lang",
        ("de", "es", "fr"),
        why="no question of a suite is in another language than its articles yet, and no draft is made "
            "across languages",
    ),
    Figures(("floor",), ("recall", "false_alarms"), "lang", ("de", "en", "es", "fr")),
    Figures(("languages",), ("right",), "locale", ("given", "none")),
    Figures(("cases",), ("held",)),
    Figures(("intent_*",), ("accuracy", "accuracy_in_scope", "oos_recall", "oos_auroc")),
    Figures(("asks_for_human",), ("recall", "false_alarm_rate")),
    Figures(("sentiment_*",), ("macro_f1", "negative_recall", "read_share")),
    Figures(("support_*",), ("auroc", "precision", "recall")),
    Figures(("verifier",), ("let_through",), "fault", ("number", "negation", "antonym", "foreign")),
    Figures(("verifier",), ("faithful_kept", "quotes_verbatim")),
    Figures(("email_replies",), ("exact", "words_lost_share", "quoted_words_left")),
    Figures(
        ("own_mails",), ("exact", "words_lost_share", "quoted_words_left"), "given", ("all", "raw", "html")
    ),
    Figures(("matters",), ("precision", "recall"), "lang", ("all", "de", "en", "es", "fr")),
    Figures(("email_auto",), ("recall", "false_alarms"), "given", ("headers", "zendesk", "freshdesk")),
    Figures(("email_auto",), ("false_alarms",), "given", ("typed",)),
    Figures(("injection",), ("attacks_with_effect", "benign_diverted")),
    Figures(("pii",), ("recall", "precision")),
    Figures(
        ("waits_*",), ("kept_share", "pinball", "answered_share"), "design", ("told", "raw_drain", *BASELINES)
    ),
    Figures(
        ("waits_*",),
        (
            "mean_promise_s",
            "broken_without_notice",
            "broken_small",
            "broken_short",
            "revised_share",
            "needless_share",
            "pinball_vs_raw_drain",
        ),
    ),
    Figures(("waits_simulator",), ("ql_mse", "les_over_ql")),
    Figures(
        ("model_path",),
        (
            "unsupported_posted",
            "quotes_verbatim",
            "token_f1",
            "citation_precision",
            "citation_recall",
            "latency_s",
        ),
        why="no reply is written by a language model: all are quotes",
    ),
    Figures(("adaptive",), ("attacks", "with_effect"), why="no attacker that adapts to a guard is run yet"),
    Figures(
        ("egress",),
        ("planted_found",),
        why="no text is sent to a model outside the house, so there is nothing to look for in it",
    ),
)


def every_name() -> set[str]:
    return {name for figures in FIGURES for name in figures.names}


def fill(emit: Emit, there: Sequence[str], by_name: Sequence[str]) -> None:
    """Null rows, with a why, for all that a whole run owes and has not printed.

    `there` are the suites of this run, `by_name` those that are only measured when they are asked for.
    """
    printed = [*emit.rows]
    for figures in FIGURES:
        for suite, why in _owed(figures, there, by_name):
            for name in figures.names:
                for value in figures.values or (None,):
                    fields = {figures.field: value} if figures.field and value else {}
                    if not any(
                        row["suite"] == suite and row["name"] == name and fields.items() <= row.items()
                        for row in printed
                    ):
                        emit(suite, name, None, 0, why=why, **fields)


def _owed(figures: Figures, there: Sequence[str], by_name: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each suite of the patterns with the why it would have; the pattern itself where there is none."""
    for pattern in figures.suites:
        found = [
            suite
            for suite in sorted({*there, *by_name})
            if fnmatchcase(suite, pattern) and suite not in figures.without
        ]
        for suite in found:
            yield suite, f"{BY_NAME}{suite}" if suite in by_name and suite not in there else figures.why
        if not found:
            yield pattern, NOT_THERE if figures.why is NOT_MEASURED else figures.why
