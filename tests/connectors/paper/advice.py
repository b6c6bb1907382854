"""What an admin of a Paper desk is told when it cannot be connected."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Account
from tests.connectors.paper.settings import base_url


def account_of(settings: Mapping[str, str]) -> Account:
    return Account(base_url(settings).removeprefix("https://"), "write a new key on the desk's last page")
