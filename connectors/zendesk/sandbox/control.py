"""Zendesk's verbs over the control API."""
from __future__ import annotations

from typing import ClassVar

from connectors.sandbox.control import Remote
from connectors.zendesk.sandbox.acts import VERBS


class RemoteSandbox(Remote):
    verbs: ClassVar = VERBS
