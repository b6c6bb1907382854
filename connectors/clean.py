"""Text from outside, made safe to keep, to read and to send back. All functions are linear.

`carriable_json` runs once, on a body before anything parses it, so that no string of it can break what keeps or sends it later;
`carriable` does the same for what is not JSON.
`strip_hidden` runs on everything that comes in (tickets, articles, names) and on every value that goes out;
`break_placeholders` runs on every finished message, because desks expand `{{…}}` in what staff users write
(Zendesk: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/, "Bodies").
"""
from __future__ import annotations

import re
import unicodedata

# What was taken out, by name; the agent's note says each in words. Fixed list: words files hold a sentence for every one.
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

_KINDS = {kind: re.compile(f"[{span}]") for kind, span in _RANGES.items()}
_HIDDEN = re.compile(f"[{''.join(_RANGES.values())}]+")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# An emoji's own selector or joiner and a soft hyphen are ordinary typing, not hiding: taken out, but not reported.
_PICTURE = "[\u2600-\u27bf\U0001f000-\U0001faff]"
_ORDINARY = re.compile(
    f"(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff0-9#*])[\ufe0e\ufe0f](\u200d(?={_PICTURE}))?"
    f"|(?<={_PICTURE})\u200d(?={_PICTURE})|\u00ad|\\A\ufeff"
)
# Combining marks in a row beyond which a text is drawn over its neighbours; also keeps the normaliser's sorting of marks linear.
MARKS_MAX = 6
# Folding these would change what is said: 10² would become 102, 1½ would become 11⁄2, ① followed by 2 would become 12.
_MEANING = ("<super>", "<sub>", "<fraction>", "<circle>")
_ELLIPSIS = "\u2026"  # plain typing that hides nothing: a quote keeps it

# What UTF-8 or a database cannot carry: NUL, lone surrogates, noncharacters (two at the end of each plane, and U+FDD0 to U+FDEF).
_PLANE_ENDS = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
_UNCARRIABLE = re.compile(f"[\x00\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
LOST = "\ufffd"  # what stands where such a character stood: the sign for it, and no two halves of a word are joined by its loss
_LOST_ESCAPE = r"\ufffd"
# Any escape that could name one; a text without is done after this one look. Pairs are told from halves by the second expression.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F]|[fF][dD][dDeE]|[fF]{3}[eEfF])")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)

_DOUBLE_BRACE = re.compile(r"(?<=\{)(?=[{%#])|(?<=[}%#])(?=\})")


def carriable(text: str) -> str:
    """The text with U+FFFD in place of each character that UTF-8 or a database cannot carry."""
    return text if text.isascii() and "\0" not in text else _UNCARRIABLE.sub(LOST, text)


def carriable_json(text: str) -> str:
    """JSON in which no string, key or value, holds such a character once it is parsed, whether written out or as an escape."""
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
    """The text as a person would see it, and which kinds of hidden characters were taken out (of HIDDEN_KINDS, in that order).

    Line ends become a newline; what remains is folded to NFKC, except characters whose folding changes meaning (10², 1½).
    Stripping twice changes nothing more.
    """
    text = _LINE_END.sub("\n", text)
    if text.isascii():
        clean = _HIDDEN.sub("", text)
        return clean, (HIDDEN_CONTROL,) if clean != text else ()
    text = _ORDINARY.sub("", text)
    found: set[str] = set()
    # Folding can bring out new characters (U+FFA0 folds to a filler), so the sieve is on both sides of it; twice always settles.
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
    """The same to the eye, with a zero-width non-joiner inside `{{`, `}}`, `{%`, `%}`, so that no desk or template expands it."""
    return _DOUBLE_BRACE.sub("\u200c", text)


def _fold(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    parts: list[str] = []
    start = 0
    for place, letter in enumerate(text):
        if letter > "\x7f" and (letter == _ELLIPSIS or unicodedata.decomposition(letter).startswith(_MEANING)):
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
