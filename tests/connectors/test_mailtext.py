"""A message's HTML as the lines its writer saw."""
from __future__ import annotations

import time

import pytest

from connectors.mailtext import lines_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [("<div>Hello <b>Ana</b>,</div>\n<div><br></div><div>It is broken.</div>", "Hello Ana,\n\nIt is broken."),
     ("<p>a</p><ul><li>x</li><li>y</li></ul>z", "a\n\n- x\n- y\n\nz"),
     ("One<br>Two<br/>Three", "One\nTwo\nThree"), ("plain &amp; simple", "plain & simple"), ("a&nbsp;b", "a b"),
     ("New<blockquote>Old<br>Older</blockquote>", "New\n> Old\n> Older"),
     ('New<div class="freshdesk_quote"><blockquote>Old</blockquote></div>', "New\n> > Old"),
     ('New<div class="gmail_quote">On Monday x wrote:</div>', "New\n> On Monday x wrote:"),
     ("<style>p{}</style><script>x()</script><p>Words</p><!-- no -->", "Words"),
     ("<table><tr><td>Order</td><td>1</td></tr></table>", "Order\n1"),
     ("", ""), ("   ", ""), ("<!-- only this -->", ""), ("\ud800", "?")],
)  # fmt: skip
def test_each_line_is_a_line_and_each_quote_is_marked(markup: str, text: str) -> None:
    assert lines_of(markup) == text


@pytest.mark.parametrize("unit", ["<div>", "<", "<!--", '<a href="', "&", "<blockquote>", "<br>", "x<p>"])
def test_hostile_markup_takes_no_time(unit: str) -> None:
    started = time.monotonic()
    lines_of(unit * (1_000_000 // len(unit)))
    assert time.monotonic() - started < 2
