"""`python -m connectors.zendesk.sandbox`: see `connectors/sandbox/command.py`."""
from __future__ import annotations

import sys

from connectors.sandbox.command import serve
from connectors.zendesk.sandbox.desk import SandboxZendesk
from connectors.zendesk.sandbox.switches import Switches

if __name__ == "__main__":
    sys.exit(serve("connectors.zendesk.sandbox", SandboxZendesk, Switches(), None))
