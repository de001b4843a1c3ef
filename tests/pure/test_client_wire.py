"""The client's wire against the server's: two implementations of one protocol."""

import msgspec
import pytest

from chat import protocol, protocol_board, protocol_staff
from chat import protocol_commands as commands
from chat.closing import Closings
from client.board import Board
from client.closing import LONGEST_SECONDS, comes_back, pause
from client.errors import Malformed
from client.wire import SUBPROTOCOL, Fact, decode, encode

SECRET = "x" * 40


@pytest.mark.parametrize("closing", Closings, ids=lambda closing: closing.name.lower())
def test_the_client_comes_back_when_the_table_says_so(closing: Closings) -> None:
    assert comes_back(closing.value.code) == closing.value.reconnect


@pytest.mark.parametrize(
    ("code", "back"), [(None, True), (1006, True), (1012, True), (1009, False)]
)
def test_the_client_comes_back_after_the_networks_mishaps(code: int | None, back: bool) -> None:
    assert comes_back(code) == back


def test_pauses_grow_and_end() -> None:
    longest = [pause(attempt, 1.0) for attempt in range(50)]
    assert longest[:3] == [0.5, 1.0, 2.0]
    assert longest == sorted(longest)
    assert longest[-1] == LONGEST_SECONDS
    assert pause(0, 0.0) == 0.25


def test_both_name_the_same_subprotocol() -> None:
    assert SUBPROTOCOL == protocol.SUBPROTOCOL


def test_commands_of_a_seeker_are_understood() -> None:
    frame = encode(
        "enter", admission=SECRET, language="en", topics=["grief"], opening="", mood=None
    )
    assert protocol.decode_seeker(frame) == protocol.Enter(
        admission=SECRET, language="en", topics=["grief"]
    )
    assert protocol.decode_seeker(encode("say", ref="r", text="مرحبا")) == protocol.Say(
        ref="r", text="مرحبا"
    )


def test_commands_of_staff_are_understood() -> None:
    frame = encode("availability", state="available", capacity=2, languages=["en"], topics=[])
    assert commands.decode_staff(frame) == commands.SetAvailability(
        state="available", capacity=2, languages=["en"]
    )


def test_facts_of_the_server_are_understood() -> None:
    line = protocol_staff.StaffSaid(conversation="c", seq=1, by="seeker", text="hi", at=5)
    opened = protocol_staff.Opened(
        conversation="c",
        part="supporter",
        name="Quiet River",
        language="en",
        phase="talking",
        risk=2,
        backlog=[line],
    )
    fact = decode(protocol.encode(opened))
    assert (fact.kind, fact.text("name"), fact.number("risk")) == ("opened", "Quiet River", 2)
    assert fact.true("connected", default=True)
    (entry,) = fact.rows("backlog")
    assert (entry.kind, entry.number("seq"), entry.text("text")) == ("said", 1, "hi")
    assert fact.rows("staff") == []


@pytest.mark.parametrize("frame", ["text", b"\xc1", b"", b"\x93\x01\x02\x03", b"\x81\xa1a\x01"])
def test_what_is_no_fact_is_malformed(frame: bytes | str) -> None:
    with pytest.raises(Malformed):
        decode(frame)


def test_a_fact_shows_its_kind_only() -> None:
    assert repr(Fact("said", {"text": "secret"})) == "Fact(said)"


def _row(name: str, **fields: object) -> dict[str, object]:
    return {"id": name, **fields}


def test_a_board_is_kept_by_its_changes() -> None:
    board = Board()
    board.take(Fact("board", {"lights": {"waiting": 1}, "waiting": [_row("t1")]}))
    board.take(
        Fact(
            "board_changed",
            {"lights": {"waiting": 0}, "conversations": [_row("t1")], "gone": ["waiting:t1"]},
        )
    )
    assert list(board.waiting) == []
    assert list(board.conversations) == ["t1"]
    assert board.lights["waiting"] == 0
    board.take(Fact("board_changed", {"lights": {}, "gone": ["waiting:t1", "waiting:t2"]}))
    assert list(board.conversations) == ["t1"]


def test_the_servers_encoding_of_a_board_is_understood() -> None:
    lights = protocol_board.Lights(waiting=3)
    frame = msgspec.msgpack.encode(protocol_board.Board(lights=lights))
    board = Board()
    board.take(decode(frame))
    assert board.lights["waiting"] == 3
