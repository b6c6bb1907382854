"""Plays scenes at a sandbox desk, all at once as customers do, and tells each end as it comes."""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.sandbox.control import Remote
from demo.policy import DESKS
from demo.scenes import Scene, SceneError, Step
from demo.watch import Seen, deliveries, verdicts
from workers.work import Work

STEP_SECONDS = 90.0  # how long a step may take before the demo says that it did not come to an end
LOOK_SECONDS = 0.1
AT_ONCE = 12  # scenes in flight: more would only wait in line behind two workers
BETWEEN_SECONDS = 0.4  # between the messages of a burst
OUTCOMES = {
    "answer": "answered",
    "clarify": "clarified",
    "settle": "settled",
    "stay_quiet": "ignored",
    "alert": "alerted",
}
AGENT = "Ana Ruiz"  # a person at the sandbox desk
REPEAT_SECONDS = 1.0  # how long a repeated delivery is watched for doing anything


@dataclass(frozen=True, slots=True)
class Played:
    """The end of one step. `seconds` from the customer's message to the last effect at the desk; None when it
    never ended."""

    scene: Scene
    step: Step
    ticket: str
    seen: Seen | None
    seconds: float | None
    # answered | drafted | clarified | unsure | handed_off | ignored | duplicate | settled | alerted | nothing
    outcome: str


    @property
    def as_scripted(self) -> bool:
        """Whether it ended as the script says; of tickets without a script, whether it ended at all."""
        return self.outcome == self.step.expect if self.step.expect is not None else self.outcome != "nothing"


@dataclass(slots=True)
class _Running:
    scene: Scene
    place: int = 0
    ticket: str = ""
    wrote_at: int = 0
    deadline: float = 0.0
    verdicts: int = 0
    repeat_until: float = 0.0
    kept: int = 0
    done: list[Played] = field(default_factory=list)


class Player:
    """`tell` is called with each step's end."""

    def __init__(self, work: Work, sandboxes: Mapping[str, Remote], tell: Callable[[Played], None]) -> None:
        """`sandboxes`: each kind of desk and the way to its people and customers; our name for the desk is in
        `DESKS`."""
        self._work, self._sandboxes, self._tell = work, sandboxes, tell

    def play(self, scenes: Sequence[Scene], stopped: Callable[[], None] = lambda: None) -> list[Played]:
        """Play all scenes to their ends; `stopped` is called while waiting and may raise to end early."""
        waiting, running, played = list(scenes), [], []
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(self._open(waiting.pop(0)))
            for scene in list(running):
                end = self._look(scene)
                if end is None:
                    continue
                self._tell(end)
                played.append(end)
                scene.place += 1
                if end.outcome == "nothing" or scene.place == len(scene.scene.steps):
                    running.remove(scene)
                else:
                    self._act(scene)
            stopped()
            time.sleep(LOOK_SECONDS)
        return played

    def _open(self, scene: Scene) -> _Running:
        running = _Running(scene)
        self._act(running)
        return running

    def _act(self, running: _Running) -> None:
        step, scene = running.scene.steps[running.place], running.scene
        sandbox, desk = self._sandboxes[scene.desk], DESKS[scene.desk]
        running.wrote_at, running.deadline = self._work.clock(), time.monotonic() + STEP_SECONDS
        if step.again:
            invocation = next(i for i in sandbox.invocations() if str(i["ticket"]) == running.ticket)
            running.kept = deliveries(self._work, desk, running.ticket)
            sandbox.redeliver(invocation=invocation["id"])
            running.repeat_until = time.monotonic() + REPEAT_SECONDS
        elif step.next_step:
            chosen = f"candor_next_{step.next_step}"
            sandbox.set_field(
                ticket=int(running.ticket), field="Candor: next step", value=chosen, agent=AGENT
            )
        elif not running.ticket:
            # What only mail at Zendesk has in our sandbox desks: the sender's full locale, and a machine's
            # headers.
            own = (
                {"locale": scene.locale, "headers": dict(step.headers)}
                if scene.desk == "zendesk"
                else {"language": scene.locale[:2]}
            )
            ticket = sandbox.customer_ticket(
                name=scene.name, email=scene.email, subject=scene.subject, text=step.write, **own
            )
            running.ticket = str(ticket)
        else:
            sandbox.customer_comment(
                ticket=int(running.ticket), text=step.write, **({"email": step.by} if step.by else {})
            )
        for kind, text in step.then:
            time.sleep(BETWEEN_SECONDS)
            _at_once(sandbox, int(running.ticket), kind, text)

    def _look(self, running: _Running) -> Played | None:
        """The end of the present step, None while it goes on."""
        step, scene = running.scene.steps[running.place], running.scene
        desk = DESKS[scene.desk]
        seen = verdicts(self._work, desk, running.ticket)
        if step.again:
            if time.monotonic() < running.repeat_until:
                return None
            quiet = (
                len(seen) == running.verdicts and deliveries(self._work, desk, running.ticket) == running.kept
            )
            return Played(scene, step, running.ticket, None, None, "duplicate" if quiet else "nothing")
        fresh = seen[running.verdicts:]
        if fresh:
            # A reply overtaken by its own customer is composed anew: only the newest verdict counts.
            running.verdicts = len(seen)
            last = fresh[-1]
            return Played(
                scene, step, running.ticket, last, (last.at - running.wrote_at) / 1_000_000, outcome_of(last)
            )
        if time.monotonic() > running.deadline:
            return Played(scene, step, running.ticket, None, None, "nothing")
        return None


def outcome_of(seen: Seen) -> str:
    """The end of a step in the words of the script."""
    if seen.verdict == "handoff":
        return "unsure" if seen.why.startswith(("unsure", "out_of_scope")) else "handed_off"
    if (
        seen.mode == "draft"
        and seen.verdict in ("answer", "clarify", "settle")
        and seen.why != "a colleague sent the draft"
    ):
        return "drafted"
    return OUTCOMES.get(seen.verdict, seen.verdict)


def _at_once(sandbox: Remote, ticket: int, kind: str, text: str) -> None:
    match kind:
        case "write":
            sandbox.customer_comment(ticket=ticket, text=text)
        case "agent_reply":
            sandbox.agent_reply(ticket=ticket, text=text, agent=AGENT)
        case "close":
            sandbox.close(ticket=ticket)
        case _:
            raise SceneError(f"a step cannot be followed by {kind!r}")
