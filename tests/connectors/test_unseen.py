"""Words hidden from the reader of a mail or a help page are not read; words that were seen all are."""
from __future__ import annotations

import pytest

from connectors.mailtext import hides_words, lines_of
from connectors.records import Role
from connectors.zendesk import payloads
from tests.pace import paces
from workers.knowledge.plaintext import plain_text

HIDDEN = {
    "display": '<div style="display:none">SECRET</div>',
    "spelled": '<div style="DISPLAY : none !important">SECRET</div>',
    "comment in style": '<div style="display:/**/none">SECRET</div>',
    "attribute": "<p hidden>SECRET</p>",
    "nested": '<div style="display:none"><p style="display:block">SECRET</p></div>',
    "visibility": '<span style="visibility:hidden">SECRET</span>',
    "no size": '<span style="font-size:0px">SECRET</span>',
    "inherited size": '<div style="font-size:0"><b>SECRET</b></div>',
    "a dot": '<div style="font-size:1px;line-height:1px">SECRET</div>',
    "opacity": '<div style="opacity:0.0">SECRET</div>',
    "white on white": '<span style="color:#fff">SECRET</span>',
    "nearly white": '<span style="color:#fefefe">SECRET</span>',
    "white by rgb": '<div style="color: rgb(255, 255, 255)">SECRET</div>',
    "font tag": '<font color="#FFFFFF">SECRET</font>',
    "on its own ground": '<td style="background:#102030;color:#102030">SECRET</td>',
    "ground of a cell": '<table><tr><td bgcolor="#000000"><span '
                        'style="color:black">SECRET</span></td></tr></table>',
    "clear": '<span style="color:transparent">SECRET</span>',
    "clear by rgba": '<span style="color:rgba(0,0,0,0)">SECRET</span>',
    "outlook": '<div style="mso-hide:all">SECRET</div>',
    "off to the left": '<div style="position:absolute;left:-9999px">SECRET</div>',
    "indented away": '<div style="text-indent:-9999px">SECRET</div>',
    "flat": '<div style="max-height:0;overflow:hidden">SECRET</div>',
    "flat height": '<div style="height:0px; overflow:hidden">SECRET</div>',
    "for screen readers": '<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0, '
                          '0, 0, 0)">SECRET</span>',
    "preheader": '<div class="preheader">SECRET</div>',
    "class": "<style>.x1 { display: none; }</style><div class='a x1'>SECRET</div>",
    "id and list": "<style>p.q, #h{visibility:hidden}</style><p id=h>SECRET</p>",
    "later rule": "<style>.x{display:block}.x{display:none}</style><p class=x>SECRET</p>",
}
SEEN = {
    "plain": "<p>SECRET</p>",
    "white on a button": '<a href="#" style="background:#336699;color:#fff">SECRET</a>',
    "white on a dark cell": '<table><tr><td bgcolor="#222222"><font '
                            'color="white">SECRET</font></td></tr></table>',
    "white on a picture": '<div style="background:url(x.png);color:#fff">SECRET</div>',
    "a link in a white text": '<div style="color:#fff"><a href="https://x.example">SECRET</a></div>',
    "gaps closed by size": '<td style="font-size:0"><span style="font-size:14px">SECRET</span></td>',
    "seen inside unseen": '<div style="visibility:hidden"><span '
                          'style="visibility:visible">SECRET</span></div>',
    "half clear": '<p style="opacity:0.5">SECRET</p>',
    "small": '<p style="font-size:0.8em">SECRET</p>',
    "low but open": '<div style="height:0">SECRET</div>',
    "indented": '<p style="text-indent:-20px;margin-left:40px">SECRET</p>',
    "on phones only": "<style>@media (max-width:600px){.d{display:none}}</style><p class=d>SECRET</p>",
    "overruled": '<style>.x{display:none}</style><p class=x style="display:block">SECRET</p>',
    "another element's rule": "<style>p.x{display:none} div .y{display:none}</style><div class='x "
                              "y'>SECRET</div>",
    "rgb": '<span style="color:rgb(34,34,34)">SECRET</span>',
    "behind a hidden one": '<span style="display:none">no</span>SECRET',
    "a preheader that is shown": '<div class="preheader" style="display:block">SECRET</div>',
}


@pytest.mark.parametrize("markup", HIDDEN.values(), ids=HIDDEN)
def test_what_could_not_be_seen_is_not_read(markup: str) -> None:
    whole = f"<p>Where</p>{markup}<p>is it?</p>"
    assert "SECRET" not in lines_of(whole) and lines_of(whole).split() == ["Where", "is", "it?"]
    assert "SECRET" not in plain_text(whole)[0] and plain_text(whole)[0].split() == ["Where", "is", "it?"]
    assert hides_words(whole)


@pytest.mark.parametrize("markup", SEEN.values(), ids=SEEN)
def test_what_was_seen_is_read(markup: str) -> None:
    whole = f"<p>Where</p>{markup}<p>is it?</p>"
    assert "SECRET" in lines_of(whole) and "SECRET" in plain_text(whole)[0]


def test_words_around_a_hidden_one_are_not_joined() -> None:
    assert lines_of('per<span style="display:none">x</span>son') == "per son"


def test_a_zendesk_comment_is_read_as_its_writer_saw_it() -> None:
    view = payloads.view_of("desk", {}, frozenset(), "")
    comment = {
        "id": 1,
        "author_id": 7,
        "created_at": "2026-05-04T10:00:00Z",
        "public": True,
        "plain_body": "Where is it?\n\nSECRET",
        "html_body": '<div class="zd-comment"><p>Where is it?</p><p style="display:none">SECRET</p></div>',
    }
    read = payloads.message(comment, {}, view, "7")
    assert (read.text, read.author.role) == ("Where is it?", Role.CUSTOMER)
    shown = payloads.message({**comment, "html_body": "<p>Where is it?</p><p>SECRET</p>"}, {}, view, "7")
    assert shown.text == "Where is it?\n\nSECRET"


@pytest.mark.parametrize("unit", [
    '<b style="color:#fff">', '<p hidden>', '<p hidden></p>x', "<style>", "<style>.a{}",
    '<i class="a b c d">', "<style>{", "<style>/*",
    '<b style="a:b;a:b;a:b">x</b>',
])
def test_hostile_styles_take_no_time(unit: str) -> None:
    assert paces(lambda: lines_of(unit * (400_000 // len(unit))), 60) < 60
