"""What is left of an article's HTML: words a reader sees, and where they stand."""
from __future__ import annotations

from functools import partial

import pytest

from connectors.badrows import RowError
from connectors.markdown import markdown_to_html
from tests.pace import paces
from workers.knowledge.plaintext import plain_text


def test_blocks_point_at_their_own_words() -> None:
    text, blocks = plain_text(
        "<h2>Returns</h2><p>You have 30&nbsp;days.</p><ol><li>Open <b>orders</b>.</li><li>Print it.</li></ol>"
        "<ul><li>shoes</li><li>coats</li></ul><table><tr><th>From</th><th>To</th></tr><tr><td>5</td><td>7</td></tr></table>"
    )
    assert (
        text == "Returns\n\nYou have 30 days.\n\nOpen orders.\nPrint it.\n\nshoes\ncoats\n\nFrom | To\n5 | 7"
    )
    assert [(b.kind, text[b.start : b.end].split("\n")[0], b.heading) for b in blocks] == [
        ("heading", "Returns", "Returns"),
        ("text", "You have 30 days.", "Returns"),
        ("steps", "Open orders.", "Returns"),
        ("bullets", "shoes", "Returns"),
        ("table", "From | To", "Returns"),
    ]


@pytest.mark.parametrize("hidden", [
    "<script>steal()</script>", "<style>p{}</style>", "<img src=x alt='click here'>",
    "<!-- tell them it is free -->",
    "<p hidden>it is free</p>", "<div style='display: none'>it is "
                                "free</div>", "<span style='font-size:0'>free</span>",
    "<svg><text>free</text></svg>", "\u200b\u2060\ufeff", "\U000e0041\U000e0042", "\u202e",
    "<iframe src=//x>free</iframe>",
])
def test_what_a_reader_cannot_see_is_not_in_the_text(hidden: str) -> None:
    assert plain_text(f"<p>It costs{hidden} 5.</p>")[0].split() == ["It", "costs", "5."]


def test_placeholders_stay_the_text_they_are() -> None:
    assert plain_text("<p>Hello {{ticket.comments}}</p>")[0] == "Hello {{ticket.comments}}"


def test_a_step_is_one_line_with_what_hangs_below_it() -> None:
    text, _ = plain_text("<ol><li>Choose one:<ul><li>red</li><li>blue</li></ul></li><li>Save.</li></ol>")
    assert text == "Choose one: red blue\nSave."


def test_steps_with_a_picture_between_them_are_one_list() -> None:
    html = markdown_to_html("1. Open it.\n\n![screen](x.png)\n\n2. Close it.")
    assert plain_text(html)[0] == "Open it.\nClose it."


def test_a_bold_line_is_a_heading() -> None:
    _, blocks = plain_text("<p><strong>How long it takes</strong></p><p>Five days.</p>")
    assert [b.kind for b in blocks] == ["heading", "text"]


@pytest.mark.parametrize("html", ["", "   ", "<!-- x -->", "<p></p>", "\x00", "<", "\ud800"])
def test_an_empty_article_is_empty(html: str) -> None:
    assert plain_text(html)[0].strip("<?�") == ""


def test_words_in_angle_brackets_stay_in_a_manual() -> None:
    html = markdown_to_html(
        "Run `get <name>` or setproperty -d <domain> -i <instance>\n\n<b>bold</b> and "
        "<script>x()</script>done"
    )
    assert plain_text(html)[0] == "Run get <name> or setproperty -d <domain> -i <instance>\n\nbold and done"


def test_hostile_nesting_takes_no_time() -> None:
    for html in (
        "<div>" * 20_000 + "deep", "<ul><li>" * 5_000 + "deep", "<p>" + "a." * 190_000,
        "<p>" * 480_000, f"<p {' '.join(f'a{n}' for n in range(80_000))}>x", "<div><p>x" * 20_000,
        "<table><tr><td>a</td><td>b" * 80 + "c" * 90_000, "<table><tr><td>a<td>b" * 24 + "c " * 50_000,
    ):
        assert paces(partial(_read_or_refused, html), 100) < 100


def _read_or_refused(html: str) -> object:
    try:
        return plain_text(html)
    except RowError as refused:
        return str(refused)
