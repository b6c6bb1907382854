"""Markdown and plain text -> HTML, so that every source speaks one form. Lenient: help texts are written by
hand and pasted together."""
from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from connectors.badrows import RowError
from connectors.bounds import MAX_PIECES, Allowance, check_size

_KNOWN_TAGS = frozenset(
    "a abbr article b blockquote br caption center cite code col colgroup dd del details div dl dt em "
    "figcaption figure font h1 h2 "
    "h3 h4 h5 h6 hr i iframe img ins kbd li main mark ol p pre q s script section small span strike strong "
    "style sub summary sup "
    "svg table tbody td tfoot th thead tr u ul video".split()
)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)")
_ALLOWANCE = "allowance"
_HTML_BODY = re.compile(r"</(?:p|div|ul|ol|li|table|h[1-6]|span)>|<br ?/?>", re.IGNORECASE)


def markdown_to_html(text: str, allowance: Allowance | None = None) -> str:
    """The HTML of a Markdown or plain text. Single line breaks are kept; words in angle brackets that are no
    HTML stay visible text. Raises RowError for a text that is too long to read in the time one page may take.
    """
    check_size(text)
    if text.count("\n\n") > 4 * MAX_PIECES:
        raise RowError(f"has more than {MAX_PIECES} paragraphs: split the page")
    rendered: str = _READER.render(text, {_ALLOWANCE: allowance or Allowance()})
    return rendered


def looks_like_html(text: str) -> bool:
    return bool(_HTML_BODY.search(text))


def _reader() -> MarkdownIt:
    # breaks: plain help texts put one step on a line. No indented code and no underlined headings: in pasted
    # text they are accidents.
    reader = (
        MarkdownIt("commonmark", {"html": True, "breaks": True}).enable("table").disable(["code", "lheading"])
    )
    # First among the rules, so that it is asked at each line and each letter that no rule has taken.
    reader.block.ruler.before("table", "time", _in_time_block)
    reader.inline.ruler.before("text", "time", _in_time_inline)
    reader.add_render_rule("html_inline", _unknown_tags_are_text)
    reader.add_render_rule("html_block", _unknown_tags_are_text)
    return reader


def _in_time_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    state.env[_ALLOWANCE].check()
    return False


def _in_time_inline(state: StateInline, _silent: bool) -> bool:
    state.env[_ALLOWANCE].check()
    return False


def _unknown_tags_are_text(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    # `-d <domain>` in a manual is a word to type, not an element.
    content = tokens[index].content
    names = _TAG.findall(content)
    known = all(name.lower() in _KNOWN_TAGS for name in names)
    return content if known or content.startswith("<!--") else escape(content, quote=False)


_READER = _reader()
