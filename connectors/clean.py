"""Text from outside, made safe to keep, to read and to send back. All functions are linear.

`carriable_json` runs once, on a body before anything parses it, so that no string of it can break what keeps
or sends it later; `carriable` does the same for what is not JSON.
`strip_hidden` runs on everything that comes in (tickets, articles, names) and on every value that goes out;
`break_placeholders` runs on every finished message, because desks expand `{{…}}` in what staff users write.
"""
from __future__ import annotations

import re
import unicodedata

# What was taken out, by name; the agent's note says each in words. Fixed list: words files hold a sentence
# for every one.
HIDDEN_TAGS = "hidden_tags"
HIDDEN_VARIATION = "hidden_variation"
HIDDEN_ZERO_WIDTH = "hidden_zero_width"
HIDDEN_BIDI = "hidden_bidi"
HIDDEN_CONTROL = "hidden_control"
HIDDEN_INVISIBLE = "hidden_invisible"
HIDDEN_STACKED = "hidden_stacked"

_RANGES = {
    HIDDEN_TAGS: "\U000e0000-\U000e007f",
    HIDDEN_VARIATION: "\ufe00-\ufe0f\U000e0100-\U000e01ef",
    HIDDEN_ZERO_WIDTH: "\u200b-\u200d\u2060\ufeff",
    HIDDEN_BIDI: "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    # Lone surrogates cannot be sent as UTF-8 at all.
    HIDDEN_CONTROL: "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff",
    HIDDEN_INVISIBLE: "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2061-\u2065\u206a-\u206f\u3164\uffa0\ufff0-\ufffb",
}
HIDDEN_KINDS = (*_RANGES, HIDDEN_STACKED)

JOINERS = "\u200c\u200d"
# Scripts whose letters a joiner parts or joins within a word: Arabic and its kin, those of India, Tibetan,
# Burmese, Khmer, Mongolian.
_JOINED = (
    "\u0600-\u061b\u061d-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1810-\u18af\ufb50-\ufdff"
    "\ufe70-\ufefc"
)
# A joiner between two such letters is one of the word's letters; everywhere else it is as invisible as the
# rest.
_STRAY_JOINER = f"(?<![{_JOINED}])[{JOINERS}]|[{JOINERS}](?![{_JOINED}])"
WORD_JOINER = re.compile(f"(?<=[{_JOINED}])[{JOINERS}](?=[{_JOINED}])")
_KINDS = {kind: re.compile(f"[{span}]") for kind, span in _RANGES.items()} | {
    HIDDEN_ZERO_WIDTH: re.compile(f"[\u200b\u2060\ufeff]|{_STRAY_JOINER}"),
}
_HIDDEN = re.compile(
    f"[{''.join(_RANGES.values()).replace(_RANGES[HIDDEN_ZERO_WIDTH], '')}\u200b\u2060\ufeff]+|{_STRAY_JOINER}"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Ordinary typing, told by what stands around it: taken out where it is not a letter of a word, and never
# reported.
_PICTURE = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
# Thai, Lao, Tibetan, Burmese, Khmer: words without blanks between them.
_SPACED_BY_ZERO_WIDTH = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_WORD = f"\\w{_JOINED}"
_ZERO = _RANGES[HIDDEN_ZERO_WIDTH]
# marks, and what embeds left to right or as it comes: reorder no letters
_TURNS = "\u061c\u200e\u200f\u202a\u202c\u2066\u2068\u2069"
_LETTER_LEFT = f"(?<=(?![{_RIGHT_TO_LEFT}])[^\\W\\d_])"
_LETTER_RIGHT = f"(?=(?![{_RIGHT_TO_LEFT}])[^\\W\\d_])"
_ORDINARY = re.compile("|".join((
    # The selector or joiner of an emoji, and the part of a country on a black flag (England: gbeng).
    f"(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff0-9#*])[\ufe0e\ufe0f](\u200d(?={_PICTURE}))?",
    f"(?<={_PICTURE})\u200d(?={_PICTURE})",
    "(?<=\U0001f3f4)[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,4}\U000e007f",
    # The form of a letter, as in names of Japanese people.
    "(?<=[\u1000-\u109f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe02\U000e0100-\U000e01ef]",
    "(?<=[\u1820-\u18aa])[\u180b-\u180f]",
    # A second joiner typed by mistake; one at a word's end.
    f"(?<=[{_JOINED}][{JOINERS}])[{JOINERS}](?=[{_JOINED}])",
    f"(?<=[{_SPACED_BY_ZERO_WIDTH}])\u200b(?=[{_SPACED_BY_ZERO_WIDTH}])",
    f"(?<=[{_JOINED}])[{JOINERS}](?![{_WORD}{_ZERO}{_TURNS}])",
    # One or two on their own, as editors leave them. A longer run can carry a message.
    f"(?<!\\S)[{_ZERO}]{{1,2}}(?!\\S)|\\A\ufeff",
    # Around numbers, names and right-to-left words. Between two letters that run left to right they would cut
    # a word in two.
    f"(?<![{_TURNS}])(?!{_LETTER_LEFT}[{_TURNS}]+{_LETTER_RIGHT})[{_TURNS}]+",
    # A telephone's address book wraps numbers so.
    "\u202d(?=[-+().\\d \u00a0/]{2,30}\u202c)",
    "\u00ad",
)))
# Turned right to left, which is what their letters do anyway.
_TURNS_RIGHT = re.compile(f"(?!{_LETTER_LEFT}.{_LETTER_RIGHT})[\u202b\u2067]")
_RIGHT_TO_LEFT_LETTER = re.compile(f"[{_RIGHT_TO_LEFT}]")

# Combining marks in a row beyond which a text is drawn over its neighbours; also keeps the normaliser's
# sorting of marks linear.
MARKS_MAX = 6
# Folding these would change what is said: 10² would become 102, 1½ would become 11⁄2, ① followed by 2 would
# become 12.
_MEANING = ("<super>", "<sub>", "<fraction>", "<circle>")
_ELLIPSIS = "\u2026"  # plain typing that hides nothing: a quote keeps it

# What UTF-8 or a database cannot carry: NUL, lone surrogates, noncharacters (two at the end of each plane,
# and U+FDD0 to U+FDEF).
_PLANE_ENDS = "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
_UNCARRIABLE = re.compile(f"[\x00\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
# what stands where such a character stood: the sign for it, and no two halves of a word are joined by its
# loss
LOST = "\ufffd"
_LOST_ESCAPE = r"\ufffd"
# Any escape that could name one; a text without is done after this one look. Pairs are told from halves by
# the second expression.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F]|[fF][dD][dDeE]|[fF]{3}[eEfF])")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)

_DOUBLE_BRACE = re.compile(r"(?<=\{)(?=[{%#])|(?<=[}%#])(?=\})")


def carriable(text: str) -> str:
    """The text with U+FFFD in place of each character that UTF-8 or a database cannot carry."""
    return text if text.isascii() and "\0" not in text else _UNCARRIABLE.sub(LOST, text)


def carriable_json(text: str) -> str:
    """JSON in which no string, key or value, holds such a character once it is parsed, whether written out or
    as an escape."""
    text = carriable(text)
    return _ESCAPE.sub(_carriable_escape, text) if _SUSPECT.search(text) else text


def _carriable_escape(match: re.Match[str]) -> str:
    escape = match.group()
    if len(escape) < len(_LOST_ESCAPE):
        return escape
    named = int(escape[2:6], 16)
    if len(escape) > len(_LOST_ESCAPE):
        named = 0x10000 + ((named & 0x3FF) << 10 | int(escape[8:12], 16) & 0x3FF)
    return _LOST_ESCAPE if _UNCARRIABLE.match(chr(named)) else escape


def strip_hidden(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as a person would see it, and which kinds of hidden characters were taken out (of
    HIDDEN_KINDS, in that order).

    Judged by what stands around it: a flag's tags, marks around a number or a right-to-left word and the like
    are taken out without being reported, and a joiner between Persian or Hindi letters stays. Line ends
    become a newline; what remains is folded to NFKC, except characters whose folding changes meaning (10²,
    1½).
    Stripping twice changes nothing more.
    """
    text = _LINE_END.sub("\n", text)
    if text.isascii():
        clean = _HIDDEN.sub("", text)
        return clean, (HIDDEN_CONTROL,) if clean != text else ()
    if _RIGHT_TO_LEFT_LETTER.search(text):
        text = _TURNS_RIGHT.sub("", text)
    text = _ORDINARY.sub("", text)
    found: set[str] = set()
    # Folding can bring out new characters (U+FFA0 folds to a filler), so the sieve is on both sides of it;
    # twice always settles.
    for _ in range(2):
        found.update(kind for kind, pattern in _KINDS.items() if pattern.search(text))
        text, stacked = _thin_marks(_HIDDEN.sub("", text))
        if stacked:
            found.add(HIDDEN_STACKED)
        text = _fold(text)
    text = _HIDDEN.sub("", text)
    return text, tuple(kind for kind in HIDDEN_KINDS if kind in found)


def visible(text: str) -> str:
    """The text without hidden characters, when nobody asks what they were."""
    return strip_hidden(text)[0]


def break_placeholders(text: str) -> str:
    """The same to the eye, with a zero-width non-joiner inside `{{`, `}}`, `{%`, `%}`, so that no desk or
    template expands it."""
    return _DOUBLE_BRACE.sub("\u200c", text)


def _fold(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    parts: list[str] = []
    start = 0
    for place, letter in enumerate(text):
        if letter > "\x7f" and (
            letter == _ELLIPSIS or unicodedata.decomposition(letter).startswith(_MEANING)
        ):
            parts.append(unicodedata.normalize("NFKC", text[start:place]))
            parts.append(letter)
            start = place + 1
    parts.append(unicodedata.normalize("NFKC", text[start:]))
    return "".join(parts)


def _thin_marks(text: str) -> tuple[str, bool]:
    kept: list[str] = []
    run = 0
    for letter in text:
        run = run + 1 if letter > "\u02ff" and unicodedata.combining(letter) else 0
        if run <= MARKS_MAX:
            kept.append(letter)
    return "".join(kept), len(kept) < len(text)
