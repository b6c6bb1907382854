"""What an admin enters to connect a Zendesk, and the address that follows from it. Loads no client library: pages show this form."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

# The whole host, from end to end; a substring test would let `acme.zendesk.com.evil.tld` pass.
HOST_RULE = re.compile(r"[a-z0-9-]+\.zendesk\.com")

SECRET = {"secret": True}


class DeskSchema(Schema):
    """The settings of one Zendesk desk. Fields marked secret are stored encrypted and never shown again."""

    class Meta:
        unknown = RAISE

    subdomain = fields.String(
        required=True,
        validate=validate.Regexp(r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", error="is the acme of acme.zendesk.com, in small letters"),
        metadata={"label": "Subdomain", "help": "acme for acme.zendesk.com"},
    )
    email = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A(?:[^@\s]+@[^@\s]+)?\Z", error="is no e-mail address"),
        metadata={"label": "E-mail of the assistant's user"},
    )
    api_token = fields.String(load_default="", validate=validate.Length(max=512), metadata={"label": "API token", **SECRET})
    oauth_token = fields.String(load_default="", validate=validate.Length(max=2048), metadata={"label": "OAuth access token", **SECRET})
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

    @validates_schema
    def _one_way_in(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        token, oauth = data.get("api_token"), data.get("oauth_token")
        if bool(token) == bool(oauth):
            raise ValidationError("give either an API token or an OAuth access token", "api_token")
        if token and not data.get("email"):
            raise ValidationError("an API token works together with the e-mail of its user", "email")


SETTINGS_KEYS = tuple(DeskSchema().fields)
SECRET_KEYS = frozenset(name for name, field in DeskSchema().fields.items() if field.metadata.get("secret"))


def base_url(settings: Mapping[str, str]) -> str:
    """`https://acme.zendesk.com`; the HTTP session checks the host again before it lets anything out."""
    return f"https://{settings.get('subdomain', '')}.zendesk.com"


def bot_ids(settings: Mapping[str, str]) -> frozenset[str]:
    return frozenset(part for part in re.split(r"[,\s]+", settings.get("bots", "")) if part)
