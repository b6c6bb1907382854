"""Steps of an installation, as every desk tells them."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.contract import Step

Json = Mapping[str, Any]


def planned(name: str, there: Json | None, fits: Callable[[Json], bool]) -> Step:
    """What would be done about one thing: `there` is what the desk has of it, `fits` whether that is as it
    should be."""
    if there is None:
        return Step(name, "planned", "create")
    return Step(name, "exists") if fits(there) else Step(name, "planned", "update")
