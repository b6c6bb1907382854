"""The software bill of materials as CycloneDX 1.6 JSON: every locked package Candor runs on, with version,
hashes and licence. Written by `make audit` to `var/sbom.cdx.json`.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-torch.txt", "requirements.txt")  # what runs; the tests' own packages are not shipped
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
LICENCE_MAX = 100  # characters: some packages give the whole text of theirs


def write(target: Path, root: Path = ROOT) -> int:
    """Write the bill to `target`; the number of packages in it."""
    bom = Bom(components=list(_components(root)))
    about = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    bom.metadata.component = Component(
        name=about["name"], version=about["version"], type=ComponentType.APPLICATION
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", "utf-8")
    return len(bom.components)


def _components(root: Path) -> Iterator[Component]:
    for lock in LOCKS:
        text = (root / lock).read_text("utf-8")
        for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
            if found := _PINNED.match(entry):
                yield _component(found[1], found[2], _HASH.findall(entry))


def _component(name: str, version: str, hashes: list[str]) -> Component:
    licence = _licence(name)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}@{version}",
        purl=PackageURL("pypi", name=name.lower().replace("_", "-"), version=version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in hashes],
        licenses=[DisjunctiveLicense(name=licence)] if licence else (),
    )


def _licence(name: str) -> str | None:
    """The licence as the installed package names it; None where it is not installed here, or names none."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    classified = [
        c.rpartition("::")[2].strip() for c in said.get_all("Classifier", ()) if c.startswith("License ::")
    ]
    short = said.get("License-Expression") or ", ".join(classified) or said.get("License") or ""
    return short.splitlines()[0][:LICENCE_MAX] if short.strip() else None
