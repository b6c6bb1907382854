"""`make audit`: look up the locked dependencies among the known vulnerabilities, and write the bill of
materials. One JSON object per line on stdout, a table on stderr.

Exit code 0: none known, or the source of the advisories could not be reached (then `value` is null and `why`
says so). 1: holes found.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from scripts import sbom

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")


def main() -> int:
    bill = Path(os.environ.get("CANDOR_VAR", ROOT / "var")) / "sbom.cdx.json"
    count = sbom.write(bill)
    print(f"audit: {count} packages in {bill} (CycloneDX 1.6)", file=sys.stderr)
    print(json.dumps({"suite": "audit", "name": "bill_of_materials", "value": count, "n": count}))
    return _known_holes()


def _known_holes() -> int:
    locks = [word for lock in LOCKS for word in ("-r", lock)]
    options = [
        "--strict",
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, *locks],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    report = _report(done.stdout)
    if report is None:
        # pip-audit's own words: a refused connection, a time-out, a proxy that says no.
        why = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        print(f"audit: not run, its source could not be reached or read: {why}", file=sys.stderr)
        print(json.dumps({"suite": "audit", "name": "known_holes", "value": None, "n": 0, "why": why}))
        return 0
    holes = [
        (p["name"], p["version"], v["id"], ", ".join(v["fix_versions"]) or "no fix yet")
        for p in report
        for v in p.get("vulns", ())
    ]
    for name, version, advisory, fixed in holes:
        print(f"{name} {version}  {advisory}  fixed in: {fixed}", file=sys.stderr)
    print(f"audit: {len(holes)} known holes in {len(report)} packages", file=sys.stderr)
    print(json.dumps({"suite": "audit", "name": "known_holes", "value": len(holes), "n": len(report)}))
    return 1 if holes else 0


def _report(text: str) -> list[dict[str, object]] | None:
    try:
        return json.loads(text)["dependencies"]
    except (ValueError, KeyError):
        return None


if __name__ == "__main__":
    sys.exit(main())
