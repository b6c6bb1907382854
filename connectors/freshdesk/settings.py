"""What an admin enters to connect a Freshdesk, and the address that follows from it. Loads no client library: pages show this form."""
from __future__ import annotations

import re
from collections.abc import Mapping

from marshmallow import RAISE, Schema, fields, validate

# The whole host, from end to end. python-freshdesk only looks for "freshdesk.com" somewhere in the address, so that
# `evilfreshdesk.com.attacker.tld` would pass there.
HOST_RULE = re.compile(r"[a-z0-9-]+\.freshdesk\.com")

SECRET = {"secret": True}


class DeskSchema(Schema):
    """The settings of one Freshdesk desk. Fields marked secret are stored encrypted and never shown again."""

    class Meta:
        unknown = RAISE

    subdomain = fields.String(
        required=True,
        validate=validate.Regexp(r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", error="is the acme of acme.freshdesk.com, in small letters"),
        metadata={"label": "Subdomain", "help": "acme for acme.freshdesk.com; an address of your own leads to the same account"},
    )
    api_key = fields.String(
        required=True, validate=validate.Length(1, 512),
        metadata={"label": "API key of the assistant's user", "help": "Profile settings, at the right: View API key", **SECRET},
    )
    language = fields.String(
        load_default="en",
        validate=validate.Regexp(r"\A[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z", error="is a language code such as en or pt-BR"),
        metadata={"label": "Language of the help centre"},
    )
    bots = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A[0-9, ]*\Z", error="takes user ids with commas between"),
        metadata={"label": "User ids of other bots"},
    )
    one_mail = fields.String(
        load_default="",
        validate=validate.OneOf(["", "yes"], error="is yes, or empty"),
        metadata={"label": "One mail a message", "flag": True,
                  "help": "tickets the assistant answers get no acknowledgement of the desk's own"},
    )


SETTINGS_KEYS = tuple(DeskSchema().fields)
SECRET_KEYS = frozenset(name for name, field in DeskSchema().fields.items() if field.metadata.get("secret"))


def host(settings: Mapping[str, str]) -> str:
    return f"{settings.get('subdomain', '')}.freshdesk.com"


def base_url(settings: Mapping[str, str]) -> str:
    """`https://acme.freshdesk.com`; the HTTP session checks the host again before it lets anything out."""
    return f"https://{host(settings)}"


def bot_ids(settings: Mapping[str, str]) -> frozenset[str]:
    return frozenset(part for part in re.split(r"[,\s]+", settings.get("bots", "")) if part)
