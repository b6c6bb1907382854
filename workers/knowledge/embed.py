"""Texts -> unit vectors, on ONNX Runtime with one thread: the same vectors as sentence-transformers at a
third of the time and memory.

Nothing heavy is imported until the first text: a process that never searches never pays, and a thread pool
made before a fork does not survive it.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workers.knowledge.models import Model, prepared

Vectors = NDArray[np.float32]
BATCH = 8  # larger batches are no faster on one thread and cost hundreds of MB


class Embedder(Protocol):
    """Makes vectors. `model_id` names the model in the store; `width` is the length of a vector."""

    @property
    def model_id(self) -> str: ...

    @property
    def width(self) -> int: ...

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit-length rows, float32, shape (len(texts), width), in the order given. `progress` is told how
        many are done."""
        ...

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As `embed`, for the texts of a whole sync: may use more of the machine."""
        ...

    def embed_peaks(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 2 * width): the vectors of `embed`, and beside them the largest value any token
        has in each dimension.

        The mean over tokens tells what a text is about; a few grave words in a long one show in the peaks
        alone.
        """
        ...


class OnnxEmbedder:
    """The converted model. Texts past `max_tokens` are cut at the end, as sentence-transformers does."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        self._model = model
        self._threads = threads
        self._session: Any = None
        self._tokenizer: Any = None
        self._inputs: list[str] = []

    @property
    def model_id(self) -> str:
        return self._model.id

    @property
    def width(self) -> int:
        return self._model.width

    @property
    def directory(self) -> Path:
        return self._model.directory

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self.embed(texts, progress)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self._in_batches(texts, self.width, self._pooled, progress)

    def embed_peaks(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches(texts, 2 * self.width, self._with_peaks, None)

    def _in_batches(
        self,
        texts: Sequence[str],
        width: int,
        pool: Callable[[Vectors, Vectors], Vectors],
        progress: Callable[[int], None] | None,
    ) -> Vectors:
        vectors = np.zeros((len(texts), width), dtype=np.float32)
        if not texts:
            return vectors
        self._load()
        # Texts of like length share a batch, so that short ones do not pay for padding.
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        for at in range(0, len(order), BATCH):
            batch = order[at:at + BATCH]
            vectors[batch] = pool(*self._run([encoded[i] for i in batch]))
            if progress:
                progress(min(at + BATCH, len(order)))
        return vectors

    def _run(self, batch: Sequence[Any]) -> tuple[Vectors, Vectors]:
        """The tokens' values, shape (texts, tokens, width), and the mask of what is not padding."""
        longest = max(len(e.ids) for e in batch)
        given = {
            name: np.zeros((len(batch), longest), dtype=np.int64)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        given["input_ids"] += self._pad
        for row, e in enumerate(batch):
            given["input_ids"][row, :len(e.ids)] = e.ids
            given["attention_mask"][row, :len(e.ids)] = 1
            given["token_type_ids"][row, :len(e.ids)] = e.type_ids
        hidden = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        return hidden, given["attention_mask"][:, :, None].astype(np.float32)

    def _pooled(self, hidden: Vectors, mask: Vectors) -> Vectors:
        pooled = (
            hidden[:, 0] if self._model.pooling == "cls" else (hidden * mask).sum(axis=1) / mask.sum(axis=1)
        )
        unit: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit

    def _with_peaks(self, hidden: Vectors, mask: Vectors) -> Vectors:
        return np.hstack([self._pooled(hidden, mask), np.where(mask > 0, hidden, -np.inf).max(axis=1)])

    def _load(self) -> None:
        if self._session is not None:
            return
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._tokenizer = Tokenizer.from_file(str(self._model.directory / "tokenizer.json"))
        # The shipped tokenizer cuts at 128 tokens and pads everything to 128: both must go.
        self._pad = (self._tokenizer.padding or {}).get("pad_id", 0)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._model.max_tokens)
        self._session = onnxruntime.InferenceSession(
            str(self._model.directory / "model.onnx"), options, providers=["CPUExecutionProvider"],
        )
        self._inputs = [i.name for i in self._session.get_inputs()]


class LazyEmbedder:
    """The model of the settings, prepared and loaded at the first use."""

    def __init__(self, name: str, root: Path, say: Callable[[str], None] = lambda _line: None) -> None:
        self._name, self._root, self._say = name, root, say
        self._made: OnnxEmbedder | None = None

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    @property
    def width(self) -> int:
        return self._embedder.width

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self._embedder.embed(texts, progress)

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As `embed`; a large number is embedded in a process of its own, on all cores."""
        from workers.knowledge.bulk import BULK_FROM, embed_apart

        if len(texts) < BULK_FROM:
            return self._embedder.embed(texts, progress)
        return embed_apart(self._embedder.directory, texts, progress)

    def embed_peaks(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_peaks(texts)

    @property
    def _embedder(self) -> OnnxEmbedder:
        if self._made is None:
            self._made = OnnxEmbedder(prepared(self._name, self._root, self._say))
        return self._made


class HashEmbedder:
    """Vectors from hashed words, for tests: deterministic, no model, texts with common words are near. Counts
    what it embeds."""

    def __init__(self, width: int = 64) -> None:
        self._width = width
        self.embedded = 0

    @property
    def model_id(self) -> str:
        return f"hash-{self._width}"

    @property
    def width(self) -> int:
        return self._width

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self.embed(texts, progress)

    def embed_peaks(self, texts: Sequence[str]) -> Vectors:
        return np.tile(self.embed(texts), 2)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self._width), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                digest = hashlib.sha256(word[:6].encode()).digest()
                vectors[row, int.from_bytes(digest[:4], "big") % self._width] += (
                    1.0 if digest[4] & 1 else -1.0
                )
            vectors[row, 0] += 0.01  # an empty text has a direction too
        if progress:
            progress(len(texts))
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit
