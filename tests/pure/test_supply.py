"""What we depend on: looked up without flattery, and listed whole."""

import re

from tools.audit import Looked, judge
from tools.sbom import scripts


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
