"""Freshdesk's verbs over the control API."""
from __future__ import annotations

from typing import ClassVar

from connectors.freshdesk.sandbox.acts import VERBS
from connectors.sandbox.control import Remote


class RemoteSandbox(Remote):
    verbs: ClassVar = VERBS
