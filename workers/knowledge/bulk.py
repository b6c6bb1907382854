"""Embedding many texts in a process of its own, on every core: a first sync, or a new model.

Measured on two cores (240 passages of 125 words): this way 34 texts a second after 0.3 s of loading,
sentence-transformers with two threads 23 after 5.5 s, one thread of ours 18. The worker itself stays small
and single-threaded.

`python -m workers.knowledge.bulk MODEL_DIRECTORY THREADS OUT.npy < texts.json`: prints how many are done, a
number a line.
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from workers.knowledge.embed import OnnxEmbedder, Vectors
from workers.knowledge.models import ModelError, load_meta, threads_available

BULK_FROM = 128  # texts; below it starting a process and loading the model again costs more than it saves


def embed_apart(
    directory: Path, texts: Sequence[str], progress: Callable[[int], None] | None = None
) -> Vectors:
    """As `Embedder.embed`, in a child process with a thread for each core. Raises ModelError when the child
    fails."""
    with tempfile.TemporaryDirectory() as temporary:
        given, out = Path(temporary) / "texts.json", Path(temporary) / "vectors.npy"
        given.write_text(json.dumps(list(texts)), "utf-8")
        command = [
            sys.executable,
            "-m",
            "workers.knowledge.bulk",
            str(directory),
            str(threads_available()),
            str(out),
        ]
        with given.open("rb") as stdin, (Path(temporary) / "stderr").open("w+b") as stderr:
            child = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            try:
                assert child.stdout is not None
                for line in child.stdout:
                    if progress:
                        progress(int(line))
                code = child.wait()
            finally:
                if child.poll() is None:
                    child.kill()
                    child.wait()
                child.stdout.close()  # type: ignore[union-attr]
            stderr.seek(0)
            said = stderr.read().decode("utf-8", "replace").strip().splitlines()
        if code != 0:
            raise ModelError(
                f"embedding {len(texts)} passages failed: {said[-1] if said else f'exit code {code}'}"
            )
        vectors: Vectors = np.load(out, allow_pickle=False)
        return vectors


def _main(directory: str, threads: str, out: str) -> None:
    texts = json.load(sys.stdin)
    vectors = OnnxEmbedder(load_meta(Path(directory)), int(threads)).embed(
        texts, lambda done: print(done, flush=True)
    )
    np.save(out, vectors, allow_pickle=False)


if __name__ == "__main__":
    _main(*sys.argv[1:4])
