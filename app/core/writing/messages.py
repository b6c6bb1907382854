"""Everything a customer reads from us, from verdict to finished message. No sentence stands here: words come
from the words files.

Every message is: notice, body, sources, and at the end the way to a person (`notice.py` sees to it that
neither end can be missing).
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache

from babel.dates import format_date

from app.core.verdicts import Answer, Clarify, Handoff, Sentence, Source
from app.core.writing import notice
from app.core.writing.markup import (
    Block,
    Body,
    Part,
    assemble,
    data,
    emphasis,
    joined,
    lines,
    link,
    listing,
    paragraph,
    say,
    title,
)
from app.core.writing.notice import Frame, check_words
from config.floor import FloorClass
from config.policy import Detail, Reason
from config.wording import WordingError, Words

__all__ = ["Body", "Frame", "answer", "check_words", "clarify", "fixed", "grave", "handoff", "settle"]

# Sentences running from one passage that share one [n].
RUN_MAX = 3
# Sentences further apart than a space stood in two paragraphs of the page, or had something between them that
# is not quoted.
GAP_MAX = 1
# Never told to a customer: the channel does not reach them, or nobody may notice.
SILENT = frozenset({Reason.CANNOT_REPLY_HERE, Reason.HELD_OUT})
_NOT_KNOWN = frozenset({Reason.UNSURE, Reason.OUT_OF_SCOPE})
# Hand-offs decided without a look into the help centre.
_UNSEARCHED = frozenset({Detail.EMPTY, Detail.LANGUAGE, Detail.NO_ARTICLES})
_UNNAMED = frozenset({Detail.ALREADY_ANSWERED})  # the nearest page is the one they have
_LOCALES = {"en": "en_GB"}
_NUMBER = re.compile(r"^(\d{1,3})[.)]\s+")
_BULLET = re.compile(r"^[-*–•·▪◦‣]\s+")


def answer(verdict: Answer, frame: Frame, words: Words) -> Body:
    """The cited answer, or the fixed sentence it names. Raises ValueError for an answer that quotes
    nothing."""
    if verdict.fixed is not None:
        return fixed(verdict.fixed, frame, words)
    if not verdict.sentences:
        raise ValueError("an answer without a quoted sentence cannot be sent: hand off instead")
    sources = lines([_source(source, words) for source in verdict.sources])
    return _message(frame, words, [*_cited(verdict.sentences), sources], exit_kind="answer")


def clarify(verdict: Clarify, frame: Frame, words: Words) -> Body:
    """The one question, naming two pages."""
    letters = [data(option.letter) for option in verdict.options]
    choice = letters[0]
    for letter in letters[1:]:
        choice = say(words, "message.clarify.or", first=choice, second=letter)
    untitled = words.texts["message.source.untitled"]
    options = [
        say(
            words,
            "message.clarify.option",
            letter=option.letter,
            title=emphasis(title(option.title, untitled)),
        )
        for option in verdict.options
    ]
    blocks = [
        paragraph(say(words, "message.clarify.ask")),
        lines(options),
        paragraph(say(words, "message.clarify.reply", letters=choice)),
    ]
    return _message(frame, words, blocks)


def handoff(
    verdict: Handoff,
    route_spoken: str,
    wait_text: str,
    frame: Frame,
    words: Words,
    *,
    searched: bool | None = None,
) -> Body:
    """Why, to whom, how long, and what was passed on. `wait_text` is the finished sentence about the wait, in
    the frame's language.

    `route_spoken` is the group as the customer hears it, "" for "our team". `searched` says whether the help
    centre was looked into, None to take that from the reason. Raises ValueError for a reason that no customer
    may read.
    """
    if verdict.reason in SILENT:
        raise ValueError(f"{verdict.reason} is never told to a customer: plan the note only")
    unsure = verdict.reason in _NOT_KNOWN and verdict.detail not in _UNSEARCHED
    looked = unsure if searched is None else searched
    route = data(route_spoken)
    said = [
        say(words, _why(verdict, words)),
        _nearest(verdict.nearest, words)
        if verdict.reason is Reason.UNSURE and unsure and verdict.detail not in _UNNAMED
        else data(""),
        say(words, "message.handoff.passed", route=route if route else say(words, "message.route.default")),
        data(wait_text),
    ]
    kept = say(words, f"message.handoff.kept.{'searched' if looked else 'plain'}")
    # What the assistant cannot do is news where that is why people get it; to somebody who asked for them, or
    # in distress, it is noise.
    opening = notice.opening(frame, words, "handing", limits=verdict.reason in _NOT_KNOWN)
    return assemble(
        [
            opening,
            paragraph(*said),
            *_unread(frame, words),
            notice.closing(replace(frame, people=True), words, "people", kept),
        ]
    )


def grave(kind: FloorClass, line: str, route_spoken: str, wait_text: str, frame: Frame, words: Words) -> Body:
    """The hand-off of a message of the must-hand-off floor: the class's own sentence first, then the
    company's `line`, "" for none.

    No page is named, nothing is asked, and the wait never stands first.
    """
    route = data(route_spoken)
    passed = say(
        words, "message.handoff.passed_urgent", route=route if route else say(words, "message.route.default")
    )
    said = [say(words, f"message.handoff.grave.{kind}"), data(line), passed, data(wait_text)]
    opening = notice.opening(frame, words, "grave", limits=False)
    kept = say(words, "message.handoff.kept.plain")
    return assemble(
        [opening, paragraph(*said), notice.closing(replace(frame, people=True), words, "people", kept)]
    )


def settle(frame: Frame, words: Words) -> Body:
    """The short thanks when the customer says it is settled."""
    return _message(frame, words, [paragraph(say(words, "message.settle"))])


def fixed(name: str, frame: Frame, words: Words) -> Body:
    """A fixed sentence: `identity` ("are you human?") or `abilities` ("what can you do?"). Raises
    WordingError for any other name."""
    key = f"message.fixed.{name}"
    if key not in words.texts:
        raise WordingError(f"words {words.language}: there is no fixed sentence {name!r}")
    return _message(frame, words, [paragraph(say(words, key))])


def spoken_date(at_us: int, language: str) -> str:
    """The UTC day in the language's long form: 3 March 2026."""
    return _spoken_day(datetime.fromtimestamp(at_us // 1_000_000, UTC).date(), language)


@lru_cache(maxsize=1_024)  # a help centre has as many days as pages
def _spoken_day(day: date, language: str) -> str:
    text = format_date(day, "long", locale=_LOCALES.get(language, language))
    # The first of a month is an ordinal in French, which the locale data leave out.
    return "1er" + text[1:] if language == "fr" and day.day == 1 else text


def _message(frame: Frame, words: Words, blocks: Sequence[Block], exit_kind: str = "other") -> Body:
    return assemble(
        [
            notice.opening(frame, words, "first"),
            *blocks,
            *_unread(frame, words),
            notice.closing(frame, words, exit_kind),
        ]
    )


def _unread(frame: Frame, words: Words) -> list[Block]:
    """That files were not read. Their names stay out: they are somebody's words, and this is ours."""
    if not frame.unread:
        return []
    return [
        paragraph(
            say(
                words,
                "message.unread.one" if frame.unread == 1 else "message.unread.many",
                count=str(frame.unread),
            )
        )
    ]


def _why(verdict: Handoff, words: Words) -> str:
    key = f"message.handoff.why.{verdict.reason}"
    return f"{key}.{verdict.detail}" if f"{key}.{verdict.detail}" in words.texts else f"{key}.default"


def _nearest(source: Source | None, words: Words) -> Part:
    if source is None:
        return data("")
    named = title(source.title, words.texts["message.source.untitled"])
    return say(words, "message.handoff.nearest", title=link(named, source.url))


def _source(source: Source, words: Words) -> Part:
    named = title(source.title, words.texts["message.source.untitled"])
    date = spoken_date(source.updated_at, words.language)
    shown = say(words, "message.source.line", title=Part(link(named, source.url).html, named.text), date=date)
    # In plain text the address closes the line: inside the sentence nobody could read around it.
    address = link(named, source.url).text[len(named.text) :].strip(" ()")
    number = f"[{source.number}] "
    return Part(
        data(number).html + " " + shown.html, f"{number}{shown.text}" + (f"\n{address}" if address else "")
    )


def _cited(sentences: Sequence[Sentence]) -> Iterator[Block]:
    """Blocks in order; an introducing line and what it introduces, and up to RUN_MAX running sentences, share
    one [n]."""
    runs = _runs(sentences)
    for run, after in zip(runs, [*runs[1:], None], strict=True):
        if run[0].step:
            yield _steps(run)
        else:
            opens = after is not None and after[0].number == run[0].number and run[-1].text.endswith(":")
            yield _prose(run, opens)


def _runs(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    runs: list[list[Sentence]] = []
    for sentence in sentences:
        last = runs[-1][-1] if runs else None
        together = last is not None and (last.step, last.number) == (sentence.step, sentence.number)
        if last is not None and together and (sentence.step or 0 <= sentence.start - last.end <= GAP_MAX):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _prose(run: list[Sentence], opens: bool) -> Block:
    parts: list[Part] = []
    # A line that introduces what follows is marked with it.
    marked = run[:-1] if opens else run
    for place, sentence in enumerate(marked, start=1):
        parts.append(data(sentence.text))
        if place % RUN_MAX == 0 or sentence is marked[-1]:
            parts.append(_mark(sentence))
    return paragraph(*parts, *([data(run[-1].text)] if opens else []))


def _steps(run: list[Sentence]) -> Block:
    """A list as the page counts it: numbers only where the page has them, and never others than the
    page's."""
    found = [_NUMBER.match(f"{sentence.mark} {sentence.text}".lstrip()) for sentence in run]
    rows = all(" | " in sentence.text for sentence in run)
    if rows or (
        any(found) and not all(match and int(match[1]) == place for place, match in enumerate(found, start=1))
    ):
        return lines(_with_mark([f"{sentence.mark} {sentence.text}" for sentence in run], run[-1]))
    numbered = all(found)
    unmarked = [(_NUMBER if numbered else _BULLET).sub("", sentence.text, count=1) for sentence in run]
    return listing(_with_mark(unmarked, run[-1]), ordered=numbered)


def _with_mark(items: list[str], last: Sentence) -> list[Part]:
    parts = [data(item) for item in items]
    return [*parts[:-1], joined([parts[-1], _mark(last)])]


def _mark(sentence: Sentence) -> Part:
    return data(f"[{sentence.number}]")
