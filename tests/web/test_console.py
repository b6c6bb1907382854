"""The console's pages, through their addresses, on rows as the workers leave them."""
from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import delete, insert, update

from app.store import policies
from app.store.tables import caps, desks, inbox, policy_versions, requesters, tickets
from app.web.console import PAGE
from tests.web.seeding import DESK, NOW, OTHER_DESK, TENANT, a_morning, seed_ticket, seed_verdict

HERE = "http://127.0.0.1"
SUBJECTS = {
    "answered": "Boots too small",
    "handed_off": "Charged twice for order #4471",
    "clarified": "Change my address",
    "quiet": "Out of office: back on Thursday",
    "failed": "Where is my parcel?",
    "draft": "How do I re-wax a jacket?",
}


def text(client, path: str) -> str:
    """What a person reads on the page: its text without tags, spaces run together."""
    answer = client.get(path, base_url=HERE)
    assert answer.status_code == 200, answer.text
    body = re.sub(r"<head>.*?</head>", "", answer.text, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def shown(page: str) -> set[str]:
    return {name for name, subject in SUBJECTS.items() if subject in page}


def test_the_list_shows_each_ticket_with_verdict_why_and_effects(house):
    a_morning(house)
    page = text(house.signed_in(), "/tickets")
    assert shown(page) == set(SUBJECTS)
    for said in (
        "Answered From “Returning an item”",
        "Handed off This has to be looked at by a person. Policy gives this topic to people.",
        "note sent",
        "fields waiting to be sent",
        "Stayed quiet An automatic mail, not a person writing.",
        "nothing",
        "reply given up; a person must look",
        "Answered draft",
        "5 minutes ago",
        "with people",
    ):
        assert said in page, said
    assert [page.index(SUBJECTS[name]) for name in SUBJECTS] == sorted(
        page.index(SUBJECTS[name]) for name in SUBJECTS
    )


@pytest.mark.parametrize(("query", "expected"), [
    ("verdict=answer", {"answered", "failed", "draft"}),
    ("verdict=handoff", {"handed_off"}),
    ("verdict=stay_quiet", {"quiet"}),
    ("attention=1", {"failed"}),
    ("attention=1&verdict=handoff", set()),
    (f"desk={DESK}", set(SUBJECTS)),
    (f"desk={OTHER_DESK}", set()),
    ("verdict=nonsense", set(SUBJECTS)),
])
def test_the_list_can_be_narrowed(house, query, expected):
    a_morning(house)
    page = text(house.signed_in(), f"/tickets?{query}")
    assert shown(page) == expected
    assert ("No ticket fits this filter" in page) is (not expected)


def test_a_ticket_counts_by_its_newest_verdict(house):
    seed_ticket(house, "1")
    seed_verdict(house, "1", "answer", minutes_ago=4)
    seed_verdict(house, "1", "handoff", reason="customer_asked", detail="phrase", minutes_ago=2)
    client = house.signed_in()
    assert "Boots too small" not in text(client, "/tickets?verdict=answer")
    assert "Boots too small" in text(client, "/tickets?verdict=handoff")


def test_paging_shows_every_ticket_once(house):
    for n in range(PAGE + 7):
        seed_ticket(house, f"{n}", f"Subject number {n:03d}.", minutes_ago=n // 3)
    client, path, seen = house.signed_in(), "/tickets", []
    while path:
        answer = client.get(path, base_url=HERE).text
        seen += re.findall(r"Subject number (\d+)\.", answer)
        following = re.search(r'href="([^"]+)">Older tickets', answer)
        path = unescape(following[1]) if following else None
    assert len(seen) == PAGE + 7
    assert len(set(seen)) == PAGE + 7


@pytest.mark.parametrize("after", ["x", "1", "1.", ".a", "٣.a", "99999999999999999999.a"])
def test_a_broken_page_address_shows_the_first_page(house, after):
    a_morning(house)
    assert shown(text(house.signed_in(), f"/tickets?after={after}")) == set(SUBJECTS)


def test_a_delivery_set_aside_without_a_ticket_is_found_under_attention(house):
    with house.db.write() as tx:
        tx.execute(
            insert(inbox).values(
                id="stray",
                tenant=TENANT,
                desk=DESK,
                kind="delivery",
                delivery_key="s",
                subject="article",
                subject_id="4711",
                body=b"",
                received_at=NOW,
                next_at=NOW,
                state="bad",
                attempts=5,
                result="The desk says there is no such article.",
            )
        )
    client = house.signed_in()
    assert "1 needs a person" in text(client, "/tickets")
    page = text(client, "/tickets?attention=1")
    assert "Article 4711" in page and "The desk says there is no such article." in page
    assert "No ticket fits" not in page


def test_the_story_shows_evidence_rules_effects_and_the_wait(house):
    rows = a_morning(house)
    client = house.signed_in()
    answered = text(client, f"/tickets/{rows['answered']}")
    for said in (
        "The desk delivered a change",
        "Each sentence and what it rests on",
        "Boots tried on indoors count as unworn.",
        "version v1",
        "81 in 100 that the first page holds the answer",
        "not calibrated on this desk yet",
        "sure enough yes",
        "people own it no",
        "p 0.81 >= 0.60",
        "Reply sent",
        "number 88412 at the desk",
        "policy 1",
        "2.3 s after it came in",
        "Goodwill for agents",
    ):
        assert said in answered, said
    handed = text(client, f"/tickets/{rows['handed_off']}")
    for said in (
        "The note for agents AI NOTE · Handed off",
        "Usually 40 minutes. 9 in 10 by 23 Nov, 12:07 (1 hour 45).",
        "still running",
        "minutes per ticket 25",
        "waiting before them 3",
        "Fields waiting to be sent",
    ):
        assert said in handed, said
    assert "given up; a person must look" in text(client, f"/tickets/{rows['failed']}")
    assert "The desk said: the ticket is closed." in text(client, f"/tickets/{rows['failed']}")


def test_the_story_says_who_wrote_in_copy(house):
    row = seed_ticket(house, "1")
    seed_verdict(
        house,
        "1",
        "answer",
        wrote=(("requester", "Maya", "a"), ("copied", "Bob Stone", "b"), ("copied", "", "c")),
    )
    page = text(house.signed_in(), f"/tickets/{row}")
    assert "Written in this turn (in copy: Bob Stone, no name)" in page and "The customer wrote" not in page


def test_a_customers_own_link_is_shown_to_nobody_else(house):
    row, link = seed_ticket(house, "1"), "http://127.0.0.1:8642" + house.link("1")
    seed_verdict(
        house,
        "1",
        "handoff",
        reason="customer_asked",
        detail="phrase",
        note=f"AI NOTE Evidence ({link})",
        reply=f"Passed on. See what I passed on ({link}); to add something, reply. [1] Returns "
              f"(https://help.example/a/returns)",
    )
    page = text(house.signed_in(), f"/tickets/{row}")
    assert "/t/" not in page
    assert "See what I passed on; to add something" in page and "(https://help.example/a/returns)" in page


def test_text_from_outside_stays_text(house):
    rows = a_morning(house)
    answer = house.signed_in().get(f"/tickets/{rows['answered']}", base_url=HERE).text
    assert "&lt;b&gt;Can I&lt;/b&gt;" in answer
    assert "<b>Can I" not in answer


def test_an_erased_persons_texts_are_gone_and_the_page_says_so(house):
    rows = a_morning(house)
    with house.db.write() as tx:
        tx.execute(update(requesters).values(wrapped_key=None))
    page = text(house.signed_in(), f"/tickets/{rows['answered']}")
    assert "Ticket 1041" in page
    assert "The texts behind this entry are gone" in page
    assert "Boots" not in page.replace("Boots tried on", "")
    assert "81 in 100" in page


def test_an_entry_with_nothing_in_it_still_shows(house):
    row = seed_ticket(house, "1")
    seed_verdict(house, "1", "stay_quiet", reason="nothing_new", effects=())
    with house.db.write() as tx:
        tx.execute(update(tickets).values(subject=None))
        tx.exec_driver_sql("UPDATE ledger SET payload = '{}'")
        tx.exec_driver_sql("DELETE FROM versions")
    page = text(house.signed_in(), f"/tickets/{row}")
    assert "Stayed quiet Nothing new from the customer." in page


@pytest.mark.parametrize(("change", "said"), [
    ({"secrets": "[]"}, "Larkfield has no signing secret. Its deliveries are refused with 503 until one is "
                        "set"),
    ({"status": "paused", "status_why": "by Ana"}, "Larkfield is paused (by Ana). Its tickets wait here; "
                                                   "nothing is lost."),
    ({"status": "broken", "status_why": "the token was refused"}, "Larkfield is broken (the token was "
                                                                  "refused)."),
])
def test_a_desk_in_trouble_is_said_on_every_page(house, change, said):
    row = a_morning(house)["answered"]
    client = house.signed_in("viewer")
    assert said not in text(client, "/tickets")
    with house.db.write() as tx:
        tx.execute(update(desks).where(desks.c.id == DESK).values(**change))
    for path in ("/tickets", f"/tickets/{row}", "/desks", "/recall"):
        assert said in text(client, path)


def test_sending_uncalibrated_and_switched_off_are_banners(house):
    client = house.signed_in()
    assert "accept_uncalibrated" not in text(client, "/tickets")
    with house.db.write() as tx:
        kill = {"desk": "*", "topic": "*", "cap": "kill", "why": "wrong prices", "by": "Ana"}
        tx.execute(insert(caps).values(id="c", tenant=TENANT, created_at=NOW, **kill))
        yaml = policies.text(tx, TENANT, 1).replace("accept_uncalibrated: false", "accept_uncalibrated: true")
        policies.add(tx, TENANT, yaml, "test", "try it", NOW)
    page = text(client, "/tickets")
    assert "Sending to every desk is stopped by Ana: wrong prices." in page
    assert "Answers are sent before they are calibrated" in page


def test_a_console_without_policy_says_what_to_do(house):
    with house.db.write() as tx:
        tx.execute(delete(policy_versions))
    assert "policy import" in text(house.signed_in(), "/tickets")


def test_the_desks_page_tells_how_each_stands_and_nothing_of_its_secret(house):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(
            update(desks)
            .where(desks.c.id == OTHER_DESK)
            .values(secrets="[]", guard_proven=False, polled_at=None)
        )
    client = house.signed_in("viewer")
    page = text(client, "/desks")
    for said in (
        "Signing secret set",
        "Guard against double replies proven",
        "Last delivery 23 Nov, 10:25 5 minutes ago",
        "Last poll",
        "40 seconds ago",
        "Signing secret missing",
        "not proven Until it is, nothing is sent",
        "Ledger 6 entries",
    ):
        assert said in page, said
    with house.db.read() as connection:
        sealed = json.loads(
            connection.exec_driver_sql("SELECT secrets FROM desks WHERE secrets != '[]'").scalar_one()
        )[0]
    raw = client.get("/desks", base_url=HERE).text
    assert "a signing secret" not in raw and sealed[-8:] not in raw


def test_a_desk_whose_key_ends_shows_when_and_what_to_do(house):
    settings = {"subdomain": "larkfield", "api_token": "sealed", "_sealed": ["api_token"]}
    with house.db.write() as tx:
        tx.execute(update(desks).where(desks.c.id == DESK).values(settings=json.dumps(settings)))
    said = (
        "Zendesk ends API tokens on 30 April 2027: make an OAuth client and connect again: "
        f"flask --app candor connect zendesk --desk {DESK}"
    )
    page = text(house.signed_in("viewer"), "/desks")
    assert page.count(said) == 1, "the other desk has no API token"


def test_an_empty_console_says_what_comes_next(house):
    assert "The first one appears here as soon as a desk delivers it." in text(house.signed_in(), "/tickets")

