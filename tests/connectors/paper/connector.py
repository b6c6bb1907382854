"""Paper, as the rest of Candor sees it."""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from connectors.contract import Account, Capability, Inbound
from connectors.vendor import Parts, VendorConnector
from tests.connectors.paper.advice import account_of
from tests.connectors.paper.inbound import PaperInbound
from tests.connectors.paper.rates import RULES
from tests.connectors.paper.settings import DeskSchema

if TYPE_CHECKING:
    from tests.connectors.paper.client import PaperClient


class PaperConnector(VendorConnector["PaperClient"]):
    kind = "paper"
    title = "Paper"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.FENCE, Capability.SIGNED})
    settings_schema = DeskSchema
    rules = RULES

    def inbound(self) -> Inbound:
        return PaperInbound()

    def account(self, settings: Mapping[str, str]) -> Account:
        return account_of(settings)

    def parts(self) -> Parts[PaperClient]:
        from tests.connectors.paper.client import PaperClient
        from tests.connectors.paper.desk import PaperDesk
        from tests.connectors.paper.install import PaperInstall
        from tests.connectors.paper.knowledge import PaperKnowledge
        from tests.connectors.paper.outbound import PaperOutbound

        return Parts(PaperClient, PaperDesk, PaperOutbound, PaperKnowledge, PaperInstall)
