"""Everything about a desk that is unverified, or that a test wants different: settable by name, typed by its
default."""
from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class SwitchBoard:
    """The parent of each desk's `Switches`, a dataclass whose defaults are our best reading of the vendor's
    documents."""

    def change(self, values: dict[str, Any]) -> None:
        """Set some switches by name. Raises ValueError for an unknown name or a value of another type; then
        nothing is changed."""
        known = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        checked: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no switch is called {name!r}; there are {', '.join(sorted(known))}")
            wanted = known[name]
            if wanted is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
                raise ValueError(f"switch {name} takes a {wanted.__name__}, not {value!r}")
            checked[name] = value
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
