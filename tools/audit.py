"""Look for known vulnerabilities in what is locked: `make audit`.

pip-audit asks a database on the network and passes over each package that the database does not
know, or all of them when it can't be reached; a bill of health for nothing would be worse than
none. So whatever was not looked up counts as a failure here, and is named.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final, Required, TypedDict

ROOT: Final = Path(__file__).resolve().parent.parent
REPORT: Final = ROOT / "build" / "audit.json"
PIP_AUDIT: Final = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock")),
    *("--require-hashes", "--disable-pip", "--progress-spinner", "off"),
    *("--format", "json", "--output", str(REPORT)),
)


class Vulnerability(TypedDict):
    """One known vulnerability."""

    id: str
    fix_versions: list[str]


class Looked(TypedDict, total=False):
    """One package, as pip-audit reports it."""

    name: Required[str]
    version: str
    vulns: list[Vulnerability]
    skip_reason: str


def judge(packages: list[Looked]) -> tuple[list[str], int]:
    """Return what to say of the packages, and how to end: 0 if all were found to be well."""
    said = [
        f"{one['name']} {one.get('version')}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version yet'}"
        for one in packages
        for found in one.get("vulns", [])
    ]
    vulnerable = len(said)
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if unknown:
        said.append(f"not looked up, since the database could not tell: {', '.join(unknown)}")
    known = len(packages) - len(unknown)
    said.append(f"{known} of {len(packages)} packages looked up, {vulnerable} vulnerabilities")
    return said, 1 if vulnerable or unknown or not packages else 0


def main() -> int:
    """Ask, and say what the database knows."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    asked = subprocess.run(PIP_AUDIT, check=False, capture_output=True, text=True)
    if not REPORT.exists():
        last = asked.stderr.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        print(f"nothing was looked up: {last[0]}")
        return 1
    said, code = judge(json.loads(REPORT.read_text("utf-8"))["dependencies"])
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main())
