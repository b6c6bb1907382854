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


class DeskSchema(forms.DeskForm):
    """The settings of one Zendesk desk. Fields marked secret are stored encrypted and never shown again."""

    subdomain = forms.subdomain("zendesk.com")
    email = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A(?:[^@\s]+@[^@\s]+)?\Z", error="is not an e-mail address"),
        metadata={"label": "E-mail of the assistant's user"},
    )
    api_token = forms.secret("API token", 512)
    oauth_token = forms.secret("OAuth access token", 2048)
    bots = forms.bots()
    one_mail = forms.one_mail()

    @validates_schema
    def _one_way_in(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        token, oauth = data.get("api_token"), data.get("oauth_token")
        if bool(token) == bool(oauth):
            raise ValidationError("give either an API token or an OAuth access token", "api_token")
        if token and not data.get("email"):
            raise ValidationError("an API token works together with the e-mail of its user", "email")


def host(settings: Mapping[str, str]) -> str:
    return f"{settings.get('subdomain', '')}.zendesk.com"


def base_url(settings: Mapping[str, str]) -> str:
    """`https://acme.zendesk.com`; the HTTP session checks the host again before it lets anything out."""
    return f"https://{host(settings)}"
