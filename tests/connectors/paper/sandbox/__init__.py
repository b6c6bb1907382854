"""A Paper desk on loopback."""
from tests.connectors.paper.sandbox.desk import SandboxPaper

__all__ = ["SandboxPaper"]
