"""What the forms of all desks have in common: the fields an admin fills in when connecting one.

A form is a marshmallow schema of text fields. `metadata` says how a field is shown: `label`, `help`, `secret`
(stored encrypted, never shown again), `flag` (yes or empty).
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from marshmallow import RAISE, Schema, fields, validate


def subdomain(domain: str, more: str = "") -> fields.String:
    """The name of an account that lives at `<name>.<domain>`. `more` is said after the example."""
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z",
            error=f"is the acme of acme.{domain}, in small letters",
        ),
        metadata={"label": "Subdomain", "help": f"acme for acme.{domain}{more}"},
    )


def secret(label: str, longest: int, *, required: bool = False, about: str = "") -> fields.String:
    """A key of the desk's."""
    metadata = {"label": label, "secret": True} | ({"help": about} if about else {})
    if required:
        return fields.String(required=True, validate=validate.Length(1, longest), metadata=metadata)
    return fields.String(load_default="", validate=validate.Length(max=longest), metadata=metadata)


def bots() -> fields.String:
    """Other bots of the desk, by the numbers of their users."""
    return fields.String(
        load_default="",
        validate=validate.Regexp(r"\A[0-9, ]*\Z", error="takes user ids with commas between"),
        metadata={"label": "User ids of other bots"},
    )


def one_mail() -> fields.String:
    """Whether the desk's own acknowledgement is left out where the assistant answers."""
    return fields.String(
        load_default="",
        validate=validate.OneOf(["", "yes"], error="is yes, or empty"),
        metadata={
            "label": "One mail per message",
            "flag": True,
            "help": "tickets the assistant answers get no acknowledgement of the desk's own",
        },
    )


class DeskForm(Schema):
    """A form refuses what it does not know: a misspelt setting would be lost in silence.

    `ways_in` are the fields of each way to sign in, for desks that have several: `entered` keeps to one.
    """

    ways_in: ClassVar[tuple[frozenset[str], ...]] = ()

    class Meta:
        unknown = RAISE


def entered(form: type[Schema], before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What was entered before, with what is given now in its place. Another way in takes the place of the
    whole old one: an account is never left with the keys of two."""
    ways: tuple[frozenset[str], ...] = getattr(form, "ways_in", ())
    named = {name for name, value in given.items() if value}
    chosen = [way for way in ways if way & named]
    keys = frozenset().union(*ways)
    gone = keys.difference(*chosen) if chosen else frozenset()
    kept = {name: value for name, value in before.items() if name not in gone} | dict(given)
    return {name: value for name, value in kept.items() if value or name not in keys}


def bot_ids(settings: Mapping[str, str]) -> frozenset[str]:
    return frozenset(part for part in re.split(r"[,\s]+", settings.get("bots", "")) if part)
