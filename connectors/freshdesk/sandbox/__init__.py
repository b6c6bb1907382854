"""A local Freshdesk: a real HTTP server on loopback that behaves as Freshdesk documents itself, for tests and
the demo.

It never helps: it does not de-duplicate, repair or warn, and it records everything so that a test can count.
What holds is listed in `docs/sandbox-desks.md` by line ids (`F1` … `F25`, `X1` … `X32`).
"""
from connectors.freshdesk.sandbox.desk import SandboxFreshdesk

__all__ = ["SandboxFreshdesk"]
