"""A local Zendesk: a real HTTP server on loopback that behaves as Zendesk documents itself, for tests and the
demo.

It never helps: it does not de-duplicate, repair or warn, and it records everything so that a test can count.
What holds is listed in `docs/sandbox-desks.md` by line ids (`Z1` … `X32`).
"""
from connectors.zendesk.sandbox.desk import SandboxZendesk

__all__ = ["SandboxZendesk"]
