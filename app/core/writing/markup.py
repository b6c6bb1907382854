"""The small mark-up of everything that is sent: paragraphs, lists, links, quotes. Built by code only;
whatever comes from outside is data.

Each part is made twice at once, as HTML (p, br, ol, ul, li, a, em, strong, blockquote and nothing else) and
as plain text.
"""
from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from app.core.writing.links import web_address
from config.wording import WordingError, Words
from connectors.clean import break_placeholders, visible

# A title longer than this is not a title any more; it is cut at a word.
TITLE_MAX = 140
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Body:
    """A finished message: the same words as HTML and as plain text (the ledger's hash is over the text)."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words inside a line. Only the functions of this file make one."""

    html: Markup
    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list or quote."""

    html: Markup
    text: str


def data(value: object) -> Part:
    """Text from outside on one line: hidden characters out, spaces folded, mark-up shown as the characters it
    is made of."""
    text = " ".join(visible(str(value)).split())
    return Part(escape(text), text)


def title(value: str, instead: str) -> Part:
    """A page's title, cut at TITLE_MAX; `instead` when nothing readable is left of it."""
    text = data(value).text
    if len(text) > TITLE_MAX:
        text = text[:TITLE_MAX].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return data(text or instead)


def say(words: Words, key: str, **values: Part | str) -> Part:
    """A sentence of our words with its fillings; strings are treated as data. Raises WordingError when it
    cannot be filled."""
    template = words.texts.get(key)
    if template is None:
        raise WordingError(f"words {words.language}: {key} is missing")
    return fill(template, f"words {words.language}: {key}", values)


def fill(template: str, where: str, values: dict[str, Part | str] | None = None) -> Part:
    """The template with its fillings; the template itself is escaped, so words files hold one line of text
    and never mark-up."""
    parts = {
        name: value if isinstance(value, Part) else data(value) for name, value in (values or {}).items()
    }
    try:
        plain, escaped = _checked(template)
        html = escaped.format_map({name: part.html for name, part in parts.items()})
        text = plain.format_map({name: part.text for name, part in parts.items()})
    except (KeyError, ValueError) as error:
        raise WordingError(f"{where} cannot be filled ({error}); it may use {sorted(parts)}") from error
    return Part(Markup(html), text)  # noqa: S704 - template and fillings were escaped above


@lru_cache(maxsize=2_048)  # each sentence of the words files once
def _checked(template: str) -> tuple[str, str]:
    """The template on one line, as text and as HTML. Raises ValueError as `check_shape` does."""
    # Folded piece by piece, so that the no-break spaces of French stay.
    plain = NO_BREAK.join(_folded(piece) for piece in template.split(NO_BREAK))
    check_shape(plain)
    return plain, str(escape(plain))


def _folded(template: str) -> str:
    return re.sub(r"\s+", " ", visible(template))


def check_shape(template: str) -> None:
    """Raises ValueError unless every filling is a bare {name}: nothing reaches inside a value, and nothing
    pads one to a huge width."""
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"a filling must be a bare {{name}}, not {{{name}}}")


def joined(parts: Iterable[Part], between: str = " ") -> Part:
    kept = [part for part in parts if part]
    html = str(escape(between)).join(part.html for part in kept)
    return Part(Markup(html), between.join(part.text for part in kept))  # noqa: S704 - parts are escaped, and so is what stands between


def link(label: Part, url: str | None) -> Part:
    """The label as a link; the bare label when the address is none that may be linked. In plain text the
    address follows in brackets."""
    address = web_address(url)
    if address is None:
        return label
    return Part(Markup(f'<a href="{escape(address)}">{label.html}</a>'), f"{label.text} ({address})")  # noqa: S704 - both are escaped


def emphasis(part: Part) -> Part:
    return Part(_within("em", part.html), part.text)


def strong(part: Part) -> Part:
    return Part(_within("strong", part.html), part.text)


def paragraph(*parts: Part) -> Block:
    """One paragraph, the parts a space apart."""
    return lines([joined(parts)])


def lines(parts: Sequence[Part]) -> Block:
    """One paragraph of several lines."""
    kept = [part for part in parts if part]
    return Block(_within("p", "<br>".join(part.html for part in kept)), "\n".join(part.text for part in kept))


def listing(items: Sequence[Part], ordered: bool) -> Block:
    html = "".join(_within("li", item.html) for item in items)
    marks = [f"{place}." if ordered else "-" for place in range(1, len(items) + 1)]
    return Block(
        _within("ol" if ordered else "ul", html),
        "\n".join(f"{mark} {item.text}" for mark, item in zip(marks, items, strict=True)),
    )


def quoted(blocks: Sequence[Block]) -> Block:
    """A whole message inside another one."""
    html = "".join(block.html for block in blocks)
    text = "\n\n".join(block.text for block in blocks)
    return Block(_within("blockquote", html), "\n".join(f"> {line}".rstrip() for line in text.split("\n")))


def _within(tag: str, html: str) -> Markup:
    """Mark-up of this file inside one more tag. Put together as text: `Markup.format` goes over all of it
    again."""
    return Markup(f"<{tag}>{html}</{tag}>")  # noqa: S704 - `html` is joined from parts and blocks only


def enclosed(body: Body) -> Block:
    """A message made here before, as the block that `quoted` takes."""
    return Block(Markup(body.html), body.text)  # noqa: S704 - made by `assemble`, which only joins blocks of this file


def assemble(blocks: Sequence[Block]) -> Body:
    """The finished message. Desk placeholders are broken here, over the whole: no two parts can make one
    together."""
    kept = [block for block in blocks if block.text]
    html = "\n".join(str(block.html) for block in kept)
    return Body(break_placeholders(html), break_placeholders("\n\n".join(block.text for block in kept)))
