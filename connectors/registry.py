"""The helpdesks Candor speaks to. A new one is a folder beside this file and one line here."""
from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from marshmallow import Schema

from connectors.contract import Account, Connector
from connectors.limits import RESERVE, PaceStore
from connectors.tokens import TokenStore

# Kind -> the module and class that fulfil `Connector`. Names only: the web process must not load a client
# library by looking at the list.
CONNECTORS = {
    "zendesk": ("connectors.zendesk.connector", "ZendeskConnector"),
    "freshdesk": ("connectors.freshdesk.connector", "FreshdeskConnector"),
}
NAMES = tuple(CONNECTORS)


def settings_schema(kind: str) -> type[Schema]:
    """The form of what an admin enters for a desk of this kind; loads no client library."""
    schema: type[Schema] = _class_of(kind).settings_schema
    return schema


def account(kind: str, settings: Mapping[str, str]) -> Account:
    """The account these settings lead to, in words for its admin; loads no client library."""
    found: Account = _class_of(kind)().account(settings)
    return found


def connector(
    kind: str,
    *,
    sandbox_desks: bool = False,
    store: PaceStore | None = None,
    reserve: float = RESERVE,
    tokens: TokenStore | None = None,
) -> Connector:
    """The connector of this kind; build it once per process, it keeps the desks' rate budgets.

    `sandbox_desks` is the operator's setting: without it a desk with a loopback address is refused at its
    first call. `store` keeps those budgets where other processes see them, `reserve` is the share left to the
    company's own tools, `tokens` keeps access tokens for every process. Raises LookupError naming the kinds
    there are.
    """
    of_kind = _class_of(kind)
    made: Connector = of_kind(sandbox_desks=sandbox_desks, store=store, reserve=reserve, tokens=tokens)
    return made


def _class_of(kind: str) -> Any:
    if kind not in CONNECTORS:
        raise LookupError(f"there is no connector {kind!r}; there are: {', '.join(CONNECTORS)}")
    module, name = CONNECTORS[kind]
    return getattr(import_module(module), name)
