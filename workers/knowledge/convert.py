"""`python -m workers.knowledge.convert NAME DIRECTORY`: one sentence-transformers model -> ONNX, in a process
of its own.

Writes DIRECTORY/<id>/{model.onnx, tokenizer.json, candor.json} by one rename and prints the hash of the
weights as its last word. Ends with 1 and one sentence on stderr when the model cannot be had or does not give
the same vectors afterwards.
"""
from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from workers.knowledge.models import BUNDLED, Model, ModelError, bundled_path, model_id, sha256_of, weights_of

MOST_TOKENS = 256  # longer texts are cut: our passages are 120 words
LEAST_COSINE = 0.9999
PROOF = (
    "How do I return a pair of shoes?",
    "Refunds reach your card five working days after the parcel is here.",
    "ok",
    "word " * 400,
)


def convert(name: str, root: Path) -> str:
    """Convert the model and return the hash of its weights. Raises ModelError."""
    directory = bundled_path() if name == BUNDLED else _found(name)
    weights = sha256_of(weights_of(directory))
    place = root / model_id(weights)
    if (place / "candor.json").is_file():
        return weights
    with tempfile.TemporaryDirectory(dir=root, prefix=".converting-") as temporary:
        made = Path(temporary) / "model"
        made.mkdir()
        encoder = _load(directory)
        pooling, width, tokens = _shape(encoder, name)
        _export(encoder, made / "model.onnx")
        encoder.tokenizer.backend_tokenizer.save(str(made / "tokenizer.json"))
        meta: dict[str, Any] = {
            "id": model_id(weights),
            "name": name,
            "weights": weights,
            "width": width,
            "max_tokens": tokens,
            "pooling": pooling,
            "onnx_sha256": sha256_of(made / "model.onnx"),
        }
        (made / "candor.json").write_text(json.dumps(meta, indent=1), "utf-8")
        _prove(encoder, Model(meta["id"], name, made, width, tokens, pooling, meta["onnx_sha256"]))
        if place.exists():  # an earlier try that never got its candor.json
            shutil.rmtree(place)
        made.rename(place)
    return weights


def _found(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name if "/" in name else f"sentence-transformers/{name}"))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError) as error:
        why = (
            "HF_HUB_OFFLINE is set"
            if os.environ.get("HF_HUB_OFFLINE") == "1"
            else f"it could not be fetched ({type(error).__name__})"
        )
        raise ModelError(
            f"it is not on this machine and {why}; set CANDOR_MODEL to a model's directory, or to 'bundled'"
        ) from error


def _load(directory: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(directory), device="cpu")


def _shape(encoder: Any, name: str) -> tuple[str, int, int]:
    """(pooling, width, longest input in tokens) of a model made of a transformer, a pooling and perhaps a
    normalisation."""
    names = [type(module).__name__ for module in encoder]
    if names[:2] != ["Transformer", "Pooling"] or set(names[2:]) - {"Normalize"}:
        raise ModelError(
            f"{name} is made of {' + '.join(names)}; only Transformer + Pooling (+ Normalize) is supported"
        )
    mode = encoder[1].get_config_dict()["pooling_mode"]
    if mode not in ("mean", "cls"):
        raise ModelError(f"{name} pools by {mode}; only mean and cls are supported")
    return (
        mode,
        int(encoder.get_embedding_dimension()),
        min(int(encoder.max_seq_length or MOST_TOKENS), MOST_TOKENS),
    )


def _export(encoder: Any, file: Path) -> None:
    import torch

    network = encoder[0].auto_model if hasattr(encoder[0], "auto_model") else encoder[0].model
    network.eval()
    network.config.return_dict = False
    example = encoder.tokenizer(["one text", "a second, longer text"], padding=True, return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in example]

    class Hidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network  # a registered part: the tracer looks for the weights in it

        def forward(self, *inputs: Any) -> Any:
            return self.network(**dict(zip(names, inputs, strict=True)))[0]

    axes = {name: {0: "batch", 1: "tokens"} for name in (*names, "hidden")}
    with warnings.catch_warnings(), torch.no_grad():
        # the tracer warns of branches that are constant for these models; `_prove` checks the result
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Hidden(),
            tuple(example[name] for name in names),
            str(file),
            input_names=names,
            output_names=["hidden"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    network.config.return_dict = True


def _prove(encoder: Any, model: Model) -> None:
    """The converted model gives the same vectors, or it is not used."""
    from workers.knowledge.embed import OnnxEmbedder

    encoder.max_seq_length = model.max_tokens
    expected = encoder.encode(list(PROOF), normalize_embeddings=True, show_progress_bar=False)
    least = float((OnnxEmbedder(model).embed(PROOF) * expected).sum(axis=1).min())
    if least < LEAST_COSINE:
        raise ModelError(
            f"its vectors differ after conversion (cosine {least:.5f}, {LEAST_COSINE} is needed); choose "
            f"another model"
        )


if __name__ == "__main__":
    try:
        print(convert(sys.argv[1], Path(sys.argv[2])))
    except ModelError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
