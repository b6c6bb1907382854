"""What every test gets: the services, the figures, and a fence around the network."""
from __future__ import annotations

import ipaddress
import sys
from typing import Any

from hypothesis import settings

pytest_plugins = ["tests.services", "tests.figures"]

# Hypothesis would call an example that a busy machine holds up a failure.
settings.register_profile("candor", deadline=None)
settings.load_profile("candor")


def _loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):  # a Unix socket's address is no tuple
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name != "localhost" and not _is_loopback(name):
        raise PermissionError(f"a test reached for {name}: tests speak to this machine only")


def _is_loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified  # a server may listen on every address


# An audit hook sees every connection of this process, whatever library makes it, and needs no patching.
sys.addaudithook(_loopback_only)
