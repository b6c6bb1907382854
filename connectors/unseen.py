"""Hidden text in HTML, taken out of the tree before anybody reads it: one filter for customers' mails and for
help pages.

Judged as mail programs draw it: the `hidden` attribute, inline styles, and `<style>` rules of one plain
selector (`.class`, `#id`, `tag`, `tag.class`). Rules inside `@media` and its kin are passed over, and so is
every selector that would need a real style engine: what is not known to be hidden stays. Linear in the
markup.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

STYLES_MAX = 50_000  # characters of style sheets that are read
_SMALLEST_FONT = 1.0  # px: at that size letters are dots
_FAR_AWAY = -500.0  # px to the left of or above the page
_FLAT = 1.0  # px of height or width from which nothing can be read
_ALIKE = 5  # of 255, in each colour: white on nearly white

# Whether anything stands there that could hide: most mails end here.
_MAY_HIDE = etree.XPath(
    "boolean(//@style | //@hidden | //@color | //@bgcolor | //style | //@class[contains(translate(., 'P', "
    "'p'), 'pre')])"
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?")
_SIZE = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|ex|ch|vh|vw|%|)")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]+)%?)?\s*\)")
_HEX = re.compile(r"#(?:([0-9a-f]{3})|([0-9a-f]{6}))")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
_WHITE = _NAMED["white"]
_PREHEADER = re.compile(
    r"(?:^|\s)(?:preheader|pre-header|preview-?text|mcnpreviewtext)(?:\s|$)", re.IGNORECASE
)
_PIXELS = {"px": 1.0, "": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 0.16}

_Colour = tuple[int, int, int]
_Rules = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Ink:
    """What text inherits from around it. `ground` is None where it is not a plain colour; so is `colour`
    where it is the reader's own."""

    font: float = 16.0
    visible: bool = True
    colour: _Colour | None = _NAMED["black"]
    clear: bool = False  # drawn in no colour at all
    ground: _Colour | None = _WHITE

    @property
    def legible(self) -> bool:
        same = self.colour is not None and self.ground is not None and _alike(self.colour, self.ground)
        return self.visible and self.font > _SMALLEST_FONT and not self.clear and not same


def remove_unseen(root: etree._Element) -> bool:
    """Take out of the tree, in place, what would not be drawn, and say whether words were among it."""
    if not _MAY_HIDE(root):
        return False
    rules = _rules(root)
    waiting: list[tuple[etree._Element, _Ink]] = [(root, _Ink())]
    gone: list[etree._Element] = []
    blanked: list[str | None] = []
    while waiting:
        element, around = waiting.pop()
        ink = around
        if rules or element.attrib:
            style = _style_of(element, rules)
            if _is_gone(element, style):
                gone.append(element)
                continue
            ink = _ink(element, style, around)
        if not ink.legible:
            blanked.append(element.text)
            element.text = None
        for child in element:
            if not ink.legible:
                blanked.append(child.tail)
                child.tail = None
            if isinstance(child.tag, str):
                waiting.append((child, ink))
    hid = any(text and not text.isspace() for text in blanked) or any(_has_words(element) for element in gone)
    for element in gone:
        _empty(element)
    return hid


def _has_words(element: etree._Element) -> bool:
    return any(not text.isspace() for text in element.itertext() if text)


def _empty(element: etree._Element) -> None:
    # Emptied where it stands: moving its tail to a neighbour would copy a growing text again and again.
    element.clear(keep_tail=True)
    element.tag = "span"
    element.text = " "  # the words around it were not one word


def _rules(root: etree._Element) -> _Rules:
    """Declarations by selector. A later rule wins over an earlier one, as it does in a style sheet."""
    rules: dict[str, dict[str, str]] = {}
    sheets = "\n".join(element.text or "" for element in root.iter("style"))[:STYLES_MAX]
    for selectors, body in _top_level(_COMMENT.sub(" ", sheets)):
        declared = _declarations(body)
        for selector in (part.strip().lower() for part in selectors.split(",")):
            if selector and _SELECTOR.fullmatch(selector):
                rules.setdefault(selector, {}).update(declared)
    return rules


def _top_level(sheet: str) -> Iterator[tuple[str, str]]:
    depth, selectors, done = 0, "", 0
    for brace in _BRACE.finditer(sheet):
        words, done = sheet[done : brace.start()].strip(), brace.end()
        if brace.group() == "{":
            depth += 1
            selectors = words if depth == 1 else "@"
        else:
            if depth == 1 and not selectors.startswith("@"):
                yield selectors.rpartition(";")[2], words
            depth = max(0, depth - 1)


def _declarations(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in _COMMENT.sub("", text).lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


def _style_of(element: etree._Element, rules: _Rules) -> Mapping[str, str]:
    style: dict[str, str] = {}
    tag = element.tag.lower()
    if rules:
        marks = [f".{name}" for name in (element.get("class") or "").lower().split()[:20]]
        marks += [f"#{element.get('id', '').lower()}"] * ("id" in element.attrib)
        for selector in (tag, *marks, *(tag + mark for mark in marks)):
            style |= rules.get(selector, {})
    return style | _declarations(element.get("style") or "")


def _is_gone(element: etree._Element, style: Mapping[str, str]) -> bool:
    """Whether it is not drawn at all, its children with it, whatever they say of themselves."""
    display = style.get("display", "")
    if "hidden" in element.attrib and not display or display == "none" or style.get("mso-hide") == "all":
        return True
    if _PREHEADER.search(element.get("class") or "") and not display:
        return True
    opacity = _number(style.get("opacity", ""))
    return (
        opacity is not None and opacity <= 0 or _is_flat(style) or _is_far_away(style) or _is_clipped(style)
    )


def _is_flat(style: Mapping[str, str]) -> bool:
    if not style.get("overflow", "").startswith(("hidden", "clip")):
        return False
    sizes = (_pixels(style.get(name, "")) for name in ("height", "max-height", "width", "max-width"))
    return any(size is not None and size <= _FLAT for size in sizes)


def _is_far_away(style: Mapping[str, str]) -> bool:
    placed = style.get("position") in ("absolute", "fixed", "relative")
    names = ("text-indent", "margin-left", "margin-top", *(("left", "top") if placed else ()))
    return any(
        size is not None and size <= _FAR_AWAY for size in (_pixels(style.get(name, "")) for name in names)
    )


def _is_clipped(style: Mapping[str, str]) -> bool:
    clip = re.sub(r"[\s,]|px", "", style.get("clip", ""))
    lifted = style.get("position") in ("absolute", "fixed")
    return lifted and clip in ("rect(0000)", "rect(1111)") or "inset(50%)" in style.get("clip-path", "")


def _ink(element: etree._Element, style: Mapping[str, str], around: _Ink) -> _Ink:
    size = _pixels(style.get("font-size", ""), around.font)
    seen = {"hidden": False, "collapse": False, "visible": True}.get(
        style.get("visibility", ""), around.visible
    )
    said = style.get("color") or element.get("color", "").lower()
    colour, clear = (_colour(said), _is_clear(said)) if said else (around.colour, around.clear)
    if not said and element.tag == "a" and element.get("href"):
        colour, clear = None, False  # a link has a colour of the reader's own
    if (
        not style
        and colour == around.colour
        and "bgcolor" not in element.attrib
        and "background" not in element.attrib
    ):
        return around
    return replace(
        around,
        font=around.font if size is None else size,
        visible=seen,
        colour=colour,
        clear=clear,
        ground=_ground(element, style, around.ground),
    )


def _ground(element: etree._Element, style: Mapping[str, str], around: _Colour | None) -> _Colour | None:
    said = style.get("background-color") or style.get("background") or element.get("bgcolor", "").lower()
    if element.get("background") or "background-image" in style or "url(" in said or "gradient(" in said:
        return None
    # Without a colour of its own it lets through what lies behind.
    return around if said in ("", "none", "transparent", "inherit", "initial", "unset") else _colour(said)


def _colour(text: str) -> _Colour | None:
    """The colour; None for one that this module cannot name."""
    text = text.strip()
    if text in _NAMED:
        return _NAMED[text]
    if found := _HEX.fullmatch(text):
        digits = found[2] or "".join(letter * 2 for letter in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    return None


def _is_clear(text: str) -> bool:
    found = _RGB.fullmatch(text.strip())
    return (
        text.strip() == "transparent" or found is not None and found[4] is not None and _number(found[4]) == 0
    )


def _alike(one: _Colour, other: _Colour) -> bool:
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))


def _pixels(text: str, whole: float = 16.0) -> float | None:
    """A length in px, roughly, with em and % of `whole`; None for what is not a plain length."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    number = float(found[1])
    if found[2] in ("em", "%"):
        return number * whole / (100 if found[2] == "%" else 1)
    return number * _PIXELS.get(found[2], 16.0)


def _number(text: str) -> float | None:
    found = _SIZE.fullmatch(text.strip())
    return float(found[1]) if found else None
