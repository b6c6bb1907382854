"""When an article changes, the answers that were sent from it are listed, and those first whose quoted words
it holds no more."""
from __future__ import annotations

import re

from sqlalchemy import update

from app.store import recall
from app.store.database import DEFAULT_TENANT
from app.store.tables import articles, versions
from tests.flow.house import House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"


def listed(house: House) -> list[recall.Recalled]:
    with house.db.read() as tx:
        return recall.recalled(tx, DEFAULT_TENANT)


def answered(house: House) -> str:
    ticket = house.write(RETURN)
    house.settle(200)
    assert len(house.replies(ticket)) == 1
    return ticket


def cited(house: House, ticket: str) -> str:
    [entry] = house.entries(ticket)
    return str(house.texts(entry.id)["sentences"][0]["article"])


def rewritten(house: House, article: str, change: object) -> None:
    """As a sync leaves it: a new version beside the old one, and the article pointing at it."""
    with house.db.write() as tx:
        version = tx.execute(articles.select().where(articles.c.id == article)).one().version
        old = dict(
            tx.execute(versions.select().where(versions.c.article == article, versions.c.version == version))
            .one()
            ._mapping
        )
        tx.execute(versions.insert().values(old | {"version": "new", "text": change(old["text"])}))  # type: ignore[operator]
        tx.execute(update(articles).where(articles.c.id == article).values(version="new"))


def test_an_answer_is_not_listed_while_its_page_is_the_same(house: House) -> None:
    answered(house)
    assert listed(house) == []


def test_an_answer_whose_words_are_gone_from_the_page_is_listed_with_them(house: House) -> None:
    ticket = answered(house)
    rewritten(house, cited(house, ticket), lambda text: re.sub(r"\d+", "7", text))
    [one] = listed(house)[:1]
    assert (one.ticket, one.what) == (ticket, "quote_changed")
    assert one.lost and all(re.search(r"\d", quote) for quote in one.lost)
    assert one.story is not None


def test_an_answer_whose_words_still_stand_is_listed_as_such(house: House) -> None:
    ticket = answered(house)
    rewritten(house, cited(house, ticket), lambda text: text + "\n\nA new last line.")
    assert [(one.ticket, one.what, one.lost) for one in listed(house)] == [(ticket, "quote_stands", ())]


def test_an_answer_from_a_page_that_was_taken_back_is_listed_as_gone(house: House) -> None:
    ticket = answered(house)
    with house.db.write() as tx:
        tx.execute(update(articles).where(articles.c.id == cited(house, ticket)).values(gone=True))
    assert [(one.ticket, one.what) for one in listed(house)] == [(ticket, "gone")]
