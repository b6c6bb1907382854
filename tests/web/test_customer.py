"""The customer's page: what it shows, what it never shows, and the one button."""
from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import insert, select, update

from app.keys import Keys
from app.store.links import LINK_LIFE, LinkRefused, press_token, read_token, ticket_token
from app.store.tables import inbox, outbox, queue_events, requesters, tickets, versions
from app.web.customer import WORDS
from config.wording import LANGUAGES, load_words, placeholders
from connectors.clock import MINUTE
from tests.web.seeding import DESK, NOW, TENANT, a_morning, a_wait, build, seed_ticket, seed_verdict
from tests.web.test_console import text

HERE = "http://127.0.0.1"
SAME = {"Origin": HERE}
BUTTON = "Talk to a person"


def press(house, link: str, client=None):
    client = client or house.app.test_client()
    page = client.get(link, base_url=HERE).text
    found = re.search(r'name="press" value="([^"]+)"', page)
    assert found, page
    return client.post(f"{link}/person", base_url=HERE, headers=SAME, data={"press": found[1]})


def acts(house) -> list[tuple[str, str, bytes]]:
    with house.db.read() as connection:
        rows = connection.execute(select(inbox).where(inbox.c.kind == "act"))
        return [(r.subject_id, r.state, r.body) for r in rows]


def test_an_answered_ticket_shows_the_answer_its_source_and_the_way_out(house):
    a_morning(house)
    page = text(house.app.test_client(), house.link("1041"))
    for said in (
        "Answered by Larkfield's AI assistant",
        BUTTON,
        "You can return shoes within 30 days of delivery if they are unworn. [1]",
        "Returning an item",
        "updated 6 November 2026",
        "Boots tried on indoors count as unworn.",
        "<b>Can I</b>",
        "It works until 23 December 2026.",
    ):
        assert said in page, said


def test_a_handed_off_ticket_shows_who_has_it_the_wait_and_what_was_passed_on(house):
    a_morning(house)
    page = text(house.app.test_client(), house.link("1042"))
    for said in (
        "You are in a person's queue",
        "Your message is with our billing team.",
        "They usually reply by 11:05 am (London); 9 in 10 people hear back by 12:10 pm.",
        "First told 23 Nov, 10:22",
        "What was passed on",
        "I was charged twice for order #4471.",
    ):
        assert said in page, said
    assert BUTTON not in page


def test_a_question_is_called_a_question(house):
    seed_ticket(house, "1")
    seed_verdict(
        house, "1", "clarify", effects=(("public", "clarify", "sent"),), reply="Is it about A) or B)?"
    )
    page = text(house.app.test_client(), house.link("1"))
    assert "Larkfield's AI assistant has a question for you" in page
    assert "Is it about A) or B)?" in page and BUTTON in page


def test_a_wait_that_has_passed_is_said_to_have_passed(house):
    a_morning(house)
    link = house.link("1042")
    house.clock.now_us += 150 * MINUTE
    assert "I said 9 in 10 people would hear back by 12:10 pm (London). That time has passed." in text(
        house.app.test_client(), link
    )


def test_a_person_has_it_only_once_one_was_seen_to_act(house):
    a_morning(house)
    with house.db.write() as tx:
        seen = {"group_name": "Billing", "ticket": "1042", "kind": "replied", "at": NOW}
        tx.execute(insert(queue_events).values(id="q", tenant=TENANT, desk=DESK, **seen))
    page = text(house.app.test_client(), house.link("1042"))
    assert "A person has this now" in page
    assert "person's queue" not in page


@pytest.mark.parametrize("state", ["ready", "sending", "unknown", "stale", "failed", "dead"])
def test_what_was_not_sent_was_not_told(house, state):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(update(outbox).where(outbox.c.effect == "public").values(state=state))
    page = text(house.app.test_client(), house.link("1041"))
    assert "You can return shoes" not in page
    assert "AI assistant has your message" in page
    assert BUTTON in page


def test_nothing_of_the_agents_or_of_others_is_on_the_page(house):
    a_morning(house)
    for ticket in ("1041", "1042", "1043", "1046"):
        page = house.app.test_client().get(house.link(ticket), base_url=HERE).text
        for hidden in (
            "AI NOTE",
            "PLAYBOOK",
            "Goodwill",
            "0.81",
            "81 in 100",
            "must_handoff",
            "Policy",
            "ledger",
            "example.com",
        ):
            assert hidden not in page, (ticket, hidden)
        others = {"1041": "Charged twice", "1042": "Boots", "1043": "Boots", "1046": "Charged"}
        assert others[ticket] not in page


def test_a_source_that_became_internal_is_not_shown_again(house):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(update(versions).where(versions.c.article == "returns").values(public=False))
    page = text(house.app.test_client(), house.link("1041"))
    assert "Boots tried on" not in page and "Returning an item" not in page


def test_opening_the_page_does_nothing(house):
    a_morning(house)
    client = house.app.test_client()
    for _ in range(3):
        client.get(house.link("1041"), base_url=HERE)
        client.head(house.link("1041"), base_url=HERE)
        assert client.get(house.link("1041") + "/person", base_url=HERE).status_code == 405
    assert acts(house) == [] and house.rings == []


def test_the_button_asks_for_a_person_and_the_page_confirms(house):
    a_morning(house)
    client, link = house.app.test_client(), house.link("1041")
    answer = press(house, link, client)
    assert (answer.status_code, answer.location) == (303, link)
    assert acts(house) == [("1041", "waiting", b"person")]
    assert len(house.rings) == 1
    page = text(client, link)
    assert "You asked for a person" in page and BUTTON not in page


def test_pressing_twice_asks_once(house):
    a_morning(house)
    link, client = house.link("1041"), house.app.test_client()
    token = re.search(r'name="press" value="([^"]+)"', client.get(link, base_url=HERE).text)[1]
    for _ in range(3):
        assert (
            client.post(f"{link}/person", base_url=HERE, headers=SAME, data={"press": token}).status_code
            == 303
        )
    assert len(acts(house)) == 1 and len(house.rings) == 1
    with house.db.write() as tx:
        tx.execute(update(inbox).where(inbox.c.kind == "act").values(state="done"))
        tx.execute(update(tickets).where(tickets.c.ticket == "1041").values(owner="people"))
    client.post(f"{link}/person", base_url=HERE, headers=SAME, data={"press": token})
    assert len(acts(house)) == 1


def test_presses_are_limited_by_ticket_whatever_addresses_they_come_from(house):
    a_morning(house)
    link, client = house.link("1041"), house.app.test_client()
    token = re.search(r'name="press" value="([^"]+)"', client.get(link, base_url=HERE).text)[1]

    def pressed(number: int, at: str = link) -> int:
        return client.post(
            f"{at}/person",
            base_url=HERE,
            headers=SAME,
            data={"press": token},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number}"},
        ).status_code

    assert [pressed(n) for n in range(21)] == [303] * 20 + [429]
    # a colleague behind the same address presses on another ticket
    assert pressed(20, house.link("1042")) != 429


def test_a_wish_after_the_assistant_got_the_ticket_back_counts_again(house):
    a_morning(house)
    press(house, house.link("1041"))
    with house.db.write() as tx:
        tx.execute(update(inbox).where(inbox.c.kind == "act").values(state="done"))
    press(house, house.link("1041"))
    assert len(acts(house)) == 2


def test_the_button_needs_no_cookie(house):
    a_morning(house)
    link = house.link("1041")
    with house.app.test_client(use_cookies=False) as client:
        assert press(house, link, client).status_code == 303
        assert "Set-Cookie" not in client.get(link, base_url=HERE).headers
    assert len(acts(house)) == 1


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_a_press_from_another_page_does_nothing(house, headers):
    a_morning(house)
    link = read_token(house.keys, house.link("1041")[3:], NOW)
    data = {"press": press_token(house.keys, link)}
    assert (
        house.app.test_client()
        .post(house.link("1041") + "/person", base_url=HERE, headers=headers, data=data)
        .status_code
        == 403
    )
    assert acts(house) == []


def test_a_press_without_or_with_another_tickets_proof_does_nothing(house):
    a_morning(house)
    other = press_token(house.keys, read_token(house.keys, house.link("1043")[3:], NOW))
    for data in ({}, {"press": "x"}, {"press": other}, {"press": house.link("1041")[3:]}):
        assert (
            house.app.test_client()
            .post(house.link("1041") + "/person", base_url=HERE, headers=SAME, data=data)
            .status_code
            == 404
        )
    assert acts(house) == []


def test_an_expired_link_says_what_to_do(house):
    a_morning(house)
    link = house.link("1041")
    house.clock.advance(LINK_LIFE + 1)
    answer = house.app.test_client().get(link, base_url=HERE)
    assert answer.status_code == 410
    assert "This link has expired" in answer.text and "reply to the last message" in answer.text
    assert "Boots" not in answer.text


def _signed(house, said: object) -> str:
    """A link as our key would sign it."""
    how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(house.keys.links, salt="candor.ticket-page", signer_kwargs=how).dumps(said)


def test_a_forged_or_foreign_link_shows_nothing(house):
    a_morning(house)
    signed, _, signature = house.link("1041")[3:].rpartition(".")
    # Its first letter: the last one of a signature holds bits nobody reads.
    changed = f"{signed}.{'a' if signature[0] != 'a' else 'b'}{signature[1:]}"
    other_keys = replace(house.keys, links=b"another key of the same length!!")
    forged = [
        ticket_token(other_keys, TENANT, DESK, "1041", house.holder(), NOW),
        changed,
        "x",
        "",
        URLSafeSerializer(house.keys.links, salt="candor.ticket-press").dumps(
            [TENANT, DESK, "1041", 9_999_999_999]
        ),
        ticket_token(house.keys, TENANT, DESK, "no such ticket", house.holder(), NOW),
        ticket_token(house.keys, "another", DESK, "1041", house.holder(), NOW),
        _signed(house, [2, TENANT, DESK, "1041", None, 9_999_999_999]),
        _signed(house, [3, TENANT, DESK, "1041", "x", 9_999_999_999]),
        _signed(house, "1041"),
        _signed(house, {}),
    ]
    for token in forged:
        answer = house.app.test_client().get(f"/t/{token}", base_url=HERE)
        assert answer.status_code == 404
        assert "Boots" not in answer.text


def test_a_link_lasts_thirty_days_and_names_only_its_ticket(house):
    keys: Keys = house.keys
    token = ticket_token(keys, TENANT, DESK, "1041", house.holder(), NOW)
    assert read_token(keys, token, NOW + LINK_LIFE * 1_000_000).ticket == "1041"
    with pytest.raises(LinkRefused) as refused:
        read_token(keys, token, NOW + (LINK_LIFE + 1) * 1_000_000)
    assert refused.value.expired


def test_no_cache_and_no_search_engine_keeps_the_page(house):
    a_morning(house)
    headers = house.app.test_client().get(house.link("1041"), base_url=HERE).headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "no-store"


def test_an_erased_customer_finds_an_empty_page_and_still_the_way_out(house):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(update(requesters).values(wrapped_key=None))
    page = text(house.app.test_client(), house.link("1041"))
    assert "Boots" not in page and "You can return shoes" not in page
    assert BUTTON in page


@pytest.mark.parametrize(("language", "title", "button"), [
    ("fr", "Réponse de l'assistant IA de Larkfield", "Parler à une personne"),
    ("de", "Beantwortet vom KI-Assistenten von Larkfield", "Mit einem Menschen sprechen"),
    ("es", "Respondido por el asistente de IA de Larkfield", "Hablar con una persona"),
    ("pl", "Answered by Larkfield's AI assistant", "Talk to a person"),
])
def test_the_page_speaks_the_tickets_language(house, language, title, button):
    seed_ticket(house, "1", language=language)
    seed_verdict(house, "1", "answer")
    answer = house.app.test_client().get(house.link("1"), base_url=HERE).text
    assert f'<html lang="{language if language != "pl" else "en"}"' in answer
    page = text(house.app.test_client(), house.link("1"))
    assert title in page and button in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hand_off_reads_whole_in_every_language(house, language):
    seed_ticket(house, "1", language=language, owner="people")
    seed_verdict(house, "1", "handoff", reason="unsure", detail="not_sure_enough", wait=a_wait())
    page = text(house.app.test_client(), house.link("1"))
    words = load_words(language, WORDS)
    for key in ("page.status.queue", "page.passed.title", "page.wait.title", "page.told.title"):
        assert words.say(key, company="Larkfield") in page


def test_every_language_has_the_same_sentences_and_gaps():
    english = load_words("en", WORDS)
    for language in LANGUAGES:
        words = load_words(language, WORDS)
        assert words.texts.keys() == english.texts.keys(), language
        for key, sentence in words.texts.items():
            assert placeholders(sentence) == placeholders(english.texts[key]), (language, key)


def test_two_presses_at_once_on_both_databases_make_one_row(tmp_path, database_url):
    house = build(tmp_path, database_url)
    a_morning(house)
    for _ in range(2):
        link = read_token(house.keys, house.link("1041")[3:], NOW)
        data = {"press": press_token(house.keys, link)}
        assert (
            house.app.test_client()
            .post(house.link("1041") + "/person", base_url=HERE, headers=SAME, data=data)
            .status_code
            == 303
        )
    assert len(acts(house)) == 1
    house.db.close()


# Whose page it is.
def _hand_over(house, ticket: str, user: str, changed: bool = True, **more: object) -> None:
    """As the workers leave the row after a read that finds the ticket with this requester."""
    with house.db.write() as tx:
        row = {"holder": house.holder(user), "changed_hands": changed, **more}
        tx.execute(update(tickets).where(tickets.c.ticket == ticket).values(**row))


def _shows(house, link: str) -> bool:
    """Whether page and button work; where they do not, they look like those of a ticket that never was."""
    client = house.app.test_client()
    page, unknown = client.get(link, base_url=HERE), client.get("/t/x", base_url=HERE)
    read = read_token(house.keys, link[3:], NOW)
    before = len(acts(house))
    pressed = client.post(
        f"{link}/person", base_url=HERE, headers=SAME, data={"press": press_token(house.keys, read)}
    )
    if page.status_code == 200:
        assert pressed.status_code == 303 and "Boots" in page.text
        return True
    assert (page.status_code, pressed.status_code) == (404, 404) and len(acts(house)) == before
    # But for the number that a page's style is marked with, which is another each time.
    nonce = re.compile(r'nonce="[^"]+"')
    assert nonce.sub("", page.text) == nonce.sub("", unknown.text) == nonce.sub("", pressed.text)
    return False


def test_a_link_shows_nothing_while_the_ticket_is_somebody_elses(house):
    a_morning(house)
    mayas, bobs = house.link("1041", "7"), house.link("1041", "8")
    assert (_shows(house, mayas), _shows(house, bobs)) == (True, False)
    _hand_over(house, "1041", "8")
    assert (_shows(house, mayas), _shows(house, bobs)) == (False, True)
    _hand_over(house, "1041", "9")
    assert (_shows(house, mayas), _shows(house, bobs)) == (False, False)
    _hand_over(house, "1041", "7")
    assert (_shows(house, mayas), _shows(house, bobs)) == (True, False)


def test_a_link_that_names_nobody_works_until_the_ticket_has_changed_hands_and_never_after(house):
    a_morning(house)
    old = "/t/" + _signed(house, [TENANT, DESK, "1041", NOW // 1_000_000 + LINK_LIFE])
    assert _shows(house, old)
    _hand_over(house, "1041", "8")
    assert not _shows(house, old)
    _hand_over(house, "1041", "7")
    assert not _shows(house, old), "whose it was made for, nobody can tell"


def test_a_row_that_names_no_holder_yet_is_shown_to_whoever_has_its_link(house):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(update(tickets).values(holder=None))
    assert _shows(house, house.link("1041"))


def test_a_ticket_deleted_at_the_desk_shows_nothing_until_it_is_there_again(house):
    a_morning(house)
    old = "/t/" + _signed(house, [TENANT, DESK, "1041", NOW // 1_000_000 + LINK_LIFE])
    _hand_over(house, "1041", "7", changed=False, status="deleted")
    assert (_shows(house, house.link("1041")), _shows(house, old)) == (False, False)
    _hand_over(house, "1041", "7", changed=False, status="open")
    assert (_shows(house, house.link("1041")), _shows(house, old)) == (True, True)


def test_what_was_said_while_the_ticket_was_somebody_elses_is_not_shown(house):
    a_morning(house)
    with house.db.write() as tx:
        tx.execute(requesters.insert().values(id="bob", tenant=TENANT, address_hmac="b", created_at=NOW))
    _hand_over(house, "1042", "8", requester="bob")
    page = text(house.app.test_client(), house.link("1042", "8"))
    assert "You are in a person's queue" in page, "where it stands is true for whoever has it"
    for hers in ("charged twice", "89.00", "passed your message", "Charged"):
        assert hers not in page


@pytest.mark.parametrize(("language", "mine", "named", "unnamed"), [
    ("en", "You wrote", "Bob Stone wrote", "Somebody else in this conversation wrote"),
    ("fr", "Vous avez écrit", "Bob Stone a écrit", "Une autre personne de cette conversation a écrit"),
    ("de", "Sie schrieben", "Bob Stone schrieb", "Jemand anderes in dieser Unterhaltung schrieb"),
    ("es", "Usted escribió", "Bob Stone escribió", "Otra persona de esta conversación escribió"),
])
def test_each_message_of_a_turn_is_shown_as_its_writers(house, language, mine, named, unnamed):
    seed_ticket(house, "1", language=language)
    seed_verdict(house, "1", "answer", wrote=(
        ("requester", "Maya Okonkwo", "Mayas words"), ("copied", "Bob Stone", "Bobs words"),
        ("copied", "eve@other.example", "Eves words")))
    page = " ".join(text(house.app.test_client(), house.link("1")).split())
    assert f"{mine} Mayas words {named} Bobs words {unnamed} Eves words" in page
    assert "eve@" not in page


def test_words_kept_before_their_writer_was_are_called_nobodys(house):
    seed_ticket(house, "1")
    seed_verdict(house, "1", "answer", question="When does it arrive?", wrote=None)
    page = " ".join(text(house.app.test_client(), house.link("1")).split())
    assert "The message When does it arrive?" in page and "You wrote" not in page


def test_the_copy_of_a_hand_off_names_who_wrote(house):
    seed_ticket(house, "1", owner="people")
    seed_verdict(
        house,
        "1",
        "handoff",
        reason="customer_asked",
        detail="in_copy",
        wrote=(("copied", "Bob Stone", "A person please"),),
    )
    page = " ".join(text(house.app.test_client(), house.link("1")).split())
    assert (
        "Somebody in this conversation asked for a person." in page
        and "Bob Stone wrote A person please" in page
    )
    assert "Your message A person" not in page and "You wrote" not in page
