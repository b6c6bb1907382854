"""What every public message carries and nothing can take away: that an AI writes, for whom, and the way to a
person.

An admin may reword both. Words that lose either are refused when they are saved (`check_words`), and were
such words to arrive here all the same, the sentences of this file are used instead: a message without them
cannot be composed.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.core.writing.limits_told import Ability, limits_key
from app.core.writing.links import web_address
from app.core.writing.markup import Block, Part, check_shape, data, fill, joined, link, paragraph, say
from app.core.writing.names import first_name
from config.wording import WordingError, Words, placeholders


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the words of a message.

    `can_do` is a clause ("I answer from our help centre"), "" for the words' own. `first`: nothing of ours
    stands in the ticket yet, so the notice is the full one. `page_url` is the one link of the message, None
    where none is proven. `people`: the ticket waits for a person. `checked`: a person read this text before
    it went out. `able`: what the assistant can do beyond answering; what it lacks is told.
    """

    company: str
    assistant_name: str
    can_do: str
    first_name: str | None
    language: str
    first: bool
    page_url: str | None
    people: bool = False
    checked: bool = False
    able: frozenset[Ability] = frozenset()
    # files of this turn that nobody has read: said, so that nobody waits for an answer to them
    unread: int = 0


_AI = {
    "en": r"\bAI\b|artificial intelligence",
    "fr": r"\bIA\b|intelligence artificielle",
    "de": r"\bKI\b|künstliche\w* Intelligenz",
    "es": r"\bIA\b|inteligencia artificial",
}
_PERSON = {
    "en": r"\b(person|human|somebody|someone)\b",
    "fr": r"\b(personne|humain|conseill\w+)\b",
    "de": r"\b(Mensch\w*|Person\w*|Mitarbeit\w+)\b",
    "es": r"\b(persona|humano|agente)\b",
}
_DENIAL = r"\b(not|no|isn't|never|pas|aucune?|kein\w*|nicht|nie|nunca|sin|ohne|without)\b[^.:,;]{0,24}?"
# key -> the fillings without which it says too little
NOTICES = {
    "message.notice.first": ("company",),
    "message.notice.first_limits": ("company", "limits"),
    "message.notice.handing": ("company",),
    "message.notice.handing_limits": ("company", "limits"),
    "message.notice.grave": ("company",),
    "message.notice.again": ("company",),
}
_FILLINGS = {
    "company": "it must say for whom it speaks: {company}",
    "limits": "it must say what the assistant cannot do: {limits}",
}
# key -> the fillings without which it shows no way
EXITS = {
    "message.exit.answer_link": ("talk", "word"),
    "message.exit.answer_plain": ("word",),
    "message.exit.other_link": ("talk", "word"),
    "message.exit.other_plain": ("word",),
    "message.exit.people_link": ("page",),
    "message.exit.people_plain": (),
}


@dataclass(frozen=True, slots=True)
class _Own:
    """The sentences of last resort, in one language."""

    hello: str
    notice: str
    exit: str
    people: str


_OWN = {
    "en": _Own(
        "Hello,",
        "{hello} I'm {company}'s AI assistant.",
        "If you'd like a person, just reply “person”.",
        "You are in a person's queue.",
    ),
    "fr": _Own(
        "Bonjour,",
        "{hello} je suis l'assistant IA du service client {company}.",
        "Si vous préférez une personne, répondez simplement « humain ».",
        "Votre demande attend maintenant une personne de l'équipe.",
    ),
    "de": _Own(
        "Guten Tag,",
        "{hello} ich bin der KI-Assistent von {company}.",
        "Wenn Sie lieber einen Menschen möchten, antworten Sie einfach „Mensch“.",
        "Ihre Anfrage wartet jetzt auf einen Menschen aus dem Team.",
    ),
    "es": _Own(
        "Hola.",
        "{hello} Soy el asistente de IA de {company}.",
        "Si prefiere una persona, responda simplemente «persona».",
        "Su consulta espera ahora a una persona del equipo.",
    ),
}


def notice(frame: Frame, words: Words, kind: str, limits: bool) -> Part:
    """The greeting with the AI notice. `kind` is first | handing | grave | again; the full forms are for a
    ticket's first message.

    With `limits` the full forms also say what the assistant cannot do.
    """
    lacking = words.texts.get(limits_key(frame.able) or "", "") if limits and frame.first else ""
    key = f"message.notice.{kind if frame.first else 'again'}{'_limits' if lacking else ''}"
    hello = _hello(frame, words)
    can_do = data(frame.can_do.strip().rstrip(".") or words.texts.get("message.can_do", ""))
    values: dict[str, Part | str] = {
        "hello": hello,
        "company": frame.company,
        "assistant": frame.assistant_name,
        "can_do": can_do,
        "limits": data(lacking),
    }
    template = words.texts.get(key, "")
    if not _notice_fault(template, words.language, NOTICES[key]):
        try:
            return fill(template, key, values)
        except WordingError:  # the sentence of this file stands in: a notice is never left out
            pass
    return fill(_own(words).notice, key, values)


def way_out(frame: Frame, words: Words, kind: str) -> Part:
    """The one line with the way to a person. `kind` is answer | other | people; a ticket that waits for a
    person always gets `people`."""
    kind = "people" if frame.people else kind
    linked = web_address(frame.page_url) is not None
    key = f"message.exit.{kind}_{'link' if linked else 'plain'}"
    word = words.texts.get("message.exit.word", "")
    if not _word_fault(word, words.language) and not _exit_fault(
        key, words.texts.get(key, ""), words.language
    ):
        values: dict[str, Part | str] = {"word": word}
        try:
            if linked:
                values["talk"] = link(say(words, "message.exit.talk"), frame.page_url)
                values["page"] = link(say(words, "message.exit.page"), frame.page_url)
            return fill(words.texts[key], key, values)
        except WordingError:  # as above: the way out is never left out
            pass
    return fill(_own(words).people if kind == "people" else _own(words).exit, key)


def check_words(words: Words, shipped: Words | None = None) -> None:
    """Raises WordingError, naming language, key and why, when a message made of these words could lack the AI
    notice or the way out.

    With the `shipped` words of the same language at hand, a missing key and a filling that no code gives are
    refused as well.
    """
    faults = {
        key: _notice_fault(words.texts.get(key, ""), words.language, needs) for key, needs in NOTICES.items()
    }
    faults["message.fixed.identity"] = _identity_fault(
        words.texts.get("message.fixed.identity", ""), words.language
    )
    faults["message.exit.word"] = _word_fault(words.texts.get("message.exit.word", ""), words.language)
    faults["message.exit.talk"] = (
        ""
        if _names_person(words.texts.get("message.exit.talk", ""), words.language)
        else "it must name a person"
    )
    faults.update({key: _exit_fault(key, words.texts.get(key, ""), words.language) for key in EXITS})
    for key, template in (shipped.texts.items() if shipped else ()):
        if not faults.get(key):
            faults[key] = _filling_fault(template, words.texts.get(key))
    for key, fault in faults.items():
        if fault:
            raise WordingError(f"words {words.language}: {key}: {fault}")


def _hello(frame: Frame, words: Words) -> Part:
    name = first_name(frame.first_name)
    try:
        return say(words, "message.hello.named", name=name) if name else say(words, "message.hello.plain")
    except WordingError:
        return data(_own(words).hello)


def _own(words: Words) -> _Own:
    return _OWN.get(words.language, _OWN["en"])


def _pattern(table: dict[str, str], language: str) -> str:
    return table.get(language) or "|".join(table.values())


def _names_person(text: str, language: str) -> bool:
    return re.search(_pattern(_PERSON, language), text, re.I) is not None


# Looked for in each message that is made, and the same for the same words: kept per sentence.
@lru_cache(maxsize=256)
def _notice_fault(template: str, language: str, needs: tuple[str, ...]) -> str:
    if (fault := _shape_fault(template)) or (fault := _identity_fault(template, language)):
        return fault
    return next((_FILLINGS[name] for name in needs if name not in placeholders(template)), "")


def _identity_fault(template: str, language: str) -> str:
    ai = _pattern(_AI, language)
    if not re.search(ai, template):
        return "it must say that an AI assistant writes"
    return "it denies being an AI" if re.search(f"{_DENIAL}(?:{ai})", template, re.I) else ""


@lru_cache(maxsize=256)
def _exit_fault(key: str, template: str, language: str) -> str:
    if fault := _shape_fault(template):
        return fault
    missing = [name for name in EXITS[key] if name not in placeholders(template)]
    if missing:
        return f"it must hold {{{missing[0]}}}"
    named = "talk" in EXITS[key] or _names_person(template, language)
    return "" if named else "it must say that a person is meant"


@lru_cache(maxsize=256)
def _word_fault(word: str, language: str) -> str:
    plain = word.isalpha() and len(word) <= 20
    return "" if plain and _names_person(word, language) else "it must be one word that asks for a person"


def _shape_fault(template: str) -> str:
    if not template.strip():
        return "it must not be empty"
    try:
        check_shape(template)
    except ValueError as error:
        return str(error)
    return ""


def _filling_fault(shipped: str, template: str | None) -> str:
    if template is None:
        return "it is missing"
    if fault := _shape_fault(template):
        return fault
    # The notice may also use the assistant's own name; every other sentence has the fillings of the shipped
    # one and no others.
    unknown = placeholders(template) - placeholders(shipped) - {"assistant", "company", "can_do", "hello"}
    if unknown:
        return f"nothing fills {{{min(unknown)}}}"
    return ""


def opening(frame: Frame, words: Words, kind: str, limits: bool = True) -> Block:
    return paragraph(notice(frame, words, kind, limits))


def closing(frame: Frame, words: Words, kind: str, *before: Part) -> Block:
    """The last lines, two at most: that a person checked this text, if one did, and the way out."""
    checked = [say(words, "message.checked")] if frame.checked else []
    return paragraph(joined([*checked, *before, way_out(frame, words, kind)]))
