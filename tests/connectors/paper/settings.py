"""What an admin enters to connect a Paper desk, and the address that follows from it."""
from __future__ import annotations

import re
from collections.abc import Mapping

from connectors import forms

HOST_RULE = re.compile(r"[a-z0-9-]+\.paper\.example")


class DeskSchema(forms.DeskForm):
    subdomain = forms.subdomain("paper.example")
    key = forms.secret("Key of the assistant's user", 200, required=True)
    bots = forms.bots()


def base_url(settings: Mapping[str, str]) -> str:
    return f"https://{settings.get('subdomain', '')}.paper.example"
