"""Banners above every console page: what everybody must know before anything else."""
from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection

from app.fallback import Fallback, fallbacks
from app.store import desks, sources, tries, two_bots
from app.switch import switches
from app.web import times
from app.web.company import Company
from app.web.console.knowledge import named, source_cards

SHOWN = 3  # addresses that guessed, by name


@dataclass(frozen=True, slots=True)
class Banner:
    """`tone` is bad (something is refused or lost) or note (somebody chose this, and should see it)."""

    tone: str
    text: str


def banners(connection: Connection, tenant: str, company: Company, now: int) -> list[Banner]:
    found: list[Banner] = []
    for desk in desks.of_tenant(connection, tenant):
        if not json.loads(desk.secrets):
            found.append(
                Banner(
                    "bad",
                    f"{desk.name} has no signing secret. Its deliveries are refused with 503 until one is "
                    f"set: "
                    "run “flask --app candor connect”.",
                )
            )
        if desk.status != "active":
            because = f" ({desk.status_why})" if desk.status_why else ""
            found.append(
                Banner(
                    "bad", f"{desk.name} is {desk.status}{because}. Its tickets wait here; nothing is lost."
                )
            )
        other = two_bots.ticket_of(connection, desk.id, now)
        if other is not None:
            found.append(
                Banner(
                    "bad",
                    f"Two bots work on {desk.name}: another one answered ticket {other}, and the assistant "
                    f"stays quiet wherever it does. Switch one of them off.",
                )
            )
        unknown = two_bots.our_words_in(connection, desk.id, now)
        if unknown is not None:
            found.append(
                Banner(
                    "bad",
                    f"Ticket {unknown} of {desk.name} holds a reply of the assistant that this installation "
                    f"knows nothing of. After a backup was restored that is to be expected; otherwise a "
                    f"second installation works on this desk: let only one of them run.",
                )
            )
    found += _overdue(connection, tenant, company, now)
    found += _left_out(connection, tenant)
    for on in switches(connection, tenant, now):
        where = f"to {on.name}" if on.name else "to every desk"
        found.append(
            Banner(
                "bad",
                f"Sending {where} is stopped by {on.by}: {on.why.rstrip('.')}. What is decided waits; "
                f"nothing is lost.",
            )
        )
    found += [Banner("note", given_to_people(one, company.tz)) for one in fallbacks(connection, tenant, now)]
    if company.policy_version == 0:
        found.append(
            Banner(
                "bad",
                "No policy has been kept yet, so nothing can be decided: run “flask --app candor policy "
                "import”.",
            )
        )
    if company.accept_uncalibrated:
        found.append(
            Banner(
                "note",
                "Answers are sent before they are calibrated: policy says accept_uncalibrated. "
                "How sure the assistant is rests on the shipped figures, not on this desk's own.",
            )
        )
    return found


def _overdue(connection: Connection, tenant: str, company: Company, now: int) -> list[Banner]:
    names = dict(desks.names(connection, tenant))
    return [
        Banner(
            "bad",
            f"{named(source, names)} was not read since {times.stamp(since, company.tz)}. Each page of it is "
            f"asked for before it is quoted; while it cannot be asked for, people get the ticket after ten "
            f"minutes.",
        )
        for whose, source, since in sources.overdue(connection, now)
        if whose == tenant
    ]


def _left_out(connection: Connection, tenant: str) -> list[Banner]:
    """Pages that answer nothing because of how they are written, also those that did until they were
    changed."""
    return [
        Banner(
            "bad",
            f"{_so_many(card.left_out)} of {card.name} cannot be read and answer{'s' * (card.left_out == 1)} "
            f"nothing until put right, the first: {card.bad_rows[0].rstrip('.') if card.bad_rows else '?'}. "
            f"The page Knowledge names them.",
        )
        for card in source_cards(connection, tenant)
        if card.left_out
    ]


def _so_many(pages: int) -> str:
    return "One page" if pages == 1 else f"{pages} pages"


def told_to_owners(connection: Connection, tenant: str, company: Company, now: int) -> list[Banner]:
    """Who was locked out for guessing at a password within a day."""
    shut = tries.locked_out(connection, tenant, now)
    found = [
        Banner(
            "note",
            f"Wrong passwords for {one.email} came from {one.address}, the last at "
            f"{times.stamp(one.at, company.tz)}: that address was locked out, and no other. If it was not "
            f"you or them, choose a new password.",
        )
        for one in shut[:SHOWN]
    ]
    if len(shut) > SHOWN:
        found.append(Banner("note", f"{len(shut) - SHOWN} more addresses were locked out within a day."))
    return found


def given_to_people(one: Fallback, zone: tzinfo) -> str:
    """One fallback in a sentence: what, where, how long, by whom and why."""
    where = f"at {one.at_desk}" if one.at_desk else "at every desk"
    until = f"until {times.stamp(one.until, zone)}" if one.until else "until somebody lifts it"
    return (
        f"Given to people {where}: {one.about}, {until}, by {one.by}: {one.why.rstrip('.')}. The "
        f"assistant hands these tickets off."
    )
