"""The signed link to a customer's page of one ticket. Whoever holds it may read that page, so it expires."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from app.keys import Keys

LINK_LIFE = 30 * 24 * 3_600  # seconds
SECOND = 1_000_000


class LinkRefused(ValueError):
    """The link cannot be used. `expired`: it was ours, and its time is over; else it was never ours, or was changed."""

    def __init__(self, expired: bool) -> None:
        super().__init__("the link has expired" if expired else "the link is not one of ours")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class TicketLink:
    tenant: str
    desk: str
    ticket: str
    until: int  # microseconds


def ticket_token(keys: Keys, tenant: str, desk: str, ticket: str, now: int) -> str:
    """What stands behind `/t/` in messages; valid LINK_LIFE from `now` (microseconds)."""
    return _signer(keys, "ticket-page").dumps([tenant, desk, ticket, now // SECOND + LINK_LIFE])


def read_token(keys: Keys, token: str, now: int) -> TicketLink:
    """Raises LinkRefused."""
    tenant, desk, ticket, until = _load(keys, "ticket-page", token, 4)
    link = TicketLink(str(tenant), str(desk), str(ticket), int(until) * SECOND)
    if link.until < now:
        raise LinkRefused(expired=True)
    return link


def press_token(keys: Keys, link: TicketLink) -> str:
    """What the page's button carries: proof that the press comes from our page of this ticket.

    Not a cookie's token on purpose: the way to a person must also work where a mail program's browser keeps no cookies.
    """
    return _signer(keys, "ticket-press").dumps([link.tenant, link.desk, link.ticket])


def pressed_on(keys: Keys, link: TicketLink, token: str) -> bool:
    try:
        return _load(keys, "ticket-press", token, 3) == [link.tenant, link.desk, link.ticket]
    except LinkRefused:
        return False


def _signer(keys: Keys, purpose: str) -> URLSafeSerializer:
    # Our own expiry instead of the timed serializer's: that one reads the machine's clock, we have one Clock.
    how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(keys.links, salt=f"candor.{purpose}", signer_kwargs=how)


def _load(keys: Keys, purpose: str, token: str, length: int) -> list[object]:
    try:
        parts = _signer(keys, purpose).loads(token)
    except BadSignature:
        raise LinkRefused(expired=False) from None
    if not isinstance(parts, list) or len(parts) != length:
        raise LinkRefused(expired=False)
    return parts
