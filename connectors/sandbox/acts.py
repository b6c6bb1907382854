"""The verbs every sandbox desk knows: faults, time, deliveries, the record. A desk's own `Acts` adds what
people do there."""
from __future__ import annotations

from typing import Any, ClassVar

from connectors.sandbox.deliveries import DeliveryThread
from connectors.sandbox.faults import Fault, Faults, preset
from connectors.sandbox.state import BaseState


class CommonActs:
    """Every method takes and returns JSON-able values only. Raises LookupError for what is not there, Refusal
    for what the desk refuses."""

    __slots__ = ()
    # The method and path of a public reply, where `person_first` strikes unless told otherwise.
    reply_route: ClassVar[tuple[str, str]]
    fault_presets: ClassVar[dict[str, Fault]]

    state: BaseState
    deliveries: DeliveryThread[Any]
    faults: Faults

    def advance(self, seconds: float) -> int:
        """Move the desk's clock; its new time in microseconds."""
        self.state.clock.advance(seconds)
        return self.state.clock()

    def fault(self, name: str, **where: Any) -> None:
        """Arm a fault mode by its id (`X1` … `X11`); see `faults.Fault` for `method`, `path`, `nth`, `count`
        and the rest."""
        self.faults.arm(preset(self.fault_presets, name, **where))

    def clear_faults(self) -> None:
        self.faults.clear()

    def person_first(
        self, verb: str, method: str | None = None, path: str | None = None, **arguments: Any
    ) -> None:
        """Just before the next such request is carried out, a person does this verb (X18)."""
        act = verbs_of(type(self))[verb]
        self.faults.before(
            method or self.reply_route[0], path or self.reply_route[1], lambda: act(self, **arguments)
        )

    def drop_deliveries(self, count: int = 1) -> None:
        self.deliveries.drop_next(count)

    def duplicate_deliveries(self, count: int = 1, same_id: bool = True) -> None:
        self.deliveries.duplicate_next(count, same_id=same_id)

    def hold_deliveries(self, count: int = 1) -> None:
        self.deliveries.hold_next(count)

    def release_deliveries(self) -> int:
        return self.deliveries.release()

    def redeliver(self, invocation: str, same_id: bool = True) -> str:
        return str(self.deliveries.redeliver(invocation, same_id=same_id).id)

    def switch(self, **values: Any) -> dict[str, Any]:
        """Set switches by name; all of them as they are now."""
        self.state.switches.change(values)
        return self.state.switches.as_dict()

    def invocations(self) -> list[dict[str, Any]]:
        return [i.as_dict() for i in self.deliveries.all()]

    def requests(self, method: str | None = None, path: str | None = None) -> list[dict[str, Any]]:
        return self.state.recorder.requests(method, path)

    def failures(self) -> list[dict[str, Any]]:
        """What the sandbox was asked for and could not do: a test should find this empty."""
        return list(self.state.recorder.failures)

    def changes(self) -> list[dict[str, Any]]:
        return list(self.state.recorder.changes)


def verbs_of(acts: type[CommonActs]) -> dict[str, Any]:
    """Name → function of every public verb, own and common."""
    found = {name: getattr(acts, name) for name in dir(acts) if not name.startswith("_")}
    return {name: value for name, value in found.items() if callable(value)}
