"""Reading a ticket: what is new in it, in which language, about what, and what it asks of us. Nothing is
decided here.

A turn is all that the customer wrote since the last public reply of the assistant or an agent. It is read
without quotes, signatures and sentences of ours. No function looks at more than a fixed number of characters;
what was left out is said in `Reading.cut`.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from app.core.memory import TicketMemory
from app.core.reading import mail, our_words, requests
from app.core.reading.earlier import EARLIER_MESSAGES, blanked, gaps, repeated, runs_of
from app.core.reading.entities import entities
from app.core.reading.language import EARLIER_READ, Clues, language_of, language_told
from app.core.reading.machines import automatic_in
from app.core.reading.mail_lines import CUTS, SHORTENED
from app.core.reading.phrases import Folded, Phrases, fold, phrases
from app.core.reading.places import shown
from app.core.reading.sentiment import sentiment
from app.core.verdicts import Reading, Span, Voice
from config.policy import Policy, Topic
from config.wording import Words
from connectors.clean import HIDDEN_KINDS, strip_hidden, visible
from connectors.records import Message, Role, Ticket, Writer, writer_of

TURN_MESSAGES = 10  # of one burst, the newest
SUBJECT_MAX = 300
SUBJECT_ALONE = 4  # words of a subject that may be a question without any text below it
LAST_READ = 5_000  # characters of the end of a text that was not read to its end
FILE_WORDS = 2_000  # characters of a file that may belong to the question, and that are kept with it
SUBJECT = "subject"  # stands for a message id in spans found in the ticket's subject
STEM_LETTERS = 4  # topic phrases of so many letters may go on ("refund" finds "refunded")
# a phrase that hands off may only be inflected
ENDINGS = ("", "s", "es", "e", "n", "en", "er", "in", "'s", "ed", "d")

_WORD = re.compile(r"\w{3,40}")

CUT_ORDER = (*HIDDEN_KINDS, *CUTS, our_words.OWN_SENTENCES)


@dataclass(frozen=True, slots=True)
class _Own:
    """What one message says newly. `at[i]` is the place of character `i` in the message's own text (or the
    subject)."""

    message: str
    text: str
    at: Sequence[int]
    cut: tuple[str, ...]
    # what was cut from it, less our own sentences and what stands in earlier messages
    gone: _Own | None = None
    lost: Span | None = None  # the longest piece that was cut, as it stands in the message
    doubtful: bool = False  # more than half of it went without proof

    def span(self, start: int, end: int) -> Span:
        first, last = self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]
        return Span(self.message, first, last, self.text[start:end])


def read_ticket(
    ticket: Ticket,
    memory: TicketMemory,
    turn: str,
    words: Mapping[str, Words],
    policy: Policy,
    guess: tuple[str, float] | None,
    again: bool = False,
) -> Reading:
    """The ticket as it stands at this turn.

    `guess` is a language code and its probability (0-1), from outside: one clue among others (`language.py`).
    A language that is told but not shipped is reported by its code. Without a new message of the customer
    `message` is None; `again` (a button of the ticket page, a reply overtaken) their latest words are read
    again, because the hand-off tells them.
    """
    burst, automatic = _unanswered(ticket, words, again)
    own = [_own_text(message, mail.known_of(ticket, message), words) for message in burst]
    subject = _subject(ticket) if burst and burst[0] is _opening(ticket) else None
    parts = [part for part in ([subject] if subject else []) + own if part.text.strip()]
    files = [_file(message, start, text) for message in burst for start, text in message.read_files]
    gone = [o.gone for o in own if o.gone is not None]
    bare = not any(message.attachments for message in burst) and not any(
        mail.CUTS_OF_WORDS.intersection(o.cut) for o in own
    )
    question = _with_files(_question(subject, own, bare), files)
    voices = tuple(_voice(message, said, ticket, automatic) for message, said in zip(burst, own, strict=True))
    owners = {voice.message for voice in voices if voice.writer.owns_ticket}
    theirs, others = [o for o in own if o.message in owners], [o for o in own if o.message not in owners]
    # The requester's own wish before anybody else's: what the hand-off says, and what it remembers, rests on
    # whose it is.
    person = (
        _first_person([*([subject] if subject else []), *theirs], words) or _first_person(others, words)
        # An exit word alone is asked for by our own messages; in what was cut only a whole wish counts.
        or _first_person([g for g in (*files, *gone) if g.message in owners], words, first=False)
        or _first_person([*files, *gone], words, first=False)
    )
    doubtful = any(o.doubtful for o in own)
    # Whose ticket it is hears from us: somebody in copy may write another language.
    said = "\n".join(part.text for part in parts if not theirs or part.message in owners or part is subject)
    clues = Clues(guess, ticket.requester.locale, _earlier(ticket, burst))
    language, known = _language(said, words, clues, person[1] if person else None, policy)
    lexicon = words.get(language)
    must, topic = _topics([*parts, *files], policy, language)
    mood, mood_spans = _mood(parts, lexicon)
    newest = own[-1] if own else None
    names = tuple(dict.fromkeys([ticket.requester.name, *(m.author.name for m in ticket.messages)]))
    return Reading(
        turn=turn,
        message=newest.message if newest else None,
        question=question,
        language=language,
        language_known=known,
        topic=topic,
        automatic=automatic,
        asks_person=person[0] if person else None,
        must_handoff=must,
        asks_identity=any(requests.asks_identity(part.text, words) for part in parts),
        denies=any(requests.denies(o.text, words) for o in own),
        settles=bool(theirs)
        and not doubtful
        and not files
        and _settled(theirs, words, names)
        and _settled(own, words, names),
        acknowledges=bool(own)
        and not doubtful
        and not files
        and _spoken_to(ticket)
        and all(_acknowledged(o, words, names) for o in own),
        sentiment=mood,
        sentiment_spans=mood_spans,
        entities=tuple(
            (kind, part.span(a, b))
            for part in [*parts, *files, *gone]
            for kind, a, b in entities(part.text, words)
        ),
        choice=requests.choice(theirs[-1].text, memory.options, words)
        if theirs and memory.clarified
        else None,
        cut=tuple(
            name
            for name in CUT_ORDER
            if any(name in part.cut for part in [*own, *([subject] if subject else [])])
        ),
        voices=voices,
        settled_by_other=bool(others) and not theirs and _settled(others, words, names),
        cut_words=None if files and not doubtful else _cut_words(own),
        chosen_by_other=not theirs and _somebody_picks(others, memory, words),
    )


def _voice(message: Message, said: _Own, ticket: Ticket, automatic: str | None) -> Voice:
    writer = Writer.MACHINE if automatic else writer_of(message, ticket.requester)
    filed = [
        f"[{' '.join(visible(file.name).split())}]\n{file.text[:FILE_WORDS]}"
        for file in message.files
        if file.text is not None
    ]
    return Voice(
        message.id,
        writer,
        message.author.name,
        "\n\n".join([said.text, *filed]).strip() if filed else said.text,
    )


def _file(message: Message, start: int, text: str) -> _Own:
    """A file's words: the writer's own of that message, with nothing cut from them."""
    words, at = shown(message.whole, [(start, start + len(text))], [])
    return _Own(message.id, words, [*at, at[-1] + 1 if at else start], ())


def _with_files(question: str, files: Sequence[_Own]) -> str:
    """The question; where the message itself asks nothing, what its files say belongs to it."""
    if not files or "?" in question:
        return question
    return "\n\n".join([question, *(file.text[:FILE_WORDS] for file in files)]).strip()


def _somebody_picks(others: Sequence[_Own], memory: TicketMemory, words: Mapping[str, Words]) -> bool:
    return memory.clarified and any(requests.picks(other.text, memory.options, words) for other in others)


def _settled(own: Sequence[_Own], words: Mapping[str, Words], names: Sequence[str]) -> bool:
    """Whether the messages settle it together (a burst cuts a sentence in two), or each by itself (two
    people, two languages)."""
    return requests.settles("\n\n".join(o.text for o in own), words, names) or all(
        requests.settles(o.text, words, names) for o in own
    )


def _acknowledged(own: _Own, words: Mapping[str, Words], names: Sequence[str]) -> bool:
    return requests.acknowledges(own.text, words, names) or requests.settles(own.text, words, names)


def _spoken_to(ticket: Ticket) -> bool:
    return any(m.public and m.author.role in (Role.ASSISTANT, Role.AGENT) for m in ticket.messages)


def _unanswered(ticket: Ticket, words: Mapping[str, Words], again: bool) -> tuple[list[Message], str | None]:
    """The messages of this turn, oldest first, and why the turn is not a person's; automatic ones count only
    when nothing else is there."""
    public = [m for m in ticket.messages if m.public]
    answered = max(
        (n for n, m in enumerate(public) if m.author.role in (Role.ASSISTANT, Role.AGENT)), default=-1
    )
    burst = [m for m in public[answered + 1 :] if m.author.role is Role.CUSTOMER]
    if not burst and again:
        burst = [m for m in public if m.author.role is Role.CUSTOMER][-1:]
    why = [automatic_in(ticket, m, words) for m in burst]
    by_people = [m for m, reason in zip(burst, why, strict=True) if reason is None]
    if by_people:
        return by_people[-TURN_MESSAGES:], None
    return burst[-TURN_MESSAGES:], why[-1] if why else None


def _opening(ticket: Ticket) -> Message | None:
    return next((m for m in ticket.messages if m.public), None)


def _own_text(message: Message, known: mail.Known, words: Mapping[str, Words]) -> _Own:
    """The message without quotes, hidden characters and our own sentences, every character with its place in
    `message.text`."""
    new = mail.new_ranges(message.text, known)
    cut = list(new.cut)
    text, at = shown(message.text, new.ranges, cut)
    gone = _gone(message, new, at[-1] + 1 if SHORTENED in cut and at else None, known, words)
    kept = our_words.kept_ranges(text, words)
    if sum(b - a for a, b in kept) < len(text):
        cut.append(our_words.OWN_SENTENCES)
        at = [place for a, b in kept for place in at[a:b]]
        text = "".join(text[a:b] for a, b in kept)
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    return _Own(message.id, text, [*at[lead : lead + len(text)], at[-1] + 1 if at else 0], tuple(cut), gone,
                _longest(message, new.gone), new.doubtful)


def _gone(
    message: Message, new: mail.NewText, read_to: int | None, known: mail.Known, words: Mapping[str, Words]
) -> _Own | None:
    """The words that were cut, and the end of a text that was not `read_to` its end; None when they are all
    ours or were said before."""
    ranges = [*new.gone]
    if read_to is not None:
        ranges.append((max(read_to, len(message.text) - LAST_READ), len(message.text)))
    text, at = shown(message.text, ranges, [])
    if not text:
        return None
    text = blanked(text, gaps(our_words.kept_ranges(text, words), len(text)))
    text = blanked(text, repeated(text, runs_of(known.earlier[-EARLIER_MESSAGES:])))
    return _Own(message.id, text, at, ()) if text.strip() else None


def _longest(message: Message, ranges: Sequence[tuple[int, int]]) -> Span | None:
    if not ranges:
        return None
    start, end = max(ranges, key=lambda r: r[1] - r[0])
    return Span(message.id, start, end, message.text[start:end])


def _cut_words(own: Sequence[_Own]) -> Span | None:
    """The longest piece that was cut from the newest message whose question may be in it: nothing else is
    left, or it went unproven."""
    nothing_left = not any(o.text for o in own)
    return next((o.lost for o in reversed(own) if o.lost is not None and (nothing_left or o.doubtful)), None)


def _subject(ticket: Ticket) -> _Own:
    text, kinds = strip_hidden(ticket.subject[:SUBJECT_MAX])
    bare = text.strip()
    while bare[:4].casefold().startswith(("re:", "aw:", "fw:", "wg:", "tr:", "rv:", "fwd:")):
        bare = bare.partition(":")[2].strip()
    lead = text.find(bare) if bare else 0
    return _Own(SUBJECT, bare, range(lead, lead + len(bare) + 1), kinds)


def _question(subject: _Own | None, own: Sequence[_Own], bare: bool) -> str:
    """All new words of the turn; in front of an opening message its subject, when that says anything the text
    does not.

    A subject alone is the question only where the message was `bare` (nothing cut, no picture) and it says
    enough: "A question" does not.
    """
    text = "\n\n".join(o.text for o in own if o.text)
    if subject is None or not subject.text:
        return text
    if not text:
        return subject.text if bare and asks_alone(subject.text) else ""
    said = set(_WORD.findall(fold(text).text))
    adds = [word for word in _WORD.findall(fold(subject.text).text) if word not in said]
    return f"{subject.text}\n\n{text}".strip() if adds else text


def asks_alone(subject: str) -> bool:
    """Whether a subject says what somebody wants, without a text below it."""
    return "?" in subject or len(subject.split()) >= SUBJECT_ALONE


def _first_person(
    parts: Sequence[_Own], words: Mapping[str, Words], first: bool = True
) -> tuple[Span, str] | None:
    for part in parts:
        found = requests.asks_person(part.text, words, first)
        if found is not None:
            return part.span(found[0].start, found[0].end), found[1]
    return None


def _language(
    text: str, words: Mapping[str, Words], clues: Clues, asked_in: str | None, policy: Policy
) -> tuple[str, bool]:
    """The language and whether it is known. Where it is not: the requester's locale, then the language a
    person was asked for in."""
    told = language_told(text, words, clues)
    if told is not None:
        return told, True
    spoken = language_of(clues.locale)
    return (spoken if spoken in words else None) or asked_in or policy.default_language, False


def _earlier(ticket: Ticket, burst: Sequence[Message]) -> list[str]:
    """The requester's own words before this turn, newest first."""
    now = {message.id for message in burst}
    before = [
        m
        for m in ticket.messages
        if m.public and m.id not in now and writer_of(m, ticket.requester).owns_ticket
    ]
    return [mail.new_text(m.text)[0] for m in before[: -EARLIER_READ - 1 : -1]]


def _topics(parts: Sequence[_Own], policy: Policy, language: str) -> tuple[Span | None, str]:
    """The phrase that demands a person, in whatever shipped language; and the topic, which is then that
    phrase's."""
    folded = [(part, fold(part.text)) for part in parts]
    for topic in policy.topics:
        if not topic.must_handoff:
            continue
        wanted = _inflected(tuple(chain.from_iterable(topic.phrases.values())))
        for part, plain in folded:
            found = wanted.first(plain)
            if found is not None:
                return part.span(found.start, found.end), topic.name
    scored = [
        (score, -n, t.name) for n, t in enumerate(policy.topics) if (score := _score(t, language, folded)) > 0
    ]
    return None, max(scored)[2] if scored else "other"


def _score(topic: Topic, language: str, folded: Sequence[tuple[_Own, Folded]]) -> int:
    """Letters of the different phrases that hit, twice those in the subject: more and longer ones weigh
    more."""
    entries = topic.phrases.get(language) or tuple(chain.from_iterable(topic.phrases.values()))
    wanted = _going_on(entries)
    hits = {
        (part.message == SUBJECT, _stem(plain.text[found.folded_start : found.folded_end], entries))
        for part, plain in folded
        for found in wanted.all(plain)
    }
    return sum(len(hit) * (1 + in_subject) for in_subject, hit in hits)


def _stem(hit: str, entries: Iterable[str]) -> str:
    return max(
        (plain for entry in entries if hit.startswith(plain := fold(entry).text.strip())),
        key=len,
        default=hit,
    )


@lru_cache(maxsize=512)
def _going_on(entries: tuple[str, ...]) -> Phrases:
    return phrases(f"{entry}~" if len(entry) >= STEM_LETTERS else entry for entry in entries)


@lru_cache(maxsize=512)
def _inflected(entries: tuple[str, ...]) -> Phrases:
    return phrases("|".join(f"{entry.replace(' ', '_')}{ending}" for ending in ENDINGS) for entry in entries)


def _mood(parts: Sequence[_Own], lexicon: Words | None) -> tuple[str, tuple[Span, ...]]:
    """The strongest mood of the turn's parts: frustration anywhere outweighs thanks."""
    read = [(sentiment(part.text, lexicon), part) for part in parts]
    for mood in ("frustrated", "satisfied", "neutral"):
        for (said, places), part in read:
            if said == mood:
                return mood, tuple(part.span(a, b) for a, b in places)
    return "unread", ()
