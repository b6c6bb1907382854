"""The signed link to a customer's page of one ticket. Whoever holds it may read that page, so it expires, and
shows it only while the ticket is still the requester's to whom it was written."""
from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from app.keys import Keys
from app.store.tickets import TicketRow
from connectors.records import Status

LINK_LIFE = 30 * 24 * 3_600  # seconds
SECOND = 1_000_000
VERSION = 2  # of what a link says; the first had no number and named no holder
HOLDER_LETTERS = 32  # of the keyed hash: a link stays short enough for a mail's line

_PRESS = re.compile(rf":by:([0-9a-f]{{{HOLDER_LETTERS}}})$")


class LinkRefused(ValueError):
    """The link cannot be used. `expired`: it was ours, and its time is over; else it was never ours, or was
    changed."""

    def __init__(self, expired: bool) -> None:
        super().__init__("the link has expired" if expired else "the link is not one of ours")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class TicketLink:
    """`holder` is whose page it shows (`holder_of`); None in a link made before links named one."""

    tenant: str
    desk: str
    ticket: str
    until: int  # microseconds
    holder: str | None = None


def holder_of(keys: Keys, tenant: str, desk: str, requester: str) -> str:
    """What stands in links and rows for the requester with this id at the desk."""
    return keys.mac("page holder", tenant, desk, requester)[:HOLDER_LETTERS]


def ticket_token(keys: Keys, tenant: str, desk: str, ticket: str, holder: str, now: int) -> str:
    """What stands behind `/t/` in messages; valid LINK_LIFE from `now` (microseconds), while the ticket is
    this holder's."""
    return _signer(keys, "ticket-page").dumps(
        [VERSION, tenant, desk, ticket, holder, now // SECOND + LINK_LIFE]
    )


def read_token(keys: Keys, token: str, now: int) -> TicketLink:
    """Raises LinkRefused."""
    match _load(keys, "ticket-page", token):
        case [int(version), str(tenant), str(desk), str(ticket), str(holder), int(until)] if (
            version == VERSION
        ):
            link = TicketLink(tenant, desk, ticket, until * SECOND, holder)
        # version 1, until the last of them has expired
        case [str(tenant), str(desk), str(ticket), int(until)]:
            link = TicketLink(tenant, desk, ticket, until * SECOND)
        case _:
            raise LinkRefused(expired=False)
    if link.until < now:
        raise LinkRefused(expired=True)
    return link


def still_shows(link: TicketLink, ticket: TicketRow) -> bool:
    """Whether the ticket, as last read, is the link's to show: not when it is gone from the desk, or somebody
    else's by now.

    A link that names no holder shows nothing any more once the ticket has changed hands, whoever has it now.
    """
    if ticket.status == Status.DELETED:
        return False
    if link.holder is None:
        return not ticket.changed_hands
    return ticket.holder in (None, link.holder)


def press_token(keys: Keys, link: TicketLink) -> str:
    """What the page's button carries: proof that the press comes from our page of this ticket.

    Not a cookie's token on purpose: the way to a person must also work where a mail program's browser keeps
    no cookies.
    """
    return _signer(keys, "ticket-press").dumps(_pressed(link))


def pressed_on(keys: Keys, link: TicketLink, token: str) -> bool:
    try:
        return _load(keys, "ticket-press", token) == _pressed(link)
    except LinkRefused:
        return False


def pressed_on_page_of(holder: str | None) -> str:
    """What the name of a press ends with: whose page it was made on; "" where the link names nobody."""
    return f":by:{holder}" if holder else ""


def page_of_press(name: str) -> str | None:
    """The holder in the name of a press, or of the turn it opened; None where it names nobody."""
    found = _PRESS.search(name)
    return found[1] if found else None


def _pressed(link: TicketLink) -> list[str]:
    return [link.tenant, link.desk, link.ticket, *([link.holder] if link.holder else [])]


def _signer(keys: Keys, purpose: str) -> URLSafeSerializer:
    # Our own expiry instead of the timed serializer's: that one reads the machine's clock, we have one Clock.
    how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(keys.links, salt=f"candor.{purpose}", signer_kwargs=how)


def _load(keys: Keys, purpose: str, token: str) -> object:
    try:
        return _signer(keys, purpose).loads(token)
    except BadSignature:
        raise LinkRefused(expired=False) from None
