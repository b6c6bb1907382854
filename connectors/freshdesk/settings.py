"""What an admin enters to connect a Freshdesk, and the address that follows from it. Loads no client library:
pages show this form."""
from __future__ import annotations

import re
from collections.abc import Mapping

from marshmallow import fields, validate

from connectors import forms

# The whole host, from end to end. python-freshdesk only looks for "freshdesk.com" somewhere in the address,
# so that `evilfreshdesk.com.attacker.tld` would pass there.
HOST_RULE = re.compile(r"[a-z0-9-]+\.freshdesk\.com")


class DeskSchema(forms.DeskForm):
    """The settings of one Freshdesk desk. Fields marked secret are stored encrypted and never shown again."""

    subdomain = forms.subdomain("freshdesk.com", "; an address of your own leads to the same account")
    api_key = forms.secret(
        "API key of the assistant's user",
        512,
        required=True,
        about="Profile settings, at the right: View API key",
    )
    language = fields.String(
        load_default="en",
        validate=validate.Regexp(
            r"\A[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z", error="is a language code such as en or pt-BR"
        ),
        metadata={"label": "Language of the help centre"},
    )
    bots = forms.bots()
    one_mail = forms.one_mail()


def host(settings: Mapping[str, str]) -> str:
    return f"{settings.get('subdomain', '')}.freshdesk.com"


def base_url(settings: Mapping[str, str]) -> str:
    """`https://acme.freshdesk.com`; the HTTP session checks the host again before it lets anything out."""
    return f"https://{host(settings)}"
