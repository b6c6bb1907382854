"""What an admin enters to connect a Zendesk, and the address that follows from it. Loads no client library:
pages show this form."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from connectors import forms

# The whole host, from end to end; a substring test would let `acme.zendesk.com.evil.tld` pass.
HOST_RULE = re.compile(r"[a-z0-9-]+\.zendesk\.com")


WHERE = "Admin Center > Apps and integrations > APIs > OAuth clients"  # where clients are made
SCOPES = "read write"  # what the assistant needs
SHORTEST_MINUTES, LONGEST_MINUTES = 30, 2880  # of a token's life, at Zendesk
# developer.zendesk.com, api-basics/authentication/oauth-migration
TOKENS_END = "Zendesk ends API tokens on 30 April 2027: make an OAuth client and connect again"


def _whole_minutes(text: str) -> None:
    number = int(text) if re.fullmatch("[0-9]{1,4}", text) else 0
    if text and not SHORTEST_MINUTES <= number <= LONGEST_MINUTES:
        raise ValidationError(f"is a whole number from {SHORTEST_MINUTES} to {LONGEST_MINUTES}")


class DeskSchema(forms.DeskForm):
    """The settings of one Zendesk desk. Fields marked secret are stored encrypted and never shown again."""

    ways_in = (
        frozenset({"client_id", "client_secret", "scopes", "token_minutes"}),
        frozenset({"email", "api_token"}),
        frozenset({"oauth_token"}),
    )

    subdomain = forms.subdomain("zendesk.com")
    client_id = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A[!-~]{0,255}\Z", error="is the client's identifier, without blanks"),
        metadata={
            "label": "OAuth client: identifier",
            "help": f"identifier of a confidential OAuth client, made under {WHERE}",
        },
    )
    client_secret = forms.secret("OAuth client: secret", 512)
    scopes = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A[a-z_:]*(?: [a-z_:]+)*\Z", error="takes names with blanks between"),
        metadata={"label": "OAuth client: scopes", "help": f"scopes to ask for; without it: {SCOPES}"},
    )
    token_minutes = fields.String(
        load_default="",
        validate=_whole_minutes,
        metadata={
            "label": "OAuth client: minutes a token lives",
            "help": "how long an access token shall live, 30 to 2880 minutes; without it: 30",
        },
    )
    email = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A(?:[^@\s]+@[^@\s]+)?\Z", error="is not an e-mail address"),
        metadata={"label": "E-mail of the assistant's user", "help": "goes with an API token of before"},
    )
    api_token = forms.secret("API token", 512, about=f"API token of before: {TOKENS_END}")
    oauth_token = forms.secret("OAuth access token", 2048)
    bots = forms.bots()
    one_mail = forms.one_mail()

    @validates_schema
    def _one_way_in(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        client = bool(data.get("client_id") or data.get("client_secret"))
        token, oauth = bool(data.get("api_token")), bool(data.get("oauth_token"))
        if client + token + oauth != 1:
            raise ValidationError(
                f"give the identifier and the secret of an OAuth client (made under {WHERE}), and no other "
                "key beside them",
                "client_id",
            )
        if client and not (data.get("client_id") and data.get("client_secret")):
            raise ValidationError("goes with the client's identifier: give both", "client_secret")
        if token and not data.get("email"):
            raise ValidationError("an API token works together with the e-mail of its user", "email")


def by_client(settings: Mapping[str, str]) -> bool:
    """Whether this desk is signed in to by OAuth client credentials."""
    return bool(settings.get("client_id") and settings.get("client_secret"))


def scopes_of(settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple((settings.get("scopes") or SCOPES).split())


def token_seconds(settings: Mapping[str, str]) -> int:
    return int(settings.get("token_minutes") or SHORTEST_MINUTES) * 60


def host(settings: Mapping[str, str]) -> str:
    return f"{settings.get('subdomain', '')}.zendesk.com"


def base_url(settings: Mapping[str, str]) -> str:
    """`https://acme.zendesk.com`; the HTTP session checks the host again before it lets anything out."""
    return f"https://{host(settings)}"
