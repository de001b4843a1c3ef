"""Write the descriptions of the wire: AsyncAPI document, page to read, and the pages' types.

`python tools/write_protocol.py` writes them; with `--check` it writes nothing and fails, naming
the files, if one of them is stale.
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from web.specification.asyncapi import asyncapi  # noqa: E402 - the path comes first
from web.specification.markdown import markdown  # noqa: E402
from web.specification.typescript import typescript  # noqa: E402


def written() -> dict[Path, bytes]:
    """Return each generated file and what should be in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        ROOT / "docs" / "asyncapi.json": asyncapi(project["version"]),
        ROOT / "docs" / "protocol.md": markdown().encode(),
        ROOT / "web" / "static" / "js" / "protocol.d.ts": typescript().encode(),
    }


def stale() -> list[Path]:
    """Return the generated files that are missing or differ from what should be in them."""
    return [
        file
        for file, content in written().items()
        if not file.is_file() or file.read_bytes() != content
    ]


def main(arguments: list[str]) -> int:
    """Write or check; return the exit code."""
    old = stale()
    names = ", ".join(str(file.relative_to(ROOT)) for file in old)
    if "--check" in arguments:
        if old:
            print(f"Stale: {names}. Run python tools/write_protocol.py", file=sys.stderr)
        return 1 if old else 0
    for file in old:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written()[file])
    print(f"Wrote {names}." if old else "All fresh.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
