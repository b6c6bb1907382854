"""What of a mail is new, and whether a machine wrote it. Mail programs mark their quotes in many languages; the marks stand in tables here.

Every step looks at one line at a time and at no more than LINE_MAX characters of it, so the work is linear in the text. The libraries for
this (mail-parser-reply 1.36, email-reply-parser 0.5.12) take more than 8 s for 100 kB of "On On On …", which anybody may send us.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.reading.mail_marks import (
    ADDRESS_COLON,
    AUTOMATIC_ADDRESS,
    AUTOMATIC_HEADERS,
    BLANK,
    CLOSING_LINE,
    DATE_BEGINS,
    DISCLAIMER_LINE,
    DIVIDER,
    FOOTER_LINE,
    FORWARD,
    FROM,
    IN_A_SENTENCE,
    MARKED,
    OTHER_HEADER,
    REPLY_ABOVE,
    RULE,
    SIGNATURE_MARK,
    WROTE,
)
from app.core.reading.phrases import Phrases, fold
from connectors.records import Message

MAIL_MAX = 100_000  # characters of a mail that are looked at
LINE_MAX = 300
ATTRIBUTION_LINES = 3  # "On … wrote:" is broken over so many lines at most
SIGNATURE_LINES = 10  # more than this below "-- " is no signature
CLOSING_LINES = 6  # name, position, company, phone below "Best regards"
CLOSING_WIDTH = 70
BLOCK_LINES = 12  # a name block with a disclaimer below it

# What was cut, by name, in the order it is told.
QUOTE, FORWARDED, SIGNATURE, FOOTER, DISCLAIMER, SHORTENED = "quote", "forwarded", "signature", "mobile_footer", "disclaimer", "shortened"
CUTS = (QUOTE, FORWARDED, SIGNATURE, FOOTER, DISCLAIMER, SHORTENED)


@dataclass(frozen=True, slots=True)
class NewText:
    """The ranges of the original text that are new, in order, and what was cut (of CUTS)."""

    ranges: tuple[tuple[int, int], ...]
    cut: tuple[str, ...]


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str  # without the blanks at its ends, LINE_MAX characters at most
    long: bool
    kept: bool = True


def new_text(text: str) -> tuple[str, tuple[str, ...]]:
    """What the writer of a mail added themselves, and what was cut from it (of CUTS). A mail of nothing but a quote gives ""."""
    found = new_ranges(text)
    return "".join(text[a:b] for a, b in found.ranges).strip(), found.cut


def new_ranges(text: str) -> NewText:
    """As `new_text`, with the places in the original."""
    lines = _lines(text)
    cut = {SHORTENED} if len(text) > MAIL_MAX else set()
    _cut_quotes(lines, cut)
    _cut_foot(lines, cut)
    return NewText(_joined(lines), tuple(name for name in CUTS if name in cut))


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    at = 0
    for line in text[:MAIL_MAX].splitlines(keepends=True):
        found.append(_Line(at, at + len(line), line[: LINE_MAX + 100].strip(BLANK + "\r\n")[:LINE_MAX], len(line) > LINE_MAX))
        at += len(line)
    return found


def _cut_quotes(lines: list[_Line], cut: set[str]) -> None:
    """Quoted lines go; below a mark that stands before an unmarked quote, everything goes."""
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.text:
            number += 1
            continue
        if MARKED.match(line.text):
            if _quoted_forward(line.text):
                cut.add(FORWARDED)
            line.kept = False
            cut.add(QUOTE)
            number += 1
            continue
        length = _attribution(lines, number)
        if length:
            for quoted in lines[number : number + length]:
                quoted.kept = False
            cut.add(QUOTE)
            number += length
            if not _next_is_marked(lines, number):
                _drop_from(lines, number)
                return
            continue
        name = _opens_quote(lines, number)
        if name:
            cut.add(name)
            _drop_from(lines, number)
            return
        number += 1


def _quoted_forward(text: str) -> bool:
    return bool(FORWARD.match(text.lstrip("> |")))


def _attribution(lines: list[_Line], number: int) -> int:
    """How many lines, from this one on, say who wrote the quote that follows; 0 when they do not."""
    first = lines[number].text
    if lines[number].long or not (DATE_BEGINS.match(first) or "@" in first):
        return 0
    joined = ""
    for length in range(1, ATTRIBUTION_LINES + 1):
        if number + length > len(lines) or not lines[number + length - 1].text:
            return 0
        joined = f"{joined} {lines[number + length - 1].text}".strip()[-LINE_MAX:]
        ends = WROTE.search(joined[-140:]) or ADDRESS_COLON.search(joined)
        if ends and (joined.endswith(":") or "@" in joined or _next_is_marked(lines, number + length)) and re.search(r"\d", joined):
            return length
    return 0


def _next_is_marked(lines: list[_Line], number: int) -> bool:
    following = next((line for line in lines[number : number + 3] if line.text), None)
    return following is not None and bool(MARKED.match(following.text))


def _opens_quote(lines: list[_Line], number: int) -> str | None:
    text = lines[number].text
    if FORWARD.match(text):
        return FORWARDED
    if DIVIDER.match(text) or REPLY_ABOVE.match(text):
        return QUOTE
    if FROM.match(text):
        following = [line.text for line in lines[number + 1 : number + 7] if line.text][:4]
        headers = sum(1 for line in [text[3:], *following] if OTHER_HEADER.match(line))
        if headers >= 2 or (headers and ("@" in text or " objet " in text.casefold())):
            return QUOTE
    return None


def _drop_from(lines: list[_Line], number: int) -> None:
    for line in lines[number:]:
        line.kept = False
    # The ruled line in front of the mark belongs to it.
    for line in reversed(lines[:number]):
        if not line.kept or not line.text:
            continue
        if RULE.match(line.text):
            line.kept = False
            continue
        return


def _cut_foot(lines: list[_Line], cut: set[str]) -> None:
    """Signature, phone footer and disclaimer at the end of what is kept; never all of it."""
    kept = [line for line in lines if line.kept and line.text]
    for number, line in enumerate(kept):
        if line.long and not DISCLAIMER_LINE.match(line.text):
            continue
        rest = len(kept) - number - 1
        name = None
        if SIGNATURE_MARK.match(line.text) and rest <= SIGNATURE_LINES and number:
            name = SIGNATURE
        elif FOOTER_LINE.match(line.text) and not IN_A_SENTENCE.search(line.text):
            name = FOOTER
        elif DISCLAIMER_LINE.match(line.text) and number:
            name = DISCLAIMER
        elif number and CLOSING_LINE.match(line.text) and _is_signed(kept[number + 1 : number + 2 + BLOCK_LINES]):
            name = SIGNATURE
        if name is not None:
            cut.add(name)
            after = False
            for other in lines:
                after = after or other is line
                other.kept = other.kept and not after
            return


def _is_signed(rest: list[_Line]) -> bool:
    """Whether what follows a closing is a name block: a name, then few short lines, no question, no sentence. A closing alone is text."""
    block = [line for line in rest if not (SIGNATURE_MARK.match(line.text) or RULE.match(line.text))]
    end = next((n for n, line in enumerate(block) if DISCLAIMER_LINE.match(line.text) or FOOTER_LINE.match(line.text)), len(block))
    block = block[:end]
    if not block or len(block) > CLOSING_LINES or not _is_name(block[0].text):
        return False
    return all(len(line.text) <= CLOSING_WIDTH and "?" not in line.text and not _is_sentence(line.text) for line in block)


def _is_name(text: str) -> bool:
    """Few words, and those of some length begin with a capital: "I want a person" below a "Thanks" is no name."""
    words = text.strip("*_- ").split()
    return 0 < len(words) <= 5 and words[0][0].isupper() and all(not w[0].islower() for w in words if len(w) > 3)


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 5 and text.endswith((".", "!", ":"))


def _joined(lines: list[_Line]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if not line.kept:
            continue
        if ranges and ranges[-1][1] == line.start:
            ranges[-1] = (ranges[-1][0], line.end)
        else:
            ranges.append((line.start, line.end))
    return tuple(ranges)


def is_automatic(message: Message, subject: str = "", wording: Phrases | None = None, headings: Phrases | None = None) -> str | None:
    """Why a message is not a person's mail, in plain words; None when it is.

    By the desk's own flag, by headers (RFC 3834 and what mail systems add to it), by the sender's address; without any of these only by the
    wording: a heading such as "Automatic reply:" (`headings`), or two different phrases of an absence note (`wording`) and no question.
    """
    if "auto_generated" in message.flags:
        return "the desk says it was generated"
    return _by_headers(message.headers) or _by_address(message.author.email) or _by_wording(message.text, subject, wording, headings)


def _by_headers(headers: Mapping[str, str]) -> str | None:
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {precedence}"
    suppress = headers.get("x-auto-response-suppress", "").lower()
    if any(word in suppress for word in ("all", "autoreply", "oof")):
        return f"X-Auto-Response-Suppress: {suppress[:40]}"
    if headers.get("return-path", "?").strip() in ("<>", ""):
        return "Return-Path: <>"
    report = headers.get("content-type", "").strip().lower()
    if report.startswith("multipart/report"):
        return "Content-Type: multipart/report"
    named = next((name for name in AUTOMATIC_HEADERS if name in headers), None)
    return f"header {named}" if named else None


def _by_address(email: str | None) -> str | None:
    local = (email or "").partition("@")[0]
    return f"sent by {local[:40].lower()}@" if AUTOMATIC_ADDRESS.match(local) else None


def _by_wording(text: str, subject: str, wording: Phrases | None, headings: Phrases | None) -> str | None:
    if headings is not None:
        heading = headings.first(fold(subject[:LINE_MAX]))
        if heading is not None and heading.folded_start == 0:
            return "headed as an automatic reply"
    if wording is None:
        return None
    beginning, _ = new_text(text[: 4 * LINE_MAX])
    if "?" in beginning:
        return None
    folded = fold(beginning)
    said = {folded.text[found.folded_start : found.folded_end] for found in wording.all(folded)}
    return "worded as an absence note" if len(said) >= 2 else None
