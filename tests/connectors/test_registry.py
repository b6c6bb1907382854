"""The list of connectors, and what the web process may load."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Capability, Connector
from tests.connectors.benches import KINDS, connector_of

# The client libraries, and the models: none of them belongs into a process that answers webhooks.
HEAVY = ("zenpy", "requests", "urllib3", "freshdesk", "torch", "transformers", "faiss", "onnxruntime")

SCRIPT = """
import sys
from connectors import registry
for name in registry.NAMES:
    found = registry.connector(name)
    found.inbound()
    print(sorted(found.settings_schema().fields), sorted(found.secret_keys), sorted(found.capabilities), found.title)
print(sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_a_connectors_inbound_loads_no_client_library() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT, *HEAVY], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", KINDS)
def test_every_connector_fulfils_the_contract(name: str) -> None:
    found = connector_of(name)
    assert isinstance(found, Connector)
    assert found.kind == name
    assert found.secret_keys <= set(found.settings_schema().fields)


@pytest.mark.parametrize("capability", Capability)
def test_each_capability_is_asked_for_outside_the_vendors_folders(capability: Capability) -> None:
    # A delivery's signature matters to the shared security cases alone: our door is the same for both kinds
    # of desks.
    asking = [
        *Path("app").rglob("*.py"),
        *Path("workers").rglob("*.py"),
        Path("tests/connectors/test_shared_deliveries.py"),
    ]
    assert any(f"Capability.{capability.name}" in file.read_text() for file in asking), (
        f"nobody asks for {capability}"
    )
    assert any(capability in registry.connector(kind).capabilities for kind in registry.NAMES), (
        f"no desk has {capability}"
    )


def test_an_unknown_kind_is_named_together_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"no connector 'jira'.*zendesk"):
        registry.connector("jira")
