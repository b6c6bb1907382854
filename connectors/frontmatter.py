"""The lines between two lines of --- at the top of a Markdown file: `name: value`, plain values only.

Not YAML on purpose: no aliases, no types of its own (`title: 2026` and `title: yes` are words), no values
over several lines. A name that is not asked for is passed over with whatever hangs below it. What says who
may read the page must not get lost: a name that stands twice or a block without an end is an error.
"""
from __future__ import annotations

import re
from collections.abc import Collection

from connectors.badrows import RowError

MAX_LINES = 400
MAX_VALUE = 4000  # characters
_FENCE = re.compile(r"-{3}[ \t]*")
_NAMED = re.compile(r"""["']?([^\s"':#\[\]{}&*!|>%@`,-][^"':]{0,100}?)["']?[ \t]*:(?:[ \t]+(.*))?""")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["\\/ntr]))')
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_ITEM = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^,"'\[\]{}&*]*))[ \t]*""")


def front_matter(
    text: str, names: Collection[str], lists: Collection[str]
) -> tuple[dict[str, object], str, int]:
    """(values by name, body, line the body starts at). A value is text, or a list of texts for `lists`.

    Without a front matter ({}, the text, 1). Raises RowError with its line.
    """
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or not _FENCE.fullmatch(lines[start]):
        return {}, text, 1
    end = next(
        (at for at, line in enumerate(lines[start + 1 : start + 2 + MAX_LINES], start + 1)
         if _FENCE.fullmatch(line)),
        None,
    )
    if end is None:
        following = _NAMED.fullmatch(lines[start + 1]) if start + 1 < len(lines) else None
        if following is None or _name(following) not in names:
            return {}, text, 1  # a line drawn across the page
        raise RowError(f"has a front matter without an end: put a second line of --- below it, within "
                       f"{MAX_LINES} lines", start + 1)
    return _values(lines, start + 1, end, names, lists), "\n".join(lines[end + 1 :]), end + 2


def _values(
    lines: list[str], start: int, end: int, names: Collection[str], lists: Collection[str]
) -> dict[str, object]:
    found: dict[str, object] = {}
    at = start
    while at < end:
        line, number = lines[at], at + 1
        at += 1
        if not line.strip() or line.startswith("#"):
            continue
        named = _NAMED.fullmatch(line.rstrip())
        if named is None:
            raise RowError("has a line in its front matter that is not `name: value`", number)
        name, value = _name(named), (named[2] or "").strip()
        below, at = _below(lines, at, end)
        if name not in names:
            continue
        if name in found:
            raise RowError(f"{name}: stands twice in the front matter; leave one", number)
        if name in lists:
            found[name] = _listed(name, value, below, number)
        elif below:
            raise RowError(f"{name}: write its value behind the colon, on one line", number)
        else:
            found[name] = _scalar(name, value, number)
    return found


def _below(lines: list[str], at: int, end: int) -> tuple[list[str], int]:
    """What hangs below a name: indented lines, items, the end of a bracket."""
    start = at
    while at < end and (not lines[at].strip() or lines[at].startswith((" ", "\t", "- ", "]", "}"))):
        at += 1
    return [line for line in lines[start:at] if line.strip() and not line.lstrip().startswith("#")], at


def _name(named: re.Match[str]) -> str:
    return named[1].strip().lower()


def _scalar(name: str, value: str, line: int) -> str:
    if len(value) > MAX_VALUE:
        raise RowError(f"{name}: use no more than {MAX_VALUE} characters", line)
    if value.startswith(("[", "{", "&", "*", "!", "|", ">", "@", "`", "%")):
        raise RowError(f"{name}: is not a plain value; put it between quotation marks", line)
    if not value.startswith(('"', "'")):
        return re.split(r"(?:^|[ \t])#", value, maxsplit=1)[0].strip()
    item = _ITEM.match(value)
    rest = value[item.end() :] if item else value
    if item is None or item[3] is not None or rest and not rest.startswith("#"):
        raise RowError(f"{name}: has a quotation mark too few or too many", line)
    return _text(item)


def _listed(name: str, value: str, below: list[str], line: int) -> list[str]:
    if value and below:
        raise RowError(f"{name}: write the list on one line, like [a, b]", line)
    if below:
        if any(not item.lstrip().startswith("- ") for item in below):
            raise RowError(f"{name}: write one plain value behind each `- `", line)
        return [_scalar(name, item.lstrip()[2:].strip(), line) for item in below]
    bracketed = value.startswith("[")
    if bracketed != value.endswith("]") or len(value) > MAX_VALUE:
        raise RowError(f"{name}: write a short list like [a, b]", line)
    rest, items = value[1:-1] if bracketed else value, []
    while rest.strip():
        item = _ITEM.match(rest)
        end = item.end() if item else 0
        if item is None or end < len(rest) and rest[end] != ",":
            raise RowError(f"{name}: write a list of plain values, like [a, b]", line)
        items.append(_text(item))
        rest = rest[end + 1 :]
    return [item for item in items if item]


def _text(item: re.Match[str]) -> str:
    if item[1] is not None:
        # Two escapes may be the halves of one character; a half without its other becomes U+FFFD.
        plain = _ESCAPE.sub(_escaped, item[1])
        return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return item[2].replace("''", "'") if item[2] is not None else (item[3] or "").strip()


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    return chr(int(digits, 16)) if digits else _LETTERS.get(found[3], found[3])
