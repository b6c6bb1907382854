"""What the demo plays: the shop's own script, or anybody's tickets out of a file."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

HERE = Path(__file__).parent
HELP_CENTRE = HERE / "help_centre"
SCRIPT = HERE / "tickets.yaml"
# The words a reader of data sets would look for, best first.
TEXT_KEYS = ("text", "question", "body", "description", "message")


class SceneError(ValueError):
    """The tickets cannot be played; the message names file, line and what is expected."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the customer, or a machine of theirs, does. `again` repeats the delivery of the step before.

    `then` follows at once, before the assistant can answer: ("write", text), ("agent_reply", text) or
    ("close", ""). `next_step` is an agent's choice in the field *Candor: next step*. `by` is the address of
    somebody in copy who writes.
    """

    write: str = ""
    again: bool = False
    next_step: str = ""
    by: str = ""
    then: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    id: str
    title: str
    name: str
    email: str
    locale: str
    subject: str
    steps: tuple[Step, ...]
    desk: str = "zendesk"


def shop_scenes() -> list[Scene]:
    """The shop's own script."""
    scenes = []
    for raw in yaml.safe_load(SCRIPT.read_text("utf-8")):
        steps = tuple(
            Step(
                s.get("write", ""),
                bool(s.get("again")),
                s.get("next_step", ""),
                s.get("by", ""),
                tuple((kind, str(text)) for act in s.get("then", ()) for kind, text in act.items()),
                s.get("headers", {}),
                s.get("expect", raw["expect"]),
            )
            for s in raw["steps"]
        )
        who, desk = raw["customer"], raw.get("desk", "zendesk")
        scenes.append(
            Scene(
                raw["id"], raw["title"], who["name"], who["email"], who["locale"], raw["subject"], steps, desk
            )
        )
    return scenes


def scenes_from(path: Path, most: int | None) -> list[Scene]:
    """Tickets out of a JSONL file (or `eval.jsonl` / `tickets.jsonl` in a folder), one customer each, at most
    `most`.

    A row has its text under one of TEXT_KEYS, and may have `id`, `subject`, `name`, `email`, `locale`. Raises
    SceneError.
    """
    if path.is_dir():
        found = [p for name in ("tickets.jsonl", "eval.jsonl") if (p := path / name).exists()]
        if not found:
            raise SceneError(f"{path}: holds neither tickets.jsonl nor eval.jsonl; name the file itself")
        path = found[0]
    if not path.exists():
        raise SceneError(f"{path}: there is no such file")
    scenes: list[Scene] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if most is not None and len(scenes) >= most:
                break
            if line.strip():
                scenes.append(_scene(line, number, path))
    if not scenes:
        raise SceneError(f"{path}: holds no tickets")
    return scenes


def articles_file(path: Path) -> Path:
    """The folder or JSONL file that an ARTICLES= names. Raises SceneError."""
    if path.is_dir() and (path / "articles.jsonl").exists():
        return path / "articles.jsonl"
    if not path.exists():
        raise SceneError(f"{path}: there is no such file or folder")
    return path


def _scene(line: str, number: int, path: Path) -> Scene:
    try:
        row = json.loads(line)
    except ValueError:
        raise SceneError(f"{path} line {number}: is not JSON") from None
    text = next(
        (
            row[key]
            for key in TEXT_KEYS
            if isinstance(row, dict) and isinstance(row.get(key), str) and row[key].strip()
        ),
        None,
    )
    if text is None:
        raise SceneError(f"{path} line {number}: has no text under any of {', '.join(TEXT_KEYS)}")
    subject = row.get("subject") or " ".join(text.split()[:9])
    name = row.get("name") or f"Customer {number}"
    email = row.get("email") or f"customer{number}@example.org"
    return Scene(
        str(row.get("id") or number),
        "",
        name,
        email,
        row.get("locale") or "en-GB",
        subject[:150],
        (Step(text),),
    )
