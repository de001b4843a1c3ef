"""A seeker on a socket: what they do, what they hear, and what they never do."""

from collections.abc import AsyncGenerator

import pytest

from chat import protocol as wire
from chat import protocol_commands as commands
from config import limits
from config.clock import monotonic
from config.risk import Risk
from staff.roles import Role
from tests.support.meeting import ADMISSION, Meeting, SeekerAt, StaffAt, meeting
from tests.support.talks import HIGH_WORDS

PHONE = "call me at 07700 900123"


@pytest.fixture
async def here() -> AsyncGenerator[Meeting]:
    async with meeting() as one:
        await one.hires("anna")
        await one.hires("grace", Role.SUPERVISOR)
        yield one


async def pair(here: Meeting) -> tuple[SeekerAt, StaffAt]:
    """A seeker and Anna talk."""
    seeker, anna = await here.comes(), await here.attends("anna")
    await anna.is_available()
    assert await anna.accepts() == seeker.id
    await seeker.sees("matched")
    return seeker, anna


def entering(opening: str) -> wire.Enter:
    return wire.Enter(admission=ADMISSION, language="en", opening=opening, topics=["grief", "no"])


# Arriving


async def test_a_seeker_who_enters_is_told_token_and_place(here: Meeting) -> None:
    seeker = await here.comes()
    entered, waiting = await seeker.sees("entered"), await seeker.sees("waiting")
    assert entered["conversation"] == seeker.id
    assert entered["name"] == "Blue Heron"
    assert waiting["place"] == 0
    assert seeker.screen.kinds()[0] == "entered"


async def test_the_opening_words_are_line_one(here: Meeting) -> None:
    seeker = await here.comes(entering("  I lost my brother  "))
    said = await seeker.sees("said")
    assert (said["seq"], said["text"], said["ref"]) == (1, "I lost my brother", "opening")
    record = await here.parts.log.find(seeker.id)
    assert record is not None
    assert record.about.topics == ("grief",)


async def test_opening_words_in_danger_bring_helplines_and_a_supervisor(here: Meeting) -> None:
    seeker = await here.comes(entering(HIGH_WORDS))
    await seeker.sees("helped")
    (raised,) = await here.parts.desk.unresolved()
    assert (raised.conversation, raised.seq) == (seeker.id, 1)
    assert await here.parts.log.unraised([seeker.id]) == []
    (ticket,) = await here.parts.room.snapshot(1)
    assert ticket.risk >= Risk.HIGH


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (wire.Say(ref="r", text="x"), 4003),
        (wire.Ping(), 4003),
        (wire.Resume(token="x" * 30), 4005),
        (wire.Resume(token="}{c:y}:meta." + "x" * 30), 4005),
        (wire.ComeBack(code="four words that are not"), 4005),
    ],
)
async def test_what_opens_nothing_is_turned_away(
    here: Meeting, command: wire.SeekerCommand, code: int
) -> None:
    assert await here.is_turned_away(command) == code


async def test_nobody_enters_twice_on_one_socket(here: Meeting) -> None:
    seeker = await here.comes()
    for command in (entering("x"), wire.Resume(token=seeker.token), wire.ComeBack(code="abcd")):
        closing = await seeker.does(command)
        assert closing is not None
        assert closing.code == 4003


# Saying


async def test_a_line_is_acknowledged_and_the_others_hear_it(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.says("I can't sleep", "r1")
    accepted = await seeker.sees("accepted")
    said = await anna.sees("said")
    assert (accepted["ref"], accepted["seq"], accepted.get("text")) == ("r1", 2, None)
    assert (said["seq"], said["text"], said["by"]) == (2, "I can't sleep", "seeker")
    assert seeker.screen.of("said") == []


async def test_a_resent_line_is_answered_the_same_and_shown_once(here: Meeting) -> None:
    seeker, anna = await pair(here)
    for _ in range(3):
        await seeker.says(PHONE, "r1")
        await seeker.says("and again", "r2")
    await seeker.sees("accepted", 6)
    answers = seeker.screen.of("accepted")
    assert answers[0] == answers[2] == answers[4]
    assert answers[1] == answers[3] == answers[5]
    assert "900123" not in str(answers[0]["text"])
    assert "text" not in answers[1]
    await anna.sees("said", 2)
    assert [fact["seq"] for fact in anna.screen.of("said")] == [2, 3]
    assert b"900123" not in b"".join(anna.screen.frames)


async def test_a_resend_after_the_end_is_answered_as_the_first_time(here: Meeting) -> None:
    seeker, _ = await pair(here)
    await seeker.says("before", "r1")
    await seeker.does(wire.Leave(reason="done"))
    await seeker.sees("ended")
    await seeker.says("before", "r1")
    await seeker.says("after", "r2")
    assert seeker.screen.of("accepted")[0] == await seeker.sees("accepted", 2)
    refused = await seeker.sees("refused")
    assert (refused["reason"], refused["ref"]) == ("conversation_ended", "r2")


async def test_a_seeker_may_speak_while_waiting_and_is_heard_later(here: Meeting) -> None:
    seeker = await here.comes()
    await seeker.says("are you there")
    anna = await here.attends("anna")
    await anna.is_available()
    await anna.accepts()
    backlog = (await anna.sees("opened"))["backlog"]
    assert isinstance(backlog, list)
    assert [fact["t"] for fact in backlog] == ["said", "matched"]


async def test_words_of_danger_are_delivered_and_bring_help(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.says(HIGH_WORDS)
    await seeker.sees("helped")
    assert (await anna.sees("said"))["text"] == HIGH_WORDS
    flagged, guided = await anna.sees("flagged"), await anna.sees("guided")
    assert flagged["seq"] == 2
    assert guided["steps"]
    (raised,) = await here.parts.desk.unresolved()
    assert raised.seq == 2


async def test_who_writes_faster_than_people_write_is_told_so(here: Meeting) -> None:
    seeker = await here.comes()
    for number in range(limits.LINES + 1):
        await seeker.says("x", f"r{number}")
    refused = await seeker.sees("refused")
    assert (refused["reason"], refused["ref"]) == ("too_fast", f"r{limits.LINES}")


async def test_typing_and_reading_are_told_both_ways(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.does(wire.Typing())
    await seeker.does(wire.Read(seq=1))
    assert (await anna.sees("typing"))["by"] == "seeker"
    assert (await anna.sees("read"))["seq"] == 1
    await anna.does(commands.StaffTyping(conversation=seeker.id))
    await anna.does(commands.StaffRead(conversation=seeker.id, seq=1))
    assert (await seeker.sees("typing"))["by"] == "supporter"
    assert (await seeker.sees("read"))["seq"] == 1
    assert len(seeker.screen.of("typing")) == len(anna.screen.of("typing")) == 1


# Coming back


async def test_who_comes_back_hears_exactly_what_is_missing(here: Meeting) -> None:
    seeker, anna = await pair(here)
    for number in range(4):
        await anna.says(seeker.id, f"line {number}")
    await seeker.sees("said", 4)
    again = await here.comes(wire.Resume(token=seeker.token, since=3))
    resumed = await again.sees("resumed")
    await again.sees("said", 2)
    assert (resumed["last"], resumed["phase"], resumed.get("token")) == (5, "talking", None)
    assert [fact["seq"] for fact in again.screen.of("said")] == [4, 5]
    assert again.screen.of("reset") == []


async def test_who_asks_for_what_never_was_begins_anew(here: Meeting) -> None:
    seeker, _ = await pair(here)
    again = await here.comes(wire.Resume(token=seeker.token, since=99))
    await again.sees("reset")
    assert (await again.sees("matched"))["seq"] == 1
    assert again.screen.kinds()[:2] == ["resumed", "reset"]


async def test_a_newer_connection_takes_the_place_of_the_older(here: Meeting) -> None:
    async with meeting(here) as there:
        seeker, _ = await pair(here)
        again = await there.comes(wire.Resume(token=seeker.token))
        assert await seeker.screen.closes() == 4008
        await seeker.session.lost()
        record = await here.parts.log.find(seeker.id)
        assert record is not None
        assert record.connected
        third = await there.comes(wire.Resume(token=seeker.token))
        assert await again.screen.closes() == 4008
        await again.session.lost()
        await third.session.lost()
        record = await here.parts.log.find(seeker.id)
        assert record is not None
        assert record.gone_since == here.clock()


async def test_a_code_brings_back_once_and_the_old_token_dies(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.does(wire.RequestCode())
    code = str((await seeker.sees("code_given"))["code"])
    again = await here.comes(wire.ComeBack(code=code.upper().replace(" ", "-")))
    token = str((await again.sees("resumed"))["token"])
    assert await here.is_turned_away(wire.ComeBack(code=code)) == 4005
    assert await here.is_turned_away(wire.Resume(token=seeker.token)) == 4005
    third = await here.comes(wire.Resume(token=token))
    await anna.says(seeker.id, "welcome back")
    assert (await third.sees("said"))["text"] == "welcome back"


async def test_staff_see_whether_a_seeker_is_connected(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.session.lost()
    assert (await anna.sees("presence"))["connected"] is False
    await here.comes(wire.Resume(token=seeker.token))
    assert (await anna.sees("presence", 2))["connected"] is True


# Going on without the supporter, and ending


async def test_who_is_handed_over_is_told_and_waits_again(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await anna.does(commands.SetAvailability(state="break"))
    await anna.does(commands.HandOver(conversation=seeker.id, reason="shift_over"))
    left = await seeker.sees("left")
    assert (left["by"], left["reason"]) == ("supporter", "handed_over")
    waiting = await seeker.sees("waiting", len(seeker.screen.of("waiting")) + 1)
    assert waiting["place"] == 0
    assert (await anna.sees("closed"))["reason"] == "handed_over"


async def test_the_end_is_told_and_feedback_is_welcome_then(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.does(wire.Feedback(mood=7, helped="yes"))
    assert (await seeker.sees("refused"))["reason"] == "not_now"
    assert await seeker.does(wire.Leave(reason="done")) is None
    assert (await seeker.sees("ended"))["reason"] == "left"
    assert (await anna.sees("ended"))["conversation"] == seeker.id
    await seeker.does(wire.Feedback(mood=7, helped="yes"))
    await seeker.sees("thanked")
    assert here.tallies.counts["feedback:yes:None:7"] == 1
    await seeker.does(wire.Leave(reason="done"))
    assert (await seeker.sees("refused", 2))["reason"] == "conversation_ended"


async def test_the_socket_closes_once_there_was_time_for_feedback(here: Meeting) -> None:
    seeker = await here.comes()
    seeker.session.close_if_over(monotonic() + limits.AFTER_END_SECONDS + 1)
    await seeker.does(wire.Leave(reason="done"))
    await seeker.sees("ended")
    seeker.session.close_if_over(monotonic())
    assert seeker.screen.outbox.closing is None
    seeker.session.close_if_over(monotonic() + limits.AFTER_END_SECONDS + 1)
    assert await seeker.screen.closes() == 4000


async def test_a_quick_exit_ends_at_once(here: Meeting) -> None:
    seeker = await here.comes()
    closing = await seeker.does(wire.Leave(reason="quick_exit"))
    assert closing is not None
    assert closing.code == 4000
    assert await here.parts.room.live() == []


async def test_a_report_reaches_the_supervisors(here: Meeting) -> None:
    seeker, _ = await pair(here)
    await seeker.does(wire.Report(reason="sexual"))
    await seeker.sees("reported")
    (raised,) = await here.parts.desk.unresolved()
    assert (raised.cause, raised.reason, raised.risk) == ("report", "sexual", Risk.HIGH)


async def test_more_languages_may_be_accepted_while_waiting(here: Meeting) -> None:
    seeker = await here.comes(wire.Enter(admission=ADMISSION, language="sn"))
    anna = await here.attends("anna")
    await anna.is_available()
    await seeker.does(wire.Widen(languages=["en"]))
    assert await anna.accepts() == seeker.id
    await seeker.does(wire.Leave(reason="done"))
    await seeker.does(wire.Widen(languages=["fr"]))
    assert (await seeker.sees("refused"))["reason"] == "not_now"


# Promise 8


async def test_staff_text_is_in_no_byte_that_a_seeker_gets(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    await grace.does(commands.Watch(conversation=seeker.id))
    await grace.sees("opened")
    await seeker.says(HIGH_WORDS)
    for person, command in (
        (anna, commands.WriteNote(conversation=seeker.id, ref="n1", text="a secret note")),
        (grace, commands.Whisper(conversation=seeker.id, ref="w1", text="a secret whisper")),
        (grace, commands.WrongFlag(conversation=seeker.id, seq=2)),
        (anna, commands.AskHelp(conversation=seeker.id, reason="unsure")),
        (grace, commands.Join(conversation=seeker.id)),
    ):
        assert await person.does(command) is None
    await anna.sees("whispered")
    await anna.sees("flagged", 2)
    await grace.says(seeker.id, "I am Grace and I am here")
    await grace.does(commands.TakeOver(conversation=seeker.id))
    await seeker.sees("said")
    await seeker.sees("matched", 2)
    again = await here.comes(wire.Resume(token=seeker.token))
    await again.sees("matched", 2)
    for screen in (seeker.screen, again.screen):
        everything = b"".join(screen.frames)
        for word in (b"secret", b"whisper", b"flagged", b"suicide", b"guided", b"unsure"):
            assert word not in everything
        assert {str(kind) for kind in screen.kinds()} <= {
            *("entered", "resumed", "waiting", "matched", "accepted", "helped"),
            *("said", "joined", "left"),
        }
