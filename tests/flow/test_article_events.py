"""The help centre is read when the desk tells that it changed, and not only when its turn comes."""
from __future__ import annotations

from tests.flow.house import House

STORAGE = "<p>We store winter tyres of cargo bikes in our cellar for 45 euros per season.</p>"
TYRES = "Do you store winter tyres of cargo bikes, and what does it cost per season?"
RETURN = (
    "Hi, I bought trail shoes two weeks ago and never wore them outside. How long do I have to return "
    "them, and how?"
)


def test_a_published_article_is_quoted_after_its_event_without_a_poll(house: House) -> None:
    house.desk.do.put_article(id="tyre-storage", title="Storing winter tyres of cargo bikes", html=STORAGE)
    house.delivered()
    house.settle()
    ticket = house.write(TYRES, "Winter tyres")
    house.settle()
    [reply] = house.replies(ticket)
    assert "45 euros per season" in reply["plain_body"]


def test_a_withdrawn_article_is_not_quoted_after_its_event(house: House) -> None:
    house.desk.do.delete_article("returns-30-days")
    house.delivered()
    house.settle()
    ticket = house.write(RETURN, "Return my shoes")
    house.settle()
    assert all("within 30 days of delivery" not in r["plain_body"] for r in house.replies(ticket))
    assert house.entries(ticket)


def test_until_its_event_arrives_a_withdrawn_article_is_still_known(house: House) -> None:
    house.desk.do.drop_deliveries(1)
    house.desk.do.delete_article("returns-30-days")
    house.delivered()
    house.settle()
    ticket = house.write(RETURN, "Return my shoes")
    house.settle()
    assert any("within 30 days of delivery" in r["plain_body"] for r in house.replies(ticket))


def test_many_events_at_once_make_one_reading(house: House) -> None:
    before = len(house.desk.do.requests("GET", "help_center/articles"))
    house.desk.do.put_article(id="one", title="One page", html="<p>First.</p>")
    house.delivered()
    house.settle()
    once = len(house.desk.do.requests("GET", "help_center/articles")) - before
    for name in ("two", "three", "four"):
        house.desk.do.put_article(id=name, title=f"Page {name}", html=f"<p>This is page {name}.</p>")
    house.delivered()
    house.settle()
    assert once > 0 and len(house.desk.do.requests("GET", "help_center/articles")) - before == 2 * once


def test_an_event_that_was_not_signed_by_the_desk_asks_for_nothing(house: House) -> None:
    house.forget_secret()
    house.clock.advance(3)
    house.desk.do.put_article(id="forged", title="Forged", html="<p>Forged.</p>")
    house.delivered()
    assert house.desk.do.invocations()[-1]["status"] != "success"
