"""The bill of materials names every locked package that runs, as CycloneDX tells it."""
from __future__ import annotations

import json
import re
from pathlib import Path

from scripts import sbom

ROOT = Path(__file__).resolve().parent.parent


def test_every_locked_package_is_in_the_bill(tmp_path: Path) -> None:
    count = sbom.write(tmp_path / "deep" / "sbom.cdx.json")
    bill = json.loads((tmp_path / "deep" / "sbom.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "candor"
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    locked = re.findall(r"^([a-zA-Z0-9][\w.-]*)(?:\[.*?\])?==(\S+)", lock, re.MULTILINE)
    found = {(c["name"], c["version"]): c for c in bill["components"]}
    assert set(found) == {*locked, ("torch", "2.13.0")} and len(found) == count
    for (name, version), one in found.items():
        assert one["purl"] == f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    assert all(c["hashes"] for (name, _), c in found.items() if name != "torch")
    assert all(c["licenses"] for c in found.values()), "a package without a licence cannot be shipped"


def test_a_package_that_names_no_licence_and_no_hash_is_listed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    (tmp_path / "requirements-torch.txt").write_text("# nothing\n")
    (tmp_path / "requirements.txt").write_text("no-such-package[extra]==1.2 ; python_version > '3'\n")
    assert sbom.write(tmp_path / "out.json", tmp_path) == 1
    one = json.loads((tmp_path / "out.json").read_text("utf-8"))["components"][0]
    assert (one["name"], one["version"]) == ("no-such-package", "1.2")
    assert "licenses" not in one and "hashes" not in one
