"""Plain article text cut into sentences and steps, each with its exact place. Linear; a missed cut is
harmless, a wrong one is not."""
from __future__ import annotations

import re
from dataclasses import dataclass

LINE, STEP, TABLE_ROW = "line", "step", "row"


@dataclass(frozen=True, slots=True)
class Piece:
    """A verbatim piece of a text: `text[start:end]`, never with space at its ends. `kind`: running sentence,
    one step, or one table row."""

    text: str
    start: int
    end: int
    kind: str = LINE
    opens: bool = True  # false for the second and later sentences of a line
    mark: str = ""  # of a step whose number is not part of the text


# A mark in front of a step, as help centres write them: "1." "2)" "a)" "-" "•" "Step 3:" "Schritt 3:".
MARK = re.compile(
    r"(?:\d{1,3}[.)](?=\s)|[a-z]\)(?=\s)|[-*–•·▪◦‣](?=\s)|(?:Step|Étape|Etape|Schritt|Paso)\s{1,3}\d{1,3}\s?[:.)])\s*",
    re.I,
)

# Short forms after which a full stop ends no sentence, in the four languages; compared in lower case without
# the stop.
_SHORT = frozenset(
    "e.g i.e vs etc approx no nos nr st mr mrs ms dr prof inc ltd co corp dept fig art p pp vol ext tel max "
    "min incl excl hrs "
    "z.b d.h u.a z.t s.o s.u bzw ca evtl ggf inkl exkl zzgl abs str usw vgl bspw mind hr fr gem nr "
    "p.ex c.-à-d env m mm mme mlle av bd chap réf tél "
    "p.ej ej ud uds sr sra sres srta núm pág aprox art avda tfno ee uu a.m p.m mon tue wed thu fri sat sun "
    "jan feb mar apr jun jul aug sep sept oct nov dec janv févr avr juil déc".split()
)
ENDS = ".!?…。！？"
_GAP = re.compile(r"(?<=[.!?…。！？\"”’»)\]])\s+")
_CLOSERS = "\"”’»)]"


def pieces(text: str) -> list[Piece]:
    """The text's sentences, steps and table rows, in order, headings included; each is
    `text[piece.start:piece.end]`.

    A line is never joined to the next, except one that stops in the middle (no closing mark, and the next
    begins in lower case).
    """
    found: list[Piece] = []
    for start, end in _lines(text):
        line = text[start:end]
        if MARK.match(line):
            found.append(Piece(line, start, end, STEP))
        elif "\t" in line or (" | " in line and line[-1] not in ".!?"):
            found.append(Piece(line, start, end, TABLE_ROW))
        else:
            found.extend(_sentences(text, start, end))
    return found


def _lines(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        start = at + (len(line) - len(line.lstrip()))
        at += len(line)
        if not stripped:
            continue
        end = start + len(stripped)
        goes_on = stripped[0].islower() and not MARK.match(stripped)
        if spans and goes_on and _open_ended(text, spans[-1]) and "\n\n" not in text[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _open_ended(text: str, span: tuple[int, int]) -> bool:
    return text[span[1] - 1] not in ".!?…:;" + _CLOSERS and " | " not in text[span[0] : span[1]]


def _sentences(text: str, start: int, end: int) -> list[Piece]:
    cut = [start]
    for gap in _GAP.finditer(text, start, end):
        if _ends_here(text, cut[-1], gap.start()) and _begins(text[gap.end()]):
            cut.append(gap.end())
    cut.append(end)
    found = []
    for first, after in zip(cut, cut[1:], strict=False):
        sentence = text[first:after].rstrip()
        if sentence:
            found.append(Piece(sentence, first, first + len(sentence), LINE, opens=first == start))
    return found


def _ends_here(text: str, start: int, end: int) -> bool:
    # At most three closing quotes or brackets are looked through: enough for people, and bounded for hostile
    # text.
    stop = end
    while stop > start and end - stop < 3 and text[stop - 1] in _CLOSERS:
        stop -= 1
    mark = text[stop - 1 : stop]
    if not mark or mark not in ENDS:
        return False
    if mark != "." or stop < end:
        return True
    word = text[max(start, stop - 24) : stop - 1].rsplit(None, 1)[-1:]
    last = word[0].lstrip("([\"“„«‘’'") if word else ""
    # A bare number or a single letter before the stop is an ordinal ("am 3. Mai") or an initial far more
    # often than an end.
    return not (
        last.casefold() in _SHORT
        or (last.isdigit() and len(last) <= 2)
        or (len(last) == 1 and last.isalpha())
    )


def _begins(letter: str) -> bool:
    return not letter.islower()
