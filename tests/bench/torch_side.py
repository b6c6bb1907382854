"""A child of the bench that holds the reference, sentence-transformers on one thread: a line of JSON texts
in, a line of JSON out."""
from __future__ import annotations

import json
import sys
import time


def main() -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    from workers.knowledge.models import bundled_path

    torch.set_num_threads(1)
    encoder = SentenceTransformer(str(bundled_path()), device="cpu")
    encoder.encode(["warm up"], show_progress_bar=False)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        started = time.process_time()
        vectors = [encoder.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts]
        print(
            json.dumps(
                {"cpu": time.process_time() - started, "vectors": [[float(x) for x in v] for v in vectors]}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
