"""Each function of more than five parameters stands here, with the reason why they do not travel together."""
from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "workers", "connectors", "config")
MOST = 5

ROW = "writes one row in the caller's transaction: the parameters are its columns"
AUDITED = "an act of an operator: who did it, why, where and when are written into the audit"
FENCED = "a statement on a row somebody holds: the row, its fence and what it becomes"
WORDS = "a text: each part of it comes from somewhere else, and has its own language or place"
VENDOR = "a vendor's record in its own fields"
REASONS: dict[str, dict[str, tuple[str, ...]]] = {
    ROW: {
        "app/store/artefacts.py": ("keep",),
        "app/store/audit.py": ("append", "_mac"),
        "app/store/caps.py": ("set_cap",),
        "app/store/desks.py": ("add", "installed", "update_settings"),
        "app/store/ledger.py": ("append", "append_sealed", "chain_mac"),
        "app/store/policies.py": ("add",),
        "app/store/promises.py": ("make", "queue_event"),
        "app/store/queues/inbox.py": ("accept_act", "accept_changed"),
        "app/store/queues/jobs.py": ("ask",),
        "app/store/requesters.py": ("known", "meet"),
        "app/store/signals.py": ("add",),
        "app/store/tickets.py": ("adopt", "lease", "reopen_turn"),
        "app/store/users.py": ("create_with_token",),
        "workers/knowledge/sync.py": ("_make_current", "_passage_rows", "_store_versions"),
    },
    FENCED: {
        "app/store/ledger.py": ("_verify_desk",),
        "app/store/marks.py": ("take",),
        "app/store/places.py": ("take",),
        "app/store/queues/inbox.py": ("finish", "merge_earlier"),
        "app/store/queues/jobs.py": ("put_back",),
        "app/store/queues/leases.py": ("__init__",),
        "app/store/queues/outbox.py": ("end_rest",),
        "workers/sending/deliver.py": ("_broke",),
        "workers/sending/outcome.py": ("settled", "_report"),
        "workers/sending/escalation_links.py": ("_note", "report_solved"),
        "workers/deciding/limits.py": ("check",),
    },
    AUDITED: {
        "app/fallback.py": ("end_fallback", "fall_back"),
        "app/replays.py": ("replay", "replay_all"),
        "app/switch.py": ("allow_sending", "stop_sending"),
        "app/store/move.py": ("move",),
        "workers/commands/fallback.py": ("fallback",),
        "workers/desks/connect.py": ("connect", "plan"),
    },
    WORDS: {
        "app/core/deciding/cite.py": ("compose",),
        "app/core/deciding/destination.py": ("destination",),
        "app/core/reading/machines.py": ("is_automatic",),
        "app/core/reading/triage.py": ("read_ticket",),
        "app/core/sending/plan.py": ("plan", "_handoff", "_reply"),
        "app/core/waits/dayone.py": ("estimate",),
        "app/core/writing/messages.py": ("grave", "handoff"),
        "app/core/writing/note_facts.py": ("facts_of",),
        "app/core/writing/wait_sentences.py": ("speak_revision",),
        "app/web/customer/view.py": ("_told", "_wait", "customer_view"),
        "app/store/links.py": ("ticket_token",),
        "app/store/views.py": ("ticket_page",),
        "workers/deciding/matters.py": ("matter_of",),
    },
    VENDOR: {
        "app/web/hooks.py": ("_keep",),
        "connectors/freshdesk/install.py": ("_rule",),
        "connectors/freshdesk/onemail.py": ("_write",),
        "connectors/http.py": ("desk_session",),
        "connectors/sources.py": ("_article_of",),
        "connectors/zendesk/signing.py": ("verify",),
    },
    "what one step of the send protocol is decided by": {
        "app/core/sending/checks.py": ("by_the_ticket",),
        "app/core/sending/steps.py": ("one_step",),
    },
    "a run over a whole corpus: its places, its limits and who is told of the progress": {
        "workers/knowledge/fit.py": ("_row",),
        "workers/knowledge/sync.py": ("sync", "sync_article", "_store"),
    },
}


def long_signatures() -> Iterator[tuple[str, str]]:
    """(file, function) of each that takes more than five beside `self`."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            if "sandbox" in file.parts or "migrations" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and len(_names(node)) > MOST:
                    yield file.relative_to(ROOT).as_posix(), node.name


def test_every_function_of_more_than_five_parameters_has_its_reason() -> None:
    found = set(long_signatures())
    listed = {(file, name) for files in REASONS.values() for file, names in files.items() for name in names}
    print(f"functions over {MOST} parameters: {len(found)}")
    for reason, files in REASONS.items():
        names = "; ".join(f"{file} {', '.join(names)}" for file, names in files.items())
        print(f"{reason}: {names}")
    assert found - listed == set(), "name what travels together, or list it with a reason"
    assert listed - found == set(), "shorter by now: take it off the list"


def _names(node: ast.FunctionDef) -> list[str]:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return [a.arg for a in every if a.arg not in ("self", "cls")]
