"""The customer's page of one ticket, behind the signed link in each message. Opening it never does anything:
mail scanners open links."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from sqlalchemy import Connection

from app.core.kinds import Act
from app.store import links, tickets
from app.store.ids import new_id
from app.store.links import LinkRefused, TicketLink, pressed_on_page_of
from app.store.queues import inbox
from app.store.tickets import TicketRow
from app.web.access import public_page
from app.web.company import Company, company_of
from app.web.customer.view import asking, customer_view, presses
from app.web.house import House
from config.wording import LANGUAGES, Words, load_words

PRESS_LIMIT = "20 per hour"  # per ticket, whatever addresses the presses come from
ADDRESS_LIMIT = "300 per hour"  # per address, for links that are none; a whole office may stand behind one
# Not in config/words on purpose: those sentences are taken out of customers' mails before they are read, and
# a customer who writes the words on our button must be heard.
Keep = Callable[[Connection, TicketLink, TicketRow, int], bool]
WORDS = Path(__file__).parent / "words"


def blueprint(house: House) -> Blueprint:
    """`/t/<token>`: GET shows, POST asks for a person, or for the assistant again."""
    pages = Blueprint("customer", __name__)

    @pages.get("/t/<token>")
    @public_page
    def show(token: str) -> ResponseReturnValue:
        now = house.clock()
        try:
            link = links.read_token(house.keys, token, now)
        except LinkRefused as refused:
            return _no_page(refused)
        with house.db.read() as connection:
            ticket = tickets.find(connection, link.tenant, link.desk, link.ticket)
            if ticket is None or not links.still_shows(link, ticket):
                return _no_page(LinkRefused(expired=False))
            company = company_of(connection, link.tenant)
            view = customer_view(
                connection, house, link, ticket, company, messages_of(_language(ticket, company)), now
            )
        return _quiet_page(
            render_template(
                "customer/ticket.html",
                view=view,
                company=company,
                say=page_words(view.language).say,
                language=view.language,
                press=links.press_token(house.keys, link),
                ask_at=url_for("customer.ask_person", token=token),
                again_at=url_for("customer.ask_assistant", token=token),
            )
        )

    @pages.post("/t/<token>/person")
    @public_page
    @house.limiter.limit(ADDRESS_LIMIT)
    @house.limiter.limit(PRESS_LIMIT, key_func=lambda: _pressed_ticket(house))
    def ask_person(token: str) -> ResponseReturnValue:
        return _pressed(house, token, _keep_press)

    @pages.post("/t/<token>/assistant")
    @public_page
    @house.limiter.limit(ADDRESS_LIMIT)
    @house.limiter.limit(PRESS_LIMIT, key_func=lambda: _pressed_ticket(house))
    def ask_assistant(token: str) -> ResponseReturnValue:
        return _pressed(house, token, _keep_return)

    return pages


def _pressed_ticket(house: House) -> str:
    """What the presses of one ticket are counted under, for every link to it; the address where the link is
    none."""
    try:
        link = links.read_token(house.keys, str((request.view_args or {}).get("token")), house.clock())
    except LinkRefused:
        return get_remote_address()
    return f"{link.tenant}/{link.desk}/{link.ticket}"


def _pressed(house: House, token: str, keep: Keep) -> ResponseReturnValue:
    now = house.clock()
    try:
        link = links.read_token(house.keys, token, now)
    except LinkRefused as refused:
        return _no_page(refused)
    if not links.pressed_on(house.keys, link, request.form.get("press", "")):
        return _no_page(LinkRefused(expired=False))
    with house.db.write() as tx:
        ticket = tickets.find(tx, link.tenant, link.desk, link.ticket)
        if ticket is None or not links.still_shows(link, ticket):
            return _no_page(LinkRefused(expired=False))
        kept = keep(tx, link, ticket, now)
    if kept:
        house.ring()
    return redirect(url_for("customer.show", token=token), 303)


def _keep_press(tx: Connection, link: TicketLink, ticket: TicketRow, now: int) -> bool:
    """Keep the wish for a person once: not while one is being carried out, nor when people have the
    ticket."""
    if ticket.owner == "people" or asking(tx, link):
        return False
    # Two presses at once carry the same number, so the desk's unique key lets one row in.
    key = f"person:{ticket.id}:{presses(tx, link)}{pressed_on_page_of(link.holder)}"
    return inbox.accept_act(tx, link.tenant, link.desk, link.ticket, Act.PERSON, key, now, new_id())


def _keep_return(tx: Connection, link: TicketLink, ticket: TicketRow, now: int) -> bool:
    """Keep the wish for the assistant, once per ticket: when people have it, and nothing else is asked."""
    if ticket.owner != "people" or asking(tx, link):
        return False
    key = f"assistant:{ticket.id}{pressed_on_page_of(link.holder)}"
    return inbox.accept_act(tx, link.tenant, link.desk, link.ticket, Act.ASSISTANT, key, now, new_id())


@cache
def page_words(language: str) -> Words:
    return load_words(language, WORDS)


@cache
def messages_of(language: str) -> Words:
    """The words of the messages, for what the page repeats of them."""
    return load_words(language)


def _language(ticket: TicketRow, company: Company) -> str:
    wanted = (ticket.language or company.default_language).split("-")[0]
    return wanted if wanted in company.languages else company.default_language


def _no_page(refused: LinkRefused) -> Response:
    language = request.accept_languages.best_match(LANGUAGES) or "en"
    page = render_template("customer/no_link.html", say=page_words(language).say, language=language,
                           kind="expired" if refused.expired else "unknown")
    return _quiet_page(page, 410 if refused.expired else 404)


def _quiet_page(page: str, status: int = 200) -> Response:
    """Never indexed, never kept by a cache."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
