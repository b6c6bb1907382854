"""`python -m connectors.freshdesk.sandbox`: see `connectors/sandbox/command.py`."""
from __future__ import annotations

import sys

from connectors.freshdesk.sandbox.desk import SandboxFreshdesk
from connectors.freshdesk.sandbox.switches import Switches
from connectors.sandbox.command import serve

if __name__ == "__main__":
    sys.exit(serve("connectors.freshdesk.sandbox", SandboxFreshdesk, Switches(), None))
