"""What we depend on: looked up without flattery, and listed whole."""

import re
from pathlib import Path

import pytest

from tools.audit import Looked, judge
from tools.sbom import scripts

ROOT = Path(__file__).resolve().parents[2]


def test_a_package_that_was_not_looked_up_is_no_good_news() -> None:
    well = Looked(name="a", version="1", vulns=[])
    unknown = Looked(name="b", skip_reason="not found")
    ill = Looked(name="c", version="2", vulns=[{"id": "CVE-1", "fix_versions": ["3"]}])
    assert judge([well])[1] == 0
    assert judge([])[1] == 1
    said, code = judge([well, unknown])
    assert (code, said[-1]) == (1, "1 of 2 packages looked up, 0 vulnerabilities")
    said, code = judge([well, ill])
    assert (code, said[0]) == (1, "c 2: CVE-1, mended in 3")


def test_each_library_of_the_pages_is_in_the_bill_with_its_hash() -> None:
    assert {"preact", "htm"} <= {str(one["name"]) for one in scripts()}
    for one in scripts():
        assert one["hashes"]
        assert re.fullmatch(r"pkg:npm/[\w%./-]+@[\d.]+", str(one["purl"]))


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "tools/requirements.lock"]
)
def test_whatever_is_installed_is_locked_by_hash(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    packages = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.M)[1:]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[\w.\[\]-]+==", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]
