"""The must-hand-off floor on each desk: whoever owns the ticket, in whichever mode, people are told of a
grave message."""
from __future__ import annotations

import json

import requests

from app.store import tickets as ticket_store
from app.store.database import DEFAULT_TENANT
from tests.flow.desks import Side, zendesk_side
from tests.flow.house import House

GRAVE = "I can't go on. If this parcel isn't here tomorrow I will kill myself."
EMERGENCY = "please call your local emergency number"
QUESTION = "How long do I have to return unworn shoes, and how do I do it?"
PERSON = "Can I talk to a real person please?"
LAWYER = "You will hear from my lawyer about this."


def settled(side: Side, text: str, **more: str) -> str:
    ticket = side.write(text, **more)
    side.house.settle(200)
    return ticket


def tags(side: Side, ticket: str) -> list[str]:
    return list(side.desk.do.ticket(int(ticket))["tags"])


def urgency(side: Side, ticket: str) -> object:
    found, state = side.desk.do.ticket(int(ticket)), side.desk.state
    if side.kind == "freshdesk":
        return found["custom_fields"].get(state.find_field("Candor: urgency").name)
    ids = {f.id for f in state.fields.values() if f.title == "Candor: urgency"}
    return next(f["value"] for f in found["custom_fields"] if f["id"] in ids)


def urgent_since(side: Side, ticket: str) -> int | None:
    with side.house.db.read() as tx:
        row = ticket_store.find(tx, DEFAULT_TENANT, side.id, ticket)
    assert row is not None
    return row.urgent_at


def test_a_person_in_danger_reads_the_emergency_line_first_and_people_are_told(side: Side) -> None:
    ticket = settled(side, GRAVE, subject="Where is my parcel?")
    [reply], [note] = side.replies(ticket), side.notes(ticket)
    body = reply.partition("should read this.")[2].strip()
    assert body.startswith("If you might be in danger now, please call your local emergency number.")
    assert "marked as urgent" in reply and "a computer program" in reply
    assert "whenever you'd like" not in reply and "?" not in reply and "nearest" not in reply.casefold()
    assert note.startswith("AI NOTE · URGENT, must be read by a person: possible danger to somebody")
    assert "kill myself" in note and "(m1)" in note and "procedure for people at risk" in note
    assert "was not reviewed by a professional" in note
    assert "candor_urgent" in tags(side, ticket) and urgency(side, ticket) == "urgent"
    assert side.owner(ticket) == "people" and urgent_since(side, ticket) is not None


def test_the_class_stands_in_the_note_and_the_sealed_text_alone(house: House) -> None:
    side = zendesk_side(house)
    ticket = settled(side, GRAVE)
    [entry] = house.entries(ticket)
    assert "danger" not in entry.payload and "danger" not in " ".join(tags(side, ticket))
    assert json.loads(entry.payload)["reading"]["topic"] == "other"
    assert house.texts(entry.id)["floor"][0]["class"] == "danger"
    assert "danger" not in requests.get(f"{house.url}/metrics", timeout=5).text
    with house.db.read() as tx:
        row = ticket_store.find(tx, DEFAULT_TENANT, side.id, ticket)
    assert row is not None and "danger" not in row.memory


def test_a_topics_name_tells_no_class_either(side: Side) -> None:
    ticket = settled(side, "I burned my hand on your stove, it was injured badly.")
    assert not [t for t in tags(side, ticket) if t.startswith("intent__") and t != "intent__other"]
    assert "an injury or a dangerous product" in side.notes(ticket)[0]


def test_in_draft_mode_people_and_the_customer_are_told_as_well(side: Side) -> None:
    side.house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    ticket = settled(side, GRAVE)
    assert len(side.notes(ticket)) == 1 and EMERGENCY in side.replies(ticket)[0]
    assert "candor_urgent" in tags(side, ticket)


def test_in_watch_mode_nothing_is_written_and_the_console_shows_it_first(house: House) -> None:
    side = zendesk_side(house)
    house.change_policy(lambda p: {**p, "modes": [{"mode": "watch"}]})
    ticket = settled(side, GRAVE)
    assert (
        side.notes(ticket) == [] and side.replies(ticket) == [] and "candor_urgent" not in tags(side, ticket)
    )
    assert urgent_since(side, ticket) is not None


def test_people_who_have_the_ticket_get_a_note_and_the_customer_nothing(side: Side) -> None:
    ticket = settled(side, PERSON)
    said, group = side.replies(ticket), side.desk.do.ticket(int(ticket))["group_id"]
    side.reply(ticket, GRAVE)
    side.house.settle(200)
    assert side.replies(ticket) == said, "nothing more in public"
    assert side.notes(ticket)[-1].startswith("AI NOTE · URGENT, please read now: possible danger to somebody")
    assert "candor_urgent" in tags(side, ticket) and urgency(side, ticket) == "urgent"
    assert side.desk.do.ticket(int(ticket))["group_id"] == group
    assert side.verdicts(ticket)[-1] == "alert"


def test_people_are_told_once_per_class_and_ticket(side: Side) -> None:
    ticket = settled(side, PERSON)
    for text in (GRAVE, GRAVE + " I mean it.", LAWYER):
        side.reply(ticket, text)
        side.house.settle(200)
    urgent = [n for n in side.notes(ticket) if "URGENT" in n]
    assert len(urgent) == 2
    assert "possible danger" in urgent[0] and "legal" in urgent[1]


def test_an_agents_reply_ends_the_urgency_on_the_console(side: Side) -> None:
    side.house.poll()
    ticket = settled(side, GRAVE)
    side.desk.do.agent_reply(int(ticket), "Hello, I'm Ana. Please call me, I'm here.")
    side.house.poll()
    side.house.settle(200)
    assert urgent_since(side, ticket) is None


def test_a_grave_message_beside_a_question_for_the_exit_or_who_writes_is_grave(side: Side) -> None:
    for text in (
        f"Person please. {GRAVE}",
        f"Is this a bot? {GRAVE}",
        f"{QUESTION} {GRAVE}",
        f"Thanks, all solved. {GRAVE}",
    ):
        ticket = settled(side, text)
        assert EMERGENCY in side.replies(ticket)[0], text


def test_a_chosen_draft_is_not_sent_past_a_grave_message(side: Side) -> None:
    side.house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    ticket = settled(side, QUESTION)
    side.reply(ticket, GRAVE)
    side.choose(ticket, "send_draft")
    assert len(side.replies(ticket)) == 1 and EMERGENCY in side.replies(ticket)[0]


def test_grave_words_of_ours_that_come_back_in_a_quote_are_not_the_customers(side: Side) -> None:
    ticket = settled(side, GRAVE)
    side.choose(ticket, "continue")
    quoted = "\n".join(f"> {line}" for line in side.replies(ticket)[0].splitlines())
    side.reply(
        ticket,
        f"{QUESTION}\n\nOn Tue, 13 Oct 2026 at 10:15, Larkfield <help@larkfield.example> wrote:\n{quoted}",
    )
    side.house.settle(200)
    assert side.verdicts(ticket)[-1] == "answer"


def test_grave_words_in_the_customers_own_quote_count(side: Side) -> None:
    ticket = settled(side, f"{QUESTION}\n\nOn Mon, 12 Oct 2026, Maya <maya@example.com> wrote:\n> {GRAVE}")
    assert EMERGENCY in side.replies(ticket)[0]


def test_a_machines_mail_gets_a_note_and_no_urgency(side: Side) -> None:
    ticket = settled(
        side,
        f"Out of office until Monday. {LAWYER}",
        subject="Automatic reply: your order",
        email="noreply@bank.example",
    )
    assert side.replies(ticket) == []
    assert side.notes(ticket)[0].startswith("AI NOTE · A machine's mail holds words that people should see")
    assert "candor_urgent" not in tags(side, ticket) and side.verdicts(ticket) == ["alert"]


def test_a_card_number_is_masked_in_note_page_and_sealed_text(side: Side) -> None:
    ticket = settled(side, "My card is 4111 1111 1111 1111, please refund it there. Order 44710.")
    [entry] = side.house.entries(ticket) if side.kind == "zendesk" else [None]
    assert "4111 1111" not in side.notes(ticket)[0] and "sensitive data" in side.notes(ticket)[0]
    assert "shouldn't be sent by mail" in side.replies(ticket)[0]
    if entry is not None:
        assert "4111 1111" not in json.dumps(side.house.texts(entry.id), ensure_ascii=False)


def test_a_floor_route_and_the_companys_own_line_are_used(side: Side) -> None:
    line = "You can also call our own crisis desk at any hour: 0800 000 000."
    side.house.change_policy(
        lambda p: {
            **p,
            "floor": {"danger": {"route": "billing", "line": {"en": line}, "reviewed_by": "Dr. Roe"}},
        }
    )
    ticket = settled(side, GRAVE)
    assert line in side.replies(ticket)[0] and "our billing team" in side.replies(ticket)[0]
    assert "not reviewed" not in side.notes(ticket)[0]
