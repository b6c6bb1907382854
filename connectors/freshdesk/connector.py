"""Freshdesk, as the rest of Candor sees it. Nothing here loads python-freshdesk until a desk is really spoken
to."""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from connectors.contract import Account, Capability, Inbound
from connectors.freshdesk.advice import account_of
from connectors.freshdesk.inbound import FreshdeskInbound
from connectors.freshdesk.rates import RULES
from connectors.freshdesk.settings import DeskSchema
from connectors.vendor import Parts, VendorConnector

if TYPE_CHECKING:
    from connectors.freshdesk.client import FreshdeskClient


class FreshdeskConnector(VendorConnector["FreshdeskClient"]):
    kind = "freshdesk"
    title = "Freshdesk"
    # Deliveries carry a secret and no signature, and a stale write is taken.
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    settings_schema = DeskSchema
    rules = RULES

    def inbound(self) -> Inbound:
        return FreshdeskInbound()

    def account(self, settings: Mapping[str, str]) -> Account:
        return account_of(settings)

    def parts(self) -> Parts[FreshdeskClient]:
        from connectors.freshdesk.client import FreshdeskClient
        from connectors.freshdesk.desk import FreshdeskDesk
        from connectors.freshdesk.install import FreshdeskInstall
        from connectors.freshdesk.knowledge import FreshdeskKnowledge
        from connectors.freshdesk.outbound import FreshdeskOutbound

        return Parts(FreshdeskClient, FreshdeskDesk, FreshdeskOutbound, FreshdeskKnowledge, FreshdeskInstall)
