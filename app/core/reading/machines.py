"""Whether a machine wrote a message: an automatic reply, a bounce, a receipt, a calendar's answer, another
desk's acknowledgement.

By the desk's own flag, by headers, by the sender, by the subject; without any of these only by the wording,
and then a message that asks for anything is a person's. Of two mistakes the answer to a machine is the
smaller one: caps end it, and nothing ends the silence to a person.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.utils import parseaddr

from app.core.reading import machine_marks as marks
from app.core.reading.lexicon import listed_in_all
from app.core.reading.mail import new_text
from app.core.reading.phrases import Phrases, fold
from config.wording import Words
from connectors.records import REQUESTER_DELETED, Message, Role, Ticket

SUBJECT_MAX = 300
SENDER_MAX = 320  # characters of a header with a sender: comments in it may nest, and are read by recursion
TEXT_MAX = 1_200  # characters of a message that its wording is told by
OPENING = 240  # of them, those a standing sentence begins in
PREFIXES = 6  # "Re:" and "[Company]" in front of a subject
SEGMENTS = 12  # parts of an address
WORDED = 2  # different phrases of one kind that make a wording

_SENTENCE = re.compile(r"[^.!?\n]{1,600}[.!?\n]?")
_ASKED = re.compile(r"\?(?:\s|$)")
_LETTERS = re.compile(r"[a-z]{1,40}")


def automatic_in(ticket: Ticket, message: Message, words: Mapping[str, Words]) -> str | None:
    """`is_automatic` of a message where it stands: with the subject, if it opened the ticket, and whether we
    had spoken before it."""
    texts, headings = (
        listed_in_all(tuple(words.values()), f"absence.{name}") for name in ("text", "heading")
    )
    public = [m for m in ticket.messages if m.public]
    opens = bool(public) and message is public[0]
    ours = (Role.ASSISTANT, Role.AGENT)
    answers = "in-reply-to" in message.headers or any(
        m.author.role in ours for m in public if m.at <= message.at and m is not message
    )
    return is_automatic(
        message,
        ticket.subject if opens else "",
        texts,
        headings,
        answers_us=answers,
        sender_gone=ticket.cannot_reply == REQUESTER_DELETED,
    )


def is_automatic(
    message: Message,
    subject: str = "",
    wording: Phrases | None = None,
    headings: Phrases | None = None,
    *,
    answers_us: bool = False,
    sender_gone: bool = False,
) -> str | None:
    """Why no person wrote the message, in plain words; None when a person did.

    `headings` begin the subject of an automatic reply, `wording` are phrases of notes of absence: those tell
    a machine only where the message `answers_us` (a person says such things of themselves, too) and asks for
    nothing. `sender_gone`: the desk has deleted the person, so that it names nobody and gives no address.
    """
    if "auto_generated" in message.flags:
        return "the desk says it was generated"
    return (
        _by_headers(message.headers)
        or _by_sender(message, sender_gone)
        or _by_subject(message, subject, headings)
        or _by_wording(message.text, wording, answers_us)
    )


def _by_headers(headers: Mapping[str, str]) -> str | None:
    """RFC 3834, and what mail systems add to it."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in ("bulk", "junk", "list", "auto_reply", "auto-reply"):
        return f"Precedence: {precedence}"
    said = next(
        (
            name
            for name, value in marks.AUTOMATIC_VALUES
            if value in headers.get(name, "")[:SUBJECT_MAX].lower()
        ),
        None,
    )
    if said is not None:
        return f"header {said}"
    suppress = headers.get("x-auto-response-suppress", "").lower()
    if any(word in suppress for word in ("all", "autoreply", "oof")):
        return f"X-Auto-Response-Suppress: {suppress[:40]}"
    if headers.get("return-path", "?").strip() in ("<>", ""):
        return "Return-Path: <>"
    kind = headers.get("content-type", "").strip().lower()
    if (
        kind.startswith(marks.REPORT_TYPES)
        or "report-type=" in kind
        or marks.CALENDAR_REPLY.match(kind[:SUBJECT_MAX])
    ):
        return f"Content-Type: {kind.partition(';')[0][:40]}"
    named = next((name for name in marks.AUTOMATIC_HEADERS if name in headers), None)
    return f"header {named}" if named else None


def _by_sender(message: Message, gone: bool = False) -> str | None:
    """By the requester as the desk knows them, and by the mail's own `From`, where the desk gives it."""
    for given, sender in ((message.author.name, message.author.email or ""), *_senders(message.headers)):
        # A sender that is not an address ("From: Mail Delivery System") is a name.
        name, address = (given, sender) if "@" in sender else (given or sender, "")
        local = address.partition("@")[0][:80]
        if local and (
            _takes_no_reply(local) or marks.DAEMON_ADDRESS.match(re.sub(r"[._]", "-", local.lower()))
        ):
            return f"sent by {local[:40].lower()}@"
        called = " ".join(fold(name[:80]).text.split())
        if marks.DAEMON_NAME.match(called):
            return "sent in the name of a mail system"
        if (
            not gone
            and not address
            and message.channel == "email"
            and (not called or marks.NAMELESS_SENDER.search(called))
        ):
            return "sent without an address"
    return None


def _senders(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    # An envelope's sender of an ordinary mail may be a bounce address: only the daemons' own names count
    # there.
    returned = parseaddr(headers.get("return-path", "")[:SENDER_MAX])[1]
    if returned and not returned.lower().startswith("bounce"):
        yield "", returned
    for name in ("from", "sender"):
        sender = parseaddr(headers.get(name, "")[:SENDER_MAX])
        if any(sender):
            yield sender


def _takes_no_reply(local: str) -> bool:
    parts = _LETTERS.findall(fold(local).text)[:SEGMENTS]
    joined = {
        "".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, min(a + 5, len(parts)) + 1)
    }
    return bool(joined & marks.TAKES_NO_REPLY) or any(
        part.startswith(marks.GLUED) or part.endswith(marks.GLUED) for part in parts
    )


def _by_subject(message: Message, subject: str, headings: Phrases | None) -> str | None:
    bare, answers = _bare(subject[:SUBJECT_MAX])
    head = fold(bare)
    text = _beginning(message.text)
    if (
        headings is not None
        and _headed(headings, bare)
        and not ((answers or _is_all(headings, bare)) and asks(text))
    ):
        return "headed as an automatic reply"
    folded = " ".join(head.text.split())
    # a bounce sets its message's subject into the middle of a sentence, on a line of its own
    said = " ".join(fold(text).text.split())
    if marks.REPORT_SUBJECT.match(folded) or (
        marks.PERHAPS_REPORT.match(folded) and marks.REPORT_TEXT.search(said)
    ):
        return "headed as a report of a mail system"
    if marks.BOUNCE_SUBJECT.match(folded) or (
        marks.PERHAPS_BOUNCE.match(folded) and marks.BOUNCE_TEXT.search(said)
    ):
        return None if answers and asks(text) else "headed as a bounce"
    if asks(text):
        return None
    if marks.RECEIPT_SUBJECT.match(folded) and marks.RECEIPT_TEXT.search(said):
        return "headed as a receipt"
    if marks.CALENDAR_SUBJECT.match(folded) and (marks.CALENDAR_TEXT.search(said) or _brings_event(message)):
        return "headed as a calendar's answer"
    told = marks.ACKNOWLEDGED.search(folded) and (
        marks.ACKNOWLEDGES_TOO.search(said) or _different(marks.ACKNOWLEDGED, said) >= WORDED
    )
    return "headed as an acknowledgement" if told else None


def _bare(subject: str) -> tuple[str, bool]:
    """The subject without "Re:" and "[Company]", and whether it had a "Re:". A forward keeps its mark: a
    person sent it on."""
    answers = False
    for _ in range(PREFIXES):
        found = marks.SUBJECT_PREFIX.match(subject)
        if found is None:
            break
        answers = answers or found["answers"] is not None
        subject = subject[found.end() :]
    return subject.strip(), answers


def _headed(headings: Phrases, bare: str) -> bool:
    """A heading is one when a colon ends it, or nothing follows: "Automatic reply: your order", not
    "Automatic reply does not work"."""
    folded = fold(bare)
    found = headings.first(folded)
    if found is None or found.folded_start != 0:
        return False
    rest = folded.text[found.folded_end :].lstrip()
    return (
        not rest.strip(" .!") or rest.startswith(":") or re.match(r"(?:re|aw|tr|rv|sv) ?:", rest) is not None
    )


def _is_all(headings: Phrases, bare: str) -> bool:
    folded = fold(bare)
    found = headings.first(folded)
    return found is not None and not folded.text[found.folded_end :].strip(" .!")


def _brings_event(message: Message) -> bool:
    return any(name.lower().endswith(".ics") for name in message.attachments)


def _by_wording(text: str, wording: Phrases | None, answers_us: bool) -> str | None:
    beginning = _beginning(text)
    folded = fold(beginning)
    if asks(beginning):
        return None
    if marks.SAYS_SO.search(folded.text[:OPENING]):
        return "says itself that it is automatic"
    if _different(marks.BOUNCE_TEXT, " ".join(folded.text.split())) >= WORDED:
        return "worded as a bounce"
    if not answers_us:
        return None
    if (
        wording is not None
        and len({folded.text[f.folded_start : f.folded_end] for f in wording.all(folded)}) >= WORDED
    ):
        return "worded as an absence note"
    acknowledged = bool(marks.ACKNOWLEDGED.search(folded.text))
    return (
        "worded as an acknowledgement"
        if acknowledged and marks.ACKNOWLEDGES_TOO.search(folded.text)
        else None
    )


def _different(pattern: re.Pattern[str], text: str) -> int:
    return len({found.group() for found in pattern.finditer(text)})


def _beginning(text: str) -> str:
    return new_text(text[:TEXT_MAX])[0]


def asks(text: str) -> bool:
    """Whether anything is asked for: a question, or a wish that is none of the courtesies machines write."""
    return bool(_ASKED.search(text)) or any(
        _wishes(fold(sentence).text) for sentence in _SENTENCE.findall(text)
    )


def _wishes(sentence: str) -> bool:
    if not marks.ASKS.search(sentence):
        return False
    return not marks.COURTESY.search(sentence) or bool(marks.OF_THE_WRITER.search(sentence))
