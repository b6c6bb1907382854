"""The note an agent reads before saying hello: what the customer wants, what is known, what was done and
told, what to do next.

Everything in it is quoted from the ticket or stands in the words files; empty parts are left out. Scores,
rules and the whole transcript stand in the console, one link away.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from babel import Locale, UnknownLocaleError

from app.core.verdicts import Span
from app.core.writing.markup import (
    Block,
    Body,
    Part,
    assemble,
    data,
    enclosed,
    joined,
    lines,
    link,
    paragraph,
    quoted,
    say,
    strong,
)
from app.core.writing.note_facts import Deed, NoteFacts, OtherWriter
from config.policy import Reason
from config.wording import Words

# An agent reads this much before the first hello; the text of a draft is not counted.
WORDS_MAX = 150
# Letters a word has at most, on average; addresses and file names are longer, a sentence of them is not.
LETTERS = 20
NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Room:
    """How much a note may say: words of a quote, items of a list, words of an item."""

    quote: int
    items: int
    item: int


# From roomy to tight; the first that keeps the note under WORDS_MAX is taken, the last one always does.
_ROOMS = (
    _Room(40, 8, 20),
    _Room(30, 6, 14),
    _Room(20, 4, 10),
    _Room(12, 3, 6),
    _Room(8, 2, 4),
    _Room(5, 1, 2),
)


def note(facts: NoteFacts, words: Words) -> Body:
    """The note of a hand-off, in the agents' language. Raises ValueError for facts without a reason."""
    if facts.reason is None:
        raise ValueError("a hand-off note needs the reason of the hand-off; for a draft use draft_note")
    if facts.grave:
        handed = _grave(facts, words, "handed")
    else:
        reason = say(words, _reason(facts, words))
        handed = joined([say(words, "note.handed_off", reason=reason), _by(facts.asked, facts, words)])
    warning = [] if facts.told else [paragraph(strong(_not_told(facts, words)))]
    return _written(facts, words, handed, warning)


def alert_note(facts: NoteFacts, words: Words) -> Body:
    """The note to people who have the ticket, or about a machine's mail. Raises ValueError for facts without
    a grave message."""
    if not facts.grave:
        raise ValueError("an alert needs what it is about")
    return _written(facts, words, _grave(facts, words, "machine" if facts.by_machine else "look"), [])


def draft_note(facts: NoteFacts, kind: str, words: Words) -> Body:
    """The note that carries an unsent message (`facts.draft`); `kind` is answer | clarify | settle. Raises
    ValueError without a draft."""
    if facts.draft is None:
        raise ValueError("a draft note needs the draft")
    return _written(facts, words, say(words, "note.drafted", kind=_kind(kind, words)), [])


def _written(facts: NoteFacts, words: Words, what: Part, warning: list[Block]) -> Body:
    for room in _ROOMS:
        first = [
            *warning,
            paragraph(_header(facts, words, what, room)),
            lines(list(_parts(facts, words, room))),
        ]
        if sum(len(block.text.split()) for block in first) <= WORDS_MAX:
            break
    return assemble([*first, *_draft(facts, words), paragraph(_evidence(facts, words))])


def _header(facts: NoteFacts, words: Words, what: Part, room: _Room) -> Part:
    mood = data("") if facts.sentiment == "unread" else _known_word("sentiment", facts.sentiment, words)
    # How a customer sounds is only worth a line with the words it was heard in.
    if mood and facts.sentiment_span is not None:
        heard = _quote(
            facts.sentiment_span, facts, words, replace(room, quote=min(8, room.quote)), named=facts.asked
        )
        mood = say(words, "note.mood", mood=mood, quote=heard)
    parts = [strong(say(words, "note.start")), what, _cut(facts.topic, 4), mood, _language(facts, words)]
    return joined(parts, words.texts["note.separator"])


def _parts(facts: NoteFacts, words: Words, room: _Room) -> Iterator[Part]:
    yield _part("wants", [_wants(facts, words, room)], words)
    known = _commas([_fact(kind, span, facts, words, room) for kind, span in facts.known[: room.items]])
    files = [
        _files("read", facts.read, facts, words, room),
        _files("unread", facts.unread, facts, words, room),
    ]
    yield _part("known", [joined([known, *files], "; ")], words)
    yield _part("cut", [_cut_words(facts, words, room)], words)
    yield _part("did", [_done(facts, words, room)], words)
    yield _part("open", [_opening(facts, words)], words)
    yield _part("next", [*_grave_steps(facts, words), *_steps(facts, words, room)], words)
    yield _part("told", [_cut(facts.told_text, room.quote) if facts.told else data("")], words)
    if facts.hidden:
        kinds = [_known_word("hidden", kind, words) for kind in facts.hidden[: room.items]]
        yield say(words, "note.hidden.line", kinds=_commas(kinds))
    if facts.lookalikes:
        found = [
            say(words, "note.said", text=_cut(word, room.item)) for word in facts.lookalikes[: room.items]
        ]
        yield say(words, "note.lookalikes", found=_commas(found))


def _part(name: str, said: list[Part], words: Words) -> Part:
    kept = [part for part in said if part]
    return joined([strong(say(words, f"note.{name}")), *kept]) if kept else data("")


def _wants(facts: NoteFacts, words: Words, room: _Room) -> Part:
    if facts.wants is not None:
        return _quote(facts.wants, facts, words, room, named=facts.asked or facts.sentiment_span)
    if facts.subject:
        return joined(
            [say(words, "note.said", text=_cut(facts.subject, room.quote)), say(words, "note.subject")]
        )
    return say(words, "note.no_story")


def _cut_words(facts: NoteFacts, words: Words, room: _Room) -> Part:
    """What was cut, where the question may be in it: the agent judges."""
    return _quote(facts.cut_words, facts, words, room) if facts.cut_words is not None else data("")


def _fact(kind: str, span: Span, facts: NoteFacts, words: Words, room: _Room) -> Part:
    return joined([_kind(kind, words), _cut(span.text, room.item), _at(span, facts, words)])


def _files(key: str, named: Sequence[tuple[str, str]], facts: NoteFacts, words: Words, room: _Room) -> Part:
    if not named:
        return data("")
    files = [
        joined([_cut(name, room.item), _label(message, facts, words)])
        for name, message in named[: room.items]
    ]
    return say(words, f"note.{key}", files=_commas(files))


def _done(facts: NoteFacts, words: Words, room: _Room) -> Part:
    done = [_deed(deed, facts, words, room) for deed in facts.deeds[-room.items :]]
    if facts.searched and facts.nearest is not None:
        named = say(words, "note.said", text=_cut(facts.nearest.title, room.item))
        done.append(say(words, "note.doing.found", titles=link(named, facts.nearest.url)))
    elif facts.searched and facts.reason is Reason.OUT_OF_SCOPE:
        done.append(say(words, "note.doing.found_nothing"))
    return joined(done, "; ")


def _deed(deed: Deed, facts: NoteFacts, words: Words, room: _Room) -> Part:
    titles = _commas([say(words, "note.said", text=_cut(name, room.item)) for name in deed.titles[:2]])
    done = say(words, f"note.doing.{deed.kind}", titles=titles)
    return joined([done, _label(deed.message, facts, words)])


def _opening(facts: NoteFacts, words: Words) -> Part:
    key = f"note.opening.{facts.detail}"
    # Which page settles it can only be asked where a page was found.
    return (
        say(words, key)
        if key in words.texts and (facts.nearest is not None or facts.detail == "after_answer")
        else data("")
    )


def _steps(facts: NoteFacts, words: Words, room: _Room) -> list[Part]:
    shown = enumerate(facts.playbook[: room.items], start=1)
    return [
        joined(
            [
                say(words, "note.step", number=str(number), text=_cut(step, room.item)),
                say(words, "note.playbook", number=str(number)),
            ]
        )
        for number, step in shown
    ]


def _grave(facts: NoteFacts, words: Words, how: str) -> Part:
    room = _ROOMS[2]
    reasons = []
    for kind, span in facts.grave[: room.items]:
        quote = say(words, "note.said", text=_cut(span.text, room.quote))
        reasons.append(joined([say(words, f"note.grave.kind.{kind}"), quote, _by(span, facts, words)]))
    return say(words, f"note.grave.{how}", reasons=_commas(reasons))


def _grave_steps(facts: NoteFacts, words: Words) -> list[Part]:
    kinds = dict.fromkeys(kind for kind, _ in facts.grave)
    steps = [say(words, f"note.grave.next.{kind}") for kind in kinds]
    return [*steps, say(words, "note.grave.unreviewed")] if facts.unreviewed else steps


def _draft(facts: NoteFacts, words: Words) -> Iterator[Block]:
    if facts.draft is None:
        return
    field, value = strong(say(words, "note.field")), say(words, "note.send_draft")
    yield paragraph(strong(say(words, "note.draft")), say(words, "note.send_it", field=field, value=value))
    yield quoted([enclosed(facts.draft)])


def _evidence(facts: NoteFacts, words: Words) -> Part:
    return link(say(words, "note.evidence"), facts.story_url) if facts.story_url else data("")


def _not_told(facts: NoteFacts, words: Words) -> Part:
    if facts.not_told_why:
        return say(words, "note.not_told_why", why=_cut(facts.not_told_why.rstrip("."), 10))
    return say(words, "note.not_told")


def _reason(facts: NoteFacts, words: Words) -> str:
    key = f"note.reason.{facts.reason}"
    return f"{key}.{facts.detail}" if f"{key}.{facts.detail}" in words.texts else f"{key}.default"


def _quote(span: Span, facts: NoteFacts, words: Words, room: _Room, named: Span | None = None) -> Part:
    """The words and where they stand. Who wrote them is left out when it was said of `named`, in the same
    message."""
    place = _at if named is not None and named.message == span.message else _by
    return joined([say(words, "note.said", text=_cut(span.text, room.quote)), place(span, facts, words)])


def _at(span: Span | None, facts: NoteFacts, words: Words) -> Part:
    return _label(span.message if span else None, facts, words)


def _by(span: Span | None, facts: NoteFacts, words: Words) -> Part:
    """Where it stands, and who wrote it when that is not simply the requester."""
    label, other = (
        facts.labels.get(span.message if span else ""),
        facts.others.get(span.message if span else ""),
    )
    if not label or other is None:
        return _at(span, facts, words)
    return say(words, "note.at", message=_commas([data(label), writer_name(other, words)]))


def writer_name(other: OtherWriter, words: Words) -> Part:
    """How the agents' texts call who wrote a message that is not simply the requester's."""
    named = f"note.writer.{other.writer}"
    return (
        say(words, named, name=_cut(other.name, NAME_WORDS)) if other.name else say(words, f"{named}_unnamed")
    )


def _label(message: str | None, facts: NoteFacts, words: Words) -> Part:
    label = facts.labels.get(message or "")
    return say(words, "note.at", message=label) if label else data("")


def _kind(kind: str, words: Words) -> Part:
    return _known_word("kind", kind, words)


def _known_word(table: str, name: str, words: Words) -> Part:
    key = f"note.{table}.{name}"
    return say(words, key) if key in words.texts else data(name.replace("_", " "))


def _language(facts: NoteFacts, words: Words) -> Part:
    if not facts.language:
        return data("")
    try:
        return data(Locale.parse(words.language).languages.get(facts.language, facts.language))
    except (UnknownLocaleError,
    ValueError):  # words in a language that has no locale data: its code says it too
        return data(facts.language)


def _cut(text: str, most: int) -> Part:
    """The text on one line, at most so many words of it, and no more letters than such words have: an endless
    word is cut too."""
    whole = data(text).text
    short = " ".join(whole.split()[:most])[: LETTERS * most].rstrip()
    return data(short if short == whole else short + "…")


def _commas(parts: list[Part]) -> Part:
    return joined(parts, ", ")
