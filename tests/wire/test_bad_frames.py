"""Sockets by the table in `chat/closing.py`: what a client must not send, and what it gets."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chat.protocol import LINE_LENGTH
from client.wire import encode
from config import limits
from tests.support.raw import (
    RawSocket,
    a_staff_admission,
    an_admission,
    raw_seeker,
    raw_socket,
    raw_staff,
)
from tests.support.running import Guests, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELSEWHERE = "https://elsewhere.example"
SOME_TOKEN = "x" * 43

SEEKER_FRAMES: dict[str, tuple[bytes | str, int]] = {
    "no MessagePack": (b"\xc1\xff\x00", 4001),
    "an empty frame": (b"", 4001),
    "half a message": (encode("say", ref="r", text="hello")[:-3], 4001),
    "two messages in one frame": (encode("ping") * 2, 4001),
    "text that is not UTF-8": (b"\x83\xa1t\xa3say\xa3ref\xa1r\xa4text\xa2\xff\xfe", 4001),
    "arrays in arrays without end": (b"\x91" * 5000, 4002),
    "a text frame": ('{"t": "ping"}', 4001),
    "a number instead of a map": (b"\x07", 4002),
    "no kind": (b"\x81\xa3ref\xa1r", 4002),
    "an unknown kind": (encode("shout", ref="r", text="hello"), 4002),
    "a command of staff": (encode("note", conversation="c", ref="r", text="hello"), 4002),
    "a fact of the server": (encode("accepted", ref="r", seq=1, at=1), 4002),
    "an unknown field": (encode("say", ref="r", text="hello", risk=0), 4002),
    "a missing field": (encode("say", ref="r"), 4002),
    "a field of another type": (encode("say", ref=1, text="hello"), 4002),
    "an empty line": (encode("say", ref="r", text=""), 4002),
    "a line that is too long": (encode("say", ref="r", text="x" * (LINE_LENGTH + 1)), 4002),
    "a ref that is too long": (encode("say", ref="r" * 41, text="hello"), 4002),
    "a reason nobody knows": (encode("leave", reason="whatever"), 4002),
    "a negative position": (encode("read", seq=-1), 4002),
    "a position beyond all": (encode("read", seq=2**60), 4002),
    "a feeling off the scale": (encode("feedback", mood=11), 4002),
    "more than a frame may hold": (encode("say", ref="r", text="x" * limits.FRAME_BYTES), 1009),
    "a second enter": (encode("enter", admission=SOME_TOKEN, language="en"), 4003),
    "a resume in the middle": (encode("resume", token=SOME_TOKEN), 4003),
    "a return in the middle": (encode("come_back", code="four words of it"), 4003),
}


@pytest.mark.parametrize("name", SEEKER_FRAMES)
async def test_a_bad_frame_closes_the_socket_by_the_table(guests: Guests, name: str) -> None:
    frame, code = SEEKER_FRAMES[name]
    async with raw_seeker(guests.house.url, "hello") as seeker:
        token = (await seeker.hears("entered")).text("token")
        await _sends(seeker, frame)
        assert (await seeker.closed())[0] == code
    async with raw_socket(guests.house.url, "/ws/seeker") as again:  # nothing is lost by it
        await again.says("resume", token=token)
        assert (await again.hears("said")).text("text") == "hello"


@pytest.mark.parametrize(
    "frame",
    [
        encode("say", ref="r", text="hello"),
        encode("ping"),
        encode("feedback", helped="yes"),
        encode("leave", reason="done"),
    ],
)
async def test_a_seeker_who_has_not_entered_is_out_of_phase(house: House, frame: bytes) -> None:
    async with raw_socket(house.url, "/ws/seeker") as socket:
        await socket.sends(frame)
        assert await socket.closed() == (4003, "out_of_phase")


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "en", "country": "England"},
        {"language": ""},
        {"language": "  "},
        {"language": "en,fr"},
        {"language": "a language"},
        {"language": "en", "mood": 99},
        {"language": "en", "topics": ["grief"] * 33},
        {"language": "en", "opening": "x" * 1001},
        {"language": "en", "name": "Ann"},
        {},
    ],
)
async def test_an_enter_out_of_bounds_is_unknown_and_uses_nothing_up(
    guests: Guests, fields: dict[str, object]
) -> None:
    admission = await an_admission(guests.house.url)
    async with raw_socket(guests.house.url, "/ws/seeker") as socket:
        await socket.says("enter", admission=admission, **fields)
        assert await socket.closed() == (4002, "unknown")
    async with raw_seeker(guests.house.url, admission=admission) as seeker:
        await seeker.hears("entered")


async def test_unknown_topics_countries_and_languages_let_a_seeker_in_all_the_same(
    guests: Guests,
) -> None:
    async with raw_socket(guests.house.url, "/ws/seeker") as socket:
        admission = await an_admission(guests.house.url)
        fields = {"language": "xx", "country": "XX", "topics": ["unheard-of", "grief"]}
        await socket.says("enter", admission=admission, opening="end my life tonight", **fields)
        await socket.hears("entered")
        assert (await socket.hears("helped")).rows("helplines")


async def test_a_line_of_the_greatest_length_in_any_script_is_taken(guests: Guests) -> None:
    async with raw_seeker(guests.house.url) as seeker:
        for ref, letter in enumerate("aé語🙂"):
            await seeker.says("say", ref=str(ref), text=letter * LINE_LENGTH)
            assert (await seeker.hears("accepted")).text("ref") == str(ref)


async def test_a_line_of_strange_characters_arrives_as_it_was_said(guests: Guests) -> None:
    supporter = await guests.supporter()
    strange = "\x00 \u202e\u200d\ufeff <script>alert('x')</script> {{7*7}} '; DROP -- \r\n\t 𝕏"
    async with raw_seeker(guests.house.url) as seeker:
        conversation = await supporter.takes()
        await seeker.says("say", ref="r", text=strange)
        assert not (await seeker.hears("accepted")).has("text")
        await conversation.sees(strange)


async def test_an_admission_opens_one_socket(guests: Guests) -> None:
    admission = await an_admission(guests.house.url)
    async with raw_seeker(guests.house.url, admission=admission) as seeker:
        await seeker.hears("entered")
        async with raw_seeker(guests.house.url, admission=admission) as second:
            assert await second.closed() == (4004, "admission")


async def test_of_many_who_use_one_admission_at_once_one_gets_in(guests: Guests) -> None:
    admission = await an_admission(guests.house.url)

    async def tries() -> bool:
        async with raw_seeker(guests.house.url, admission=admission) as seeker:
            return await seeker.hears_or_closes("entered") is not None

    assert sorted(await asyncio.gather(*(tries() for _ in range(8)))) == [False] * 7 + [True]


async def test_an_admission_that_has_expired_opens_nothing(guests: Guests) -> None:
    admission = await an_admission(guests.house.url)
    async with guests.house.store() as store:
        keys = [key async for key in store.scan_iter("{gate}:*")]
        lives = [await store.pttl(key) for key in keys]
        assert all(0 < life <= limits.ADMISSION_SECONDS * 1000 for life in lives)
        for key in keys:
            await store.pexpire(key, 0)
    async with raw_seeker(guests.house.url, admission=admission) as seeker:
        assert await seeker.closed() == (4004, "admission")


async def test_an_admission_is_good_for_its_own_kind_of_socket(house: House) -> None:
    cookie = await house.header("amina")
    async with raw_seeker(
        house.url, admission=await a_staff_admission(house.url, cookie)
    ) as seeker:
        assert await seeker.closed() == (4004, "admission")
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as staff:
        await staff.says("attend", admission=await an_admission(house.url))
        assert await staff.closed() == (4004, "admission")


async def test_an_admission_is_good_for_its_own_session(house: House) -> None:
    amina, bela = await house.header("amina"), await house.header("bela")
    async with raw_socket(house.url, "/ws/staff", cookie=amina) as staff:
        await staff.says("attend", admission=await a_staff_admission(house.url, bela))
        assert await staff.closed() == (4004, "admission")


async def test_a_token_that_opens_nothing_is_said_so(guests: Guests) -> None:
    async with raw_seeker(guests.house.url) as seeker:
        token = (await seeker.hears("entered")).text("token")
        for wrong in (SOME_TOKEN, f"{token[:-1]}?", f"{token.partition('.')[0]}.{SOME_TOKEN}"):
            async with raw_socket(guests.house.url, "/ws/seeker") as socket:
                await socket.says("resume", token=wrong)
                assert await socket.closed() == (4005, "token")


async def test_return_codes_cannot_be_guessed_at_length(house: House) -> None:
    codes = []
    for _ in range(limits.RETURN_CODES + 1):
        here = {"X-Forwarded-For": "198.51.100.7"}
        async with raw_socket(house.url, "/ws/seeker", headers=here) as socket:
            await socket.says("come_back", code="four words of nothing")
            codes.append((await socket.closed())[0])
    assert codes == [4005] * limits.RETURN_CODES + [4006]


async def test_far_more_frames_than_a_person_writes_close_the_socket(guests: Guests) -> None:
    async with raw_seeker(guests.house.url) as seeker:
        await seeker.hears("entered")
        for _ in range(limits.FRAMES + 1):
            await _sends(seeker, encode("ping"))
        assert await seeker.closed() == (4006, "too_fast")


async def test_more_lines_than_a_person_says_are_refused_and_may_be_said_later(
    guests: Guests,
) -> None:
    async with raw_seeker(guests.house.url) as seeker:
        await seeker.hears("entered")
        for number in range(limits.LINES + 1):
            await seeker.says("say", ref=str(number), text=f"line {number}")
        refused = await seeker.hears("refused")
        assert (refused.text("reason"), refused.text("ref")) == ("too_fast", str(limits.LINES))


@pytest.mark.parametrize("path", ["/ws/seeker", "/ws/staff"])
@pytest.mark.parametrize("page", [ELSEWHERE, "null", "http://127.0.0.1", "http://127.0.0.1.x:80"])
async def test_a_page_from_elsewhere_opens_no_socket(house: House, path: str, page: str) -> None:
    cookie = await house.header("amina")
    async with raw_socket(house.url, path, page=page, cookie=cookie) as socket:
        assert await socket.closed() == (4014, "origin")


async def test_a_socket_of_staff_needs_an_origin_and_one_of_seekers_does_not(
    house: House, guests: Guests
) -> None:
    cookie = await house.header("amina")
    async with raw_socket(house.url, "/ws/staff", page=None, cookie=cookie) as socket:
        assert await socket.closed() == (4014, "origin")
    async with raw_socket(house.url, "/ws/seeker", page=None) as socket:
        await socket.says("enter", admission=await an_admission(house.url), language="en")
        await socket.hears("entered")
    assert not await house.parts.room.matched()


@pytest.mark.parametrize("cookie", ["", "__Host-benchside=", "__Host-benchside=nobody", "other=1"])
async def test_a_socket_of_staff_needs_a_session(house: House, cookie: str) -> None:
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        assert await socket.closed() == (4009, "revoked")


@pytest.mark.parametrize(
    "frame",
    [encode("ping"), encode("availability", state="available"), encode("board")],
)
async def test_staff_who_have_not_attended_are_out_of_phase(house: House, frame: bytes) -> None:
    async with raw_socket(house.url, "/ws/staff", cookie=await house.header("grace")) as socket:
        await socket.sends(frame)
        assert await socket.closed() == (4003, "out_of_phase")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (encode("attend", admission=SOME_TOKEN), 4003),
        (encode("enter", admission=SOME_TOKEN, language="en"), 4002),
        (encode("availability", state="asleep"), 4002),
        (encode("availability", state="available", capacity=6), 4002),
        (encode("note", conversation="c", ref="r", text=""), 4002),
        (encode("resolve", escalation="e", outcome="over", note=""), 4002),
        (encode("whisper", conversation="c" * 65, ref="r", text="x"), 4002),
        (b"\xc1", 4001),
    ],
)
async def test_a_bad_frame_of_staff_closes_the_socket_by_the_table(
    house: House, frame: bytes, code: int
) -> None:
    async with raw_staff(house, "grace") as socket:
        await socket.sends(frame)
        assert (await socket.closed())[0] == code


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("accept", {"offer": "nothing"}, "offer_gone"),
        ("decline", {"offer": "nothing"}, "offer_gone"),
        ("acknowledge", {"escalation": "nothing"}, "escalation_unknown"),
        ("resolve", {"escalation": "nothing", "outcome": "referred"}, "escalation_unknown"),
        ("watch", {"conversation": "nothing"}, "conversation_ended"),
        ("join", {"conversation": "nothing"}, "not_now"),
        ("take_over", {"conversation": "nothing"}, "not_now"),
        ("block", {"conversation": "nothing", "reason": "spam"}, "conversation_ended"),
        ("extend", {"conversation": "nothing", "hours": 1}, "block_unknown"),
        ("lift", {"conversation": "nothing"}, "block_unknown"),
        ("whisper", {"conversation": "nothing", "ref": "r", "text": "x"}, "not_a_member"),
        ("resume", {"conversation": "nothing"}, "not_a_member"),
        ("resume", {"conversation": "x}:{staff}:y"}, "not_a_member"),
    ],
)
async def test_what_is_about_nothing_is_refused_and_the_socket_stays(
    house: House, guests: Guests, kind: str, fields: dict[str, object], reason: str
) -> None:
    async with raw_staff(house, "grace") as socket:
        await socket.says(kind, **fields)
        assert (await socket.hears("refused")).text("reason") == reason
        await socket.says("ping")
        await socket.hears("ponged")
    assert not await house.parts.room.matched()


@pytest.mark.parametrize("subprotocol", [None, "benchside.v0", "mqtt"])
@pytest.mark.parametrize("path", ["/ws/seeker", "/ws/staff"])
async def test_a_client_of_another_protocol_is_not_let_in(
    house: House, path: str, subprotocol: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw_socket(house.url, path, subprotocol=subprotocol):
            pass
    assert refused.value.response.status_code == 403


async def test_there_is_no_other_socket(house: House) -> None:
    with pytest.raises(InvalidStatus):
        async with raw_socket(house.url, "/ws/elsewhere"):
            pass


async def _sends(socket: RawSocket, frame: bytes | str) -> None:
    """Send, though the server may close before all of it has gone out."""
    try:
        await socket.sends(frame)
    except ConnectionClosed:
        return
