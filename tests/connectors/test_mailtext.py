"""A message's HTML as the lines its writer saw."""
from __future__ import annotations

import pytest

from connectors.mailtext import MARKUP_MAX, lines_of
from tests.pace import paces


@pytest.mark.parametrize(
    ("markup", "text"),
    [("<div>Hello <b>Ana</b>,</div>\n<div><br></div><div>It is broken.</div>", "Hello Ana,\n\nIt is broken."),
     ("<p>a</p><ul><li>x</li><li>y</li></ul>z", "a\n\n- x\n- y\n\nz"),
     ("One<br>Two<br/>Three", "One\nTwo\nThree"), ("plain &amp; simple", "plain & simple"), ("a&nbsp;b",
     "a b"),
     ("New<blockquote>Old<br>Older</blockquote>", "New\n> Old\n> Older"),
     ('New<div class="freshdesk_quote"><blockquote>Old</blockquote></div>', "New\n> Old"),
     ('New<div class="gmail_quote">On Monday x wrote:</div>', "New\n> On Monday x wrote:"),
     ("<style>p{}</style><script>x()</script><p>Words</p><!-- no -->", "Words"),
     ("<table><tr><td>Order</td><td>1</td></tr></table>", "Order\n1"),
     ("", ""), ("   ", ""), ("<!-- only this -->", ""), ("\ud800", "?")],
)  # fmt: skip
def test_each_line_is_a_line_and_each_quote_is_marked(markup: str, text: str) -> None:
    assert lines_of(markup) == text


INDENTED = '<blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>{}</div></blockquote>'


@pytest.mark.parametrize("markup", [
    pytest.param("<div>Two things:</div>" + INDENTED.format("My order 4471"), id="gmail-and-freshdesk"),
    pytest.param('<p>Two things:</p><blockquote style="margin-top:0;margin-bottom:0"><p>My order '
                 '4471</p></blockquote>', id="outlook"),
    pytest.param('<div class="gmail_quote"><div>Two things:</div><div>My order '
                 '4471</div></div>', id="all-in-the-programs-wrapper"),
])
def test_what_is_indented_or_only_wrapped_is_no_quote(markup: str) -> None:
    assert [line for line in lines_of(markup).splitlines() if line] == ["Two things:", "My order 4471"]


def test_answers_between_quotes_in_one_wrapper_are_the_writers() -> None:
    markup = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, Larkfield wrote:</div>'
        '<blockquote class="gmail_quote">Which size?</blockquote>'
        '<div>Forty-one.</div><blockquote class="gmail_quote">Which '
        'colour?</blockquote><div>Green.</div></div>'
    )
    assert [line for line in lines_of(markup).splitlines() if line] == [
        "On Mon, Larkfield wrote:", "> Which size?", "Forty-one.", "> Which colour?", "Green.",
    ]


def test_a_blockquote_with_a_line_beside_it_is_a_quote() -> None:
    assert (
        lines_of('New<blockquote style="margin:0 0 0 40px;border-left:1px solid #ccc">Old</blockquote>')
        == "New\n> Old"
    )


@pytest.mark.parametrize("unit", [
    '<div class="gmail_quote">', '<blockquote style="border:none">', '<div class="yahoo_quoted">x</div>',
    "<div>", "<", "<!--", '<a href="', "&", "<blockquote>", "<br>", "x<p>",
])
def test_hostile_markup_takes_no_time(unit: str) -> None:
    assert paces(lambda: lines_of(unit * (1_000_000 // len(unit))), 60) < 60


def test_the_beginning_and_the_end_of_a_very_long_mail_are_read() -> None:
    text = lines_of("<p>First</p>" + "<p>It rained every day.</p>\n" * 40_000 + "<div>Last</div>")
    assert len(text) < MARKUP_MAX and text.startswith("First\n") and text.endswith("\nLast")
