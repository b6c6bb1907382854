"""What a message asks of us apart from its question: a person, to know who writes, an end, one of two pages.
All from the words files."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from app.core.reading.lexicon import listed, spelt
from app.core.reading.phrases import Folded, Found, Phrases, fold, unquoted
from app.core.reading.settling import acknowledges as acknowledges
from app.core.reading.settling import settles as settles
from app.core.reading.spelling import Spelling, corrected
from app.core.verdicts import Option
from config.wording import Words

EXIT_WORDS_AROUND = 4  # words of courtesy that may stand around an exit word
EXIT_SENTENCE_MESSAGE = 30  # words of a message in which an exit word may be a sentence of its own
CHOICE_MESSAGE = 25  # words of a reply in which one hit of a title decides
FIRST_LINES = 8  # greetings and blank lines among which the first line is looked for
LINE_MAX = 300
DENIAL_WORDS = 3  # between "I don't need" and "a person"

_SENTENCE = re.compile(r"[^.!?\n]+")
# A dash between words parts clauses like a semicolon, and is made one: of the same length, so that places
# stay.
_DASH = re.compile(r"(?<=\S)[ \t]+[-‐-―]{1,3}(?=\s)|(?<=\w)[–—―](?=\w)|(?<=\w)--(?=\w)")
_LAST_CLAUSE = re.compile(r"(?<=[,;:])[^,;:.!?\n]{1,60}[.!?\n ]*\Z")
_ENDS = " ,.;:!?\n"
_CLAUSE_ENDS = re.compile(r"[,;:.!?\n]| but | mais | aber | sondern | pero | sino ")
_LETTER = re.compile(r"(?:\w+ ){0,3}([ab])(?: \w+){0,3}")


def asks_person(text: str, words: Mapping[str, Words], first: bool = True) -> tuple[Found, str] | None:
    """Where a message asks for a person and in which language's words; None when it does not. `first`: the
    text begins a message."""
    text = _DASH.sub(lambda dash: ";".ljust(len(dash.group())), text)
    plain = unquoted(fold(text))
    everywhere = tuple(words.values())
    for language, lexicon in words.items():
        spelling = spelt(lexicon, everywhere)
        right = corrected(plain, spelling)
        found = _exit_word(text, right, lexicon, spelling) if first else None
        if found is not None:
            return found, language
        found = _named_person(right, lexicon) or _first_clear(
            right, listed(lexicon, "person_indirect"), listed(lexicon, "person_not")
        )
        if found is not None:
            return found, language
    return None


def denies(text: str, words: Mapping[str, Words]) -> bool:
    """Whether it says that an answer was none: "that is not what I asked", "I know that already"."""
    plain = unquoted(fold(text))
    return any(listed(lexicon, "denied").first(plain) is not None for lexicon in words.values())


def _exit_word(text: str, right: Folded, lexicon: Words, spelling: Spelling) -> Found | None:
    """An exit word alone on the first line that is not a greeting; in a short message also as a sentence, or
    its last clause, of its own."""
    greeting, alone, around = (
        listed(lexicon, "greeting"),
        listed(lexicon, "exit"),
        listed(lexicon, "exit_around"),
    )
    place = 0
    for line in text.splitlines(keepends=True)[:FIRST_LINES]:
        folded = right if line[:LINE_MAX] == text else corrected(unquoted(fold(line[:LINE_MAX])), spelling)
        bare = folded.text.strip(_ENDS)
        if bare and not greeting.whole(bare):
            if _stands_alone(bare, alone, around) or _called_first(bare, lexicon):
                return Found(place, place + len(line.rstrip()), 0, 0)
            break
        place += len(line)
    if len(text.split(None, EXIT_SENTENCE_MESSAGE)) > EXIT_SENTENCE_MESSAGE:
        return None
    for part in (*_SENTENCE.finditer(right.text), *_LAST_CLAUSE.finditer(right.text)):
        if _stands_alone(part.group().strip(_ENDS), alone, around):
            return right.found(part)
    return None


def _called_first(line: str, lexicon: Words) -> bool:
    """Whether a line begins with an exit word, a dash and something else: "PERSON - this is ridiculous"."""
    called, dash, _ = line.partition(";")
    if not dash or listed(lexicon, "addressed").pattern.search(called):
        return False
    return _stands_alone(called.strip(_ENDS), listed(lexicon, "exit"), listed(lexicon, "exit_around"))


def _stands_alone(folded: str, alone: Phrases, around: Phrases) -> bool:
    found = alone.pattern.search(folded)
    if found is None:
        return False
    rest = f"{folded[:found.start()]} {folded[found.end():]}".replace(",", " ")
    words = rest.split()
    return len(words) <= EXIT_WORDS_AROUND and not around.pattern.sub("", " ".join(words)).strip()


def _named_person(folded: Folded, lexicon: Words) -> Found | None:
    named = list(listed(lexicon, "person").all(folded))
    if not named:
        return None  # the usual case, and each further list costs as much as this one
    denied = list(listed(lexicon, "person_denied").all(folded))
    # "Are you a human?" asks whether, not for.
    near_misses = _spans(
        (*listed(lexicon, "person_not").all(folded), *listed(lexicon, "identity").all(folded))
    )
    for found in named:
        if not _overlaps(found, near_misses) and not any(
            _denies(denial, found, folded.text) for denial in denied
        ):
            return found
    return None


def _first_clear(folded: Folded, wanted: Phrases, near_misses: Phrases) -> Found | None:
    found = list(wanted.all(folded))
    missed = _spans(near_misses.all(folded)) if found else ()
    return next((f for f in found if not _overlaps(f, missed)), None)


def _spans(found: Iterable[Found]) -> Sequence[tuple[int, int]]:
    return [(f.folded_start, f.folded_end) for f in found]


def _overlaps(found: Found, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < found.folded_end and found.folded_start < end for start, end in spans)


def _denies(denial: Found, found: Found, text: str) -> bool:
    """Whether the denial stands just before or inside, in one clause: "I don't need to call you", not "I
    don't want a bot, call me"."""
    if denial.folded_start > found.folded_end:
        return False
    wanted = found.folded_end if denial.folded_start > found.folded_start else found.folded_start
    if denial.folded_end >= wanted:
        return denial.folded_end <= found.folded_end
    between = text[denial.folded_end : wanted]
    return len(between) < 60 and not _CLAUSE_ENDS.search(between) and len(between.split()) <= DENIAL_WORDS


def asks_identity(text: str, words: Mapping[str, Words]) -> bool:
    """Whether it asks if a machine or a person writes here."""
    folded = fold(text)
    return any(listed(lexicon, "identity").first(folded) is not None for lexicon in words.values())


def picks(text: str, options: Sequence[Option], words: Mapping[str, Words]) -> bool:
    """Whether a message says which of two pages, by letter or by order, and so is not a question of its
    own."""
    folded = fold(text)
    opening = _opening(folded)
    return (
        len(options) == 2
        and "?" not in text
        and any(_picked(opening, folded, lexicon) for lexicon in words.values())
    )


def choice(text: str, options: Sequence[Option], words: Mapping[str, Words]) -> str | None:
    """The article a reply chooses out of the two offered: by letter, by order, or by words of one title
    clearly more than of the other."""
    if len(options) != 2 or not text.strip():
        return None
    folded = fold(text)
    opening = _opening(folded)
    picked = {n for lexicon in words.values() for n in _picked(opening, folded, lexicon)}
    if len(picked) == 1:
        return options[picked.pop()].article
    return None if picked else _by_title(folded, options, words)


def _opening(folded: Folded) -> str:
    """The first sentence that says anything."""
    return next((s.group().strip(" ,;:") for s in _SENTENCE.finditer(folded.text) if s.group().strip()), "")


def _picked(opening: str, folded: Folded, lexicon: Words) -> set[int]:
    around = listed(lexicon, "choice.around")
    letters = re.findall(r"(?<![\w'])[ab](?![\w'])", opening.replace(",", " "))
    # The rest of the letter's clause may be courtesy only: "A jacket I bought" chooses nothing.
    clause = next((c for c in re.split(r"[,;:]", opening) if re.search(r"(?<![\w'])[ab](?![\w'])", c)), "")
    rest = around.pattern.sub(" ", re.sub(r"(?<![\w'])[ab](?![\w'])", " ", clause))
    if letters and len(set(letters)) == 1 and not rest.strip():
        return {"ab".index(letters[0])}
    if listed(lexicon, "choice.neither").first(folded):
        return {0, 1}
    first = Folded(opening, range(len(opening) + 1))
    return {
        n for n, name in enumerate(("choice.first", "choice.second")) if listed(lexicon, name).first(first)
    }


def _by_title(folded: Folded, options: Sequence[Option], words: Mapping[str, Words]) -> str | None:
    ignored = {w for lexicon in words.values() for w in lexicon.phrases("phrases.choice.ignored")}
    titles = [_content(fold(option.title).text, ignored) for option in options]
    own = [titles[0] - titles[1], titles[1] - titles[0]]
    said = _content(folded.text, ignored)
    hits = [len(own[n] & said) for n in (0, 1)]
    short = len(folded.text.split()) <= CHOICE_MESSAGE
    best = 0 if hits[0] > hits[1] else 1
    clear = hits[best] >= 1 and hits[1 - best] == 0 if short else hits[best] >= hits[1 - best] + 3
    return options[best].article if clear else None


def _content(folded: str, ignored: set[str]) -> set[str]:
    """Words cut to their first six letters, which stands in for their stems."""
    return {word[:6] for word in re.findall(r"\w{3,30}", folded) if word not in ignored}
