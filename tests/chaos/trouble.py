"""What is done to our own processes while tickets come in. All of it by process id, and only to what this run
has started."""
from __future__ import annotations

import signal
from collections import Counter

from tests.chaos.agenda import Agenda
from tests.chaos.ground import Ground, Workers

FAST, SLOW = 2.0, 7.0  # seconds a worker of each group is left alive once it is ready
START_LIMIT = 45.0  # a worker that is not ready by then is killed all the same
PAUSE = 27.0  # a stopped holder sleeps longer than a lease and the slack of its take-over
RESTART_LIMIT = 40.0


class Trouble:
    """Kills both groups again and again; now and then Redis, the database, beat and web have their turn.
    `over()` ends it."""

    def __init__(self, ground: Ground, agenda: Agenda, seconds: float, *, wipe: bool = True) -> None:
        """`seconds`: the shortest it may last; in a minute or more each kind of harm has its turn."""
        self._ground, self._agenda, self._wipe = ground, agenda, wipe
        self._step = max(4.0, min(15.0, seconds / 8))
        self.counts: Counter[str] = Counter()
        self.fast, self.slow = Workers(ground, "fast"), Workers(ground, "slow")
        self._over = False
        # groups that are being paused or restarted in order: not killed meanwhile
        self._busy: set[str] = set()
        self._leaving: set[str] = set()  # asked to end, not gone yet

    def begin(self) -> None:
        for group, every in ((self.fast, FAST), (self.slow, SLOW)):
            group.start()
            self._watch(group, every, self._agenda.now)
        self._agenda.after(self._step / 2, lambda: self._next(0))

    def over(self, *, skip: float = 0.0) -> None:
        """No further harm; what is down comes up again. `skip`: kill every worker once more, and let so many
        seconds pass at once."""
        self._over = True
        for group in (self.fast, self.slow):
            group.signal(signal.SIGCONT)
            if skip or group.name in self._leaving:
                group.kill()
        if skip:
            self._ground.let_pass(skip)
        for group in (self.fast, self.slow):
            assert group.process is not None
            if group.process.poll() is not None:
                group.start()
        self._ground.redis.start()
        self._ground.web_up()
        self._ground.beat_up()

    def _next(self, number: int) -> None:
        """Redis, the database, a paused holder … in turn, for as long as the trouble lasts."""
        if self._over:
            return
        acts = (self._redis, self._lock, self._pause, self._redis, self._beat, self._rolling, self._web)
        acts[number % len(acts)]()
        self._agenda.after(self._step, lambda: self._next(number + 1))

    def _watch(self, group: Workers, every: float, started: float) -> None:
        """Wait until it is ready, let it live for a while, kill it, and start the next one at once."""
        if self._over:
            return
        if not group.ready and self._agenda.now - started < START_LIMIT:
            self._agenda.after(0.1, lambda: self._watch(group, every, started))
            return
        self._agenda.after(every, lambda: self._kill(group, every))

    def _kill(self, group: Workers, every: float) -> None:
        if self._over:
            return
        if group.name in self._busy:
            self._agenda.after(0.5, lambda: self._kill(group, every))
            return
        group.kill()
        self.counts["worker kills"] += 1
        group.start()
        self._watch(group, every, self._agenda.now)

    def _redis(self) -> None:
        if self._ground.redis.pid is None:
            return
        self._ground.kill_redis(wipe=self._wipe)
        self.counts["broker wipes" if self._wipe else "broker kills"] += 1
        self._agenda.after(2.0, self._ground.redis.start)

    def _lock(self) -> None:
        self._ground.lock_database(4.0)
        self.counts["database locks"] += 1

    def _pause(self) -> None:
        """SIGSTOP to a whole group in the middle of its work; it wakes when its leases are long over."""
        if "slow" in self._busy:
            return
        self._busy.add("slow")
        self.slow.signal(signal.SIGSTOP)
        self.counts["holders paused"] += 1
        self._agenda.after(PAUSE, self._wake)

    def _wake(self) -> None:
        self.slow.signal(signal.SIGCONT)
        # It must get the time to do what it was about to do.
        self._agenda.after(3.0, lambda: self._busy.discard("slow"))

    def _beat(self) -> None:
        self._ground.kill_process(self._ground.beat)
        self.counts["beats lost"] += 1
        self._agenda.after(20.0, self._ground.beat_up)

    def _web(self) -> None:
        self._ground.kill_process(self._ground.web)
        self.counts["web kills"] += 1
        self._agenda.after(1.0, self._ground.web_up)

    def _rolling(self) -> None:
        """SIGTERM to the group, as a supervisor does; the next one is started when it has gone."""
        if "slow" in self._busy:
            return
        self._busy.add("slow")
        self._leaving.add("slow")
        self.slow.signal(signal.SIGTERM)
        self.counts["rolling restarts"] += 1
        self._ended(self._agenda.now)

    def _ended(self, asked: float) -> None:
        assert self.slow.process is not None
        if self._over:
            return
        if self.slow.process.poll() is None:
            if self._agenda.now - asked < RESTART_LIMIT:
                self._agenda.after(0.2, lambda: self._ended(asked))
                return
            self.counts["restarts that took too long"] += 1
            self.slow.kill()
        self.slow.start()
        self._leaving.discard("slow")
        self._busy.discard("slow")
