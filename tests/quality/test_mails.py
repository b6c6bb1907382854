"""Mails counted word by word, and taken apart as a desk does it."""
from __future__ import annotations

import json

import pytest

from connectors.zendesk.sandbox.comments import flags_of_headers
from tests.emit import Emit
from tests.quality import mails
from tests.quality.mailfile import parsed
from tests.quality.mails import Kept

RAW = "The pole broke.\n\nOn Mon, Ben wrote:\n> Is the pole fine?"
REPLY = "The pole broke."

ABSENT = """\
From: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>
Return-Path: <>
Return-Path: <second@example.com>
Subject: =?utf-8?q?Re=3A_N=C3=A4hte?=
Auto-Submitted:
  auto-replied
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=no-such-charset

I am away.
--x
Content-Type: text/html

<p>I am <b>away</b>.</p>
--x--
"""


def test_words_are_compared_in_their_order():
    assert mails.kept(RAW, REPLY, REPLY) == Kept(True, 0, 3, 0, 9)
    # "The pole" is lost, and the quote's "the pole fine?" does not stand in for it.
    assert mails.kept(RAW, REPLY, "broke. > Is the pole fine?") == Kept(False, 2, 3, 5, 9)
    assert mails.kept(RAW, REPLY, "") == Kept(False, 3, 3, 0, 9)


def test_shares_are_over_all_words_and_not_means_of_means():
    found = mails.replies_scored([Kept(True, 0, 3, 0, 9), Kept(False, 2, 3, 5, 1)])
    assert found == {
        "exact": 0.5,
        "words_lost_share": pytest.approx(2 / 6),
        "quoted_words_left": pytest.approx(5 / 10),
    }


def test_the_plain_cut_is_at_the_first_mark():
    assert mails.until_first_mark(RAW) == "The pole broke.\n"
    assert mails.until_first_mark("nothing quoted") == "nothing quoted"


def test_a_raw_mail_is_taken_apart_and_broken_parts_are_read_as_far_as_they_go():
    mail = parsed(ABSENT)
    assert (mail.name, mail.address, mail.subject) == ("Jörg", "joerg@example.com", "Re: Nähte")
    assert (mail.headers["auto-submitted"], mail.headers["return-path"]) == ("auto-replied", "<>")
    assert mail.text.strip() == "I am away."
    assert mail.html.strip() == "<p>I am <b>away</b>.</p>"
    assert parsed("no header at all").address is None


def test_each_desk_gives_what_it_gives():
    mail = parsed(ABSENT)
    headed = mails.with_headers(mail).messages[0]
    on_zendesk = mails.on_zendesk(mail, flags_of_headers)
    on_freshdesk = mails.on_freshdesk(mail)

    assert headed.headers["auto-submitted"] == "auto-replied"
    assert on_zendesk.messages[0].headers == {"from": '"Jörg" <joerg@example.com>'}
    assert on_zendesk.messages[0].flags == {"auto_generated"}
    assert mails.on_zendesk(mail, lambda headers: ()).messages[0].flags == frozenset()
    assert (on_freshdesk.messages[0].headers, on_freshdesk.messages[0].flags) == ({}, frozenset())
    for ticket in (on_zendesk, on_freshdesk):
        assert ticket.subject == "Re: Nähte"
        assert ticket.messages[0].author.email == "joerg@example.com"
        assert ticket.messages[0].text.strip() == "I am away."


def test_what_only_a_header_says_is_lost_where_the_desk_gives_no_headers(tmp_path):
    folder = tmp_path / "email_auto"
    folder.mkdir()
    machine = (
        "From: Ann <ann@example.com>\nAuto-Submitted: auto-replied\nSubject: Hello\n\nThank you, we "
        "will see.\n"
    )
    person = "From: Ben <ben@example.com>\nSubject: Hello\n\nWhere is my parcel?\n"
    rows = [
        {"id": "m", "raw": machine, "automatic": True, "kind": "x"},
        {"id": "p", "raw": person, "automatic": False, "kind": "x"},
    ]
    (folder / "eval.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    emit = Emit()

    mails.run(emit, tmp_path, mails.suites(tmp_path), tmp_path)

    recall = {(row["given"], row.get("flag_4")): row["value"] for row in emit.rows if row["name"] == "recall"}
    assert recall == {
        ("headers", None): 1.0,
        ("zendesk", "as the sandbox desk sets it"): 1.0,
        ("zendesk", "never"): 0.0,
        ("freshdesk", None): 0.0,
    }
    assert [row["value"] for row in emit.rows if row["name"] == "false_alarms"] == [0, 0, 0, 0]
