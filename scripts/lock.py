"""Write requirements.txt and requirements-dev.txt from their `.in` files: every package, every hash, no
torch.

Run by `make lock`. Versions already locked are kept unless the `.in` file asks for others; `UPGRADE=1` takes
the newest.
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP_TOOLS = "pip-tools==7.6.2"
# Torch and what only its CUDA builds pull in are installed first, unhashed: which build is the user's choice.
UNLOCKED = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")
HEADER = (
    "# Written by `make lock` from {source}; do not edit. torch is in requirements-torch.txt, on purpose.\n"
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="candor-lock-") as name:
        room = Path(name)
        subprocess.run([sys.executable, "-m", "venv", str(room / "venv")], check=True)
        python = str(room / "venv/bin/python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", PIP_TOOLS], check=True)
        for file in ROOT.glob("requirements*"):
            shutil.copy(file, room)
        for source, target in (
            ("requirements.in", "requirements.txt"),
            ("requirements-dev.in", "requirements-dev.txt"),
        ):
            print(f"resolving {source} (a minute or two) …", flush=True)
            subprocess.run(
                [python, "-m", "piptools", "compile", *_options(), "-o", target, source], cwd=room, check=True
            )
            (ROOT / target).write_text(
                HEADER.format(source=source) + without_torch((room / target).read_text())
            )
            print(f"wrote {target}")


def _options() -> list[str]:
    options = ["--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header"]
    # Where packages come from is the machine's business, never the lock's.
    options += [
        "--no-emit-index-url",
        "--no-emit-trusted-host",
        "--no-emit-find-links",
        "-c",
        "requirements-torch.txt",
    ]
    return options + (["--upgrade"] if os.environ.get("UPGRADE") else [])


def without_torch(lock: str) -> str:
    """The lock without the blocks of torch and its CUDA packages; a block is one `name==` line and what is
    indented under it."""
    kept: list[str] = []
    dropping = False
    for line in lock.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            dropping = bool(UNLOCKED.match(line))
        if not dropping:
            kept.append(line)
    return "\n".join(kept).strip() + "\n"


if __name__ == "__main__":
    main()
