"""Every way in which a socket closes is known to the SDK and to the page, and has words."""

import re
from pathlib import Path

from chat.closing import Closings
from client.closing import AT_FAULT, COME_BACK, comes_back

ROOT = Path(__file__).resolve().parents[2]
TALK = (ROOT / "web" / "static" / "js" / "talk.js").read_text("utf-8")
CONNECTION = (ROOT / "web" / "static" / "js" / "connection.js").read_text("utf-8")
WORDS = (ROOT / "web" / "locales" / "en.ftl").read_text("utf-8")
OF_A_TALK = {Closings.ENDED, Closings.TOKEN}
"""The talk is over, or is none: the page says it by what it knew of the talk."""
OF_STAFF = {Closings.REVOKED}


def _codes(name: str) -> set[int]:
    found = re.search(rf"const {name} = new Set\(\[([\d, ]+)\]\)", CONNECTION)
    assert found is not None
    return {int(code) for code in found[1].split(",")}


def test_clients_come_back_after_the_same_codes() -> None:
    final = {one.value.code for one in Closings if not one.value.reconnect}
    assert {one.value.code for one in Closings if one.value.reconnect} == COME_BACK
    assert _codes("FINAL") == final
    assert _codes("AT_FAULT") == AT_FAULT
    assert not any(comes_back(code) for code in (*final, 1009))


def test_a_seeker_who_is_closed_for_good_is_told_why() -> None:
    table = re.search(r"const TROUBLES = \{(.*?)\};", TALK, re.DOTALL)
    assert table is not None
    said = {int(code): id_ for code, id_ in re.findall(r'(\d{4}): "([a-z-]+)"', table[1])}
    others = OF_A_TALK | OF_STAFF
    final = {one.value.code for one in Closings if not one.value.reconnect and one not in others}
    assert set(said) == final
    for id_ in (*said.values(), "trouble-gone", "trouble-code", "trouble-page", "others-help"):
        assert re.search(rf"^{id_} = \S", WORDS, re.MULTILINE), id_


def test_who_is_not_let_in_is_told_why() -> None:
    reasons = re.search(r"const REFUSED = new Set\(\[(.*?)\]\)", TALK)
    assert reasons is not None
    for reason in (*re.findall(r'"(\w+)"', reasons[1]), "unavailable"):
        assert re.search(rf"^entry-{reason.replace('_', '-')} = \S", WORDS, re.MULTILINE), reason
