"""Zendesk, as the rest of Candor sees it. Nothing here loads zenpy until a desk is really spoken to."""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.contract import Account, Capability, Inbound
from connectors.vendor import Parts, VendorConnector
from connectors.zendesk.advice import account_of
from connectors.zendesk.inbound import ZendeskInbound
from connectors.zendesk.rates import RULES
from connectors.zendesk.settings import DeskSchema

if TYPE_CHECKING:
    from connectors.zendesk.client import ZendeskClient


class ZendeskConnector(VendorConnector["ZendeskClient"]):
    kind = "zendesk"
    title = "Zendesk"
    capabilities = frozenset({Capability.FENCE, Capability.SIGNED})
    settings_schema = DeskSchema
    rules = RULES

    def inbound(self) -> Inbound:
        return ZendeskInbound()

    def account(self, settings: Mapping[str, str]) -> Account:
        return account_of(settings)

    def parts(self) -> Parts[ZendeskClient]:
        from connectors.zendesk.client import ZendeskClient
        from connectors.zendesk.desk import ZendeskDesk
        from connectors.zendesk.install import ZendeskInstall
        from connectors.zendesk.knowledge import ZendeskKnowledge
        from connectors.zendesk.outbound import ZendeskOutbound

        return Parts(ZendeskClient, ZendeskDesk, ZendeskOutbound, ZendeskKnowledge, ZendeskInstall)
