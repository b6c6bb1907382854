"""What the viewer of the demo reads in the terminal."""
from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Mapping, Sequence

from app.store import tickets
from app.store.database import DEFAULT_TENANT
from app.store.links import ticket_token
from demo.player import Played
from demo.policy import DESKS
from demo.setting import OWNER
from demo.watch import texts as texts_of
from workers.work import Work

_last_progress = 0.0


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)


def step(state: str, name: str, detail: str) -> None:
    print(f"  {state:8} {name}{': ' + detail if detail else ''}", flush=True)


def progress(text: str) -> None:
    """On a terminal two lines a second, each over the last; in a file one every ten seconds."""
    global _last_progress
    if time.monotonic() - _last_progress < (0.5 if sys.stdout.isatty() else 10.0):
        return
    _last_progress = time.monotonic()
    end = "\r" if sys.stdout.isatty() else "\n"
    print(f"  {text[:100]:100}", end=end, flush=True)


def knowledge(work: Work, results: Mapping[str, object]) -> None:
    for name, found in results.items():
        if isinstance(found, dict):
            counts = ", ".join(
                f"{found[k]} {k}" for k in ("added", "changed", "gone", "unchanged", "embedded") if k in found
            )
            print(f"  {name}: {counts}{' ' * 40}", flush=True)
            for bad in found.get("bad_rows", []):
                print(f"    left out: {bad}", flush=True)


def curtain(count: int, seconds: float) -> None:
    heading(
        f"Ready after {seconds:.1f} s. Playing {count} tickets: each customer's message is debounced for 2 "
        f"s here (8 s by default)."
    )
    print("  seconds  desk       ticket  what happened, and why", flush=True)


class Teller:
    """Prints each end as it comes."""

    def __init__(self, began: float) -> None:
        self._began, self._first = began, True

    def __call__(self, played: Played) -> None:
        took = f"{played.seconds:7.1f}" if played.seconds is not None else "      –"
        title = f"  · {played.scene.title}" if played.scene.title else f"  · {played.scene.subject[:60]}"
        surprise = (
            ""
            if played.as_scripted or played.step.expect is None
            else f"  (the script expected: {played.step.expect})"
        )
        why = played.seen.why if played.seen else _why_nothing(played)
        print(
            f"  {took}  {played.scene.desk:9}  #{played.ticket:<6} {played.outcome:10} "
            f"{why}{title}{surprise}",
            flush=True,
        )
        if self._first and played.outcome == "answered":
            self._first = False
            print(
                f"           first answer {time.monotonic() - self._began:.1f} s after the start", flush=True
            )


def summary(played: Sequence[Played]) -> None:
    counts: dict[str, int] = {}
    for one in played:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    heading("In all: " + ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items())))


def as_scripted(played: Sequence[Played]) -> bool:
    """Whether every step ended as its script says; names those that did not."""
    others = [one for one in played if not one.as_scripted]
    for one in others:
        wanted = one.step.expect or "with a verdict"
        print(
            f"  not as scripted: {one.scene.id} ended {one.outcome}, not {wanted}",
            file=sys.stderr,
            flush=True,
        )
    return not others


def mails(counted: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """`counted`: each sandbox desk's own count of what it mailed to customers, an entry a message."""
    per_message = [int(str(entry["mails"])) for entries in counted.values() for entry in entries]
    most = max(per_message, default=0)
    print(
        f"  mails to customers: {sum(per_message)} for {len(per_message)} messages, at most {most} for one",
        flush=True,
    )


def texts(work: Work, played: Sequence[Played]) -> None:
    """One reply and one note in full, as customer and agent read them."""
    answered = next((p for p in played if p.outcome == "answered" and p.seen), None)
    handed = next((p for p in played if p.outcome in ("handed_off", "unsure") and p.seen), None)
    shown = (
        ("What a customer reads", answered, "reply"),
        ("What a customer reads when it is handed off", handed, "reply"),
        ("What the agent reads", handed, "note"),
    )
    for title, found, key in shown:
        if found is not None and found.seen is not None:
            heading(f"{title} (ticket #{found.ticket})")
            print(
                textwrap.indent(str(texts_of(work, found.seen.entry).get(key) or "(nothing)"), "  | "),
                flush=True,
            )


def addresses(
    port: int, token: str, desk_pages: Mapping[str, str], work: Work, played: Sequence[Played]
) -> None:
    base = f"http://127.0.0.1:{port}"
    heading("Have a look")
    shown = [(f"the {kind} sandbox, as customer and agent", page) for kind, page in desk_pages.items()]
    handed = next((p for p in played if p.outcome in ("handed_off", "unsure")), None) or next(
        iter(played), None
    )
    if handed is not None:
        link = _page_of(work, DESKS[handed.scene.desk], handed.ticket)
        shown.append((f"the customer's page of {handed.scene.desk} #{handed.ticket}", f"{base}/t/{link}"))
    shown.append(("the console", f"{base}/"))
    shown.append((f"  first sign-in as {OWNER}", f"{base}/login/token#{token}"))
    for what, address in shown:
        print(f"  {what:46} {address}")
    print("\nStays up; write tickets of your own at the desk. Ctrl-C ends all its processes.", flush=True)


def _page_of(work: Work, desk: str, ticket: str) -> str:
    with work.db.read() as tx:
        found = tickets.find(tx, DEFAULT_TENANT, desk, ticket)
    return ticket_token(
        work.keys, DEFAULT_TENANT, desk, ticket, found.holder if found and found.holder else "", work.clock()
    )


def _why_nothing(played: Played) -> str:
    return (
        "known delivery: 0 new rows, 0 desk calls"
        if played.outcome == "duplicate"
        else "did not come to an end in time"
    )
