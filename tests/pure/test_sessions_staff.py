"""Supporters and supervisors on sockets: what they do, what they hear, what is refused."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from chat import protocol as wire
from chat import protocol_commands as commands
from chat.changes import change
from chat.conversation import Conversation, Matched, SeekerLeft
from chat.entry import LogEntry
from chat.log_memory import MemoryLog
from config.ids import AccountId, ConversationId, Seq
from config.risk import Risk
from staff.roles import Act, Role
from tests.support.meeting import Meeting, SeekerAt, StaffAt, meeting
from tests.support.talks import HIGH_WORDS


@pytest.fixture
async def here() -> AsyncGenerator[Meeting]:
    async with meeting() as one:
        for name in ("anna", "ben"):
            await one.hires(name)
        await one.hires("nia", trained=False)
        for name in ("grace", "henry"):
            await one.hires(name, Role.SUPERVISOR)
        yield one


async def pair(here: Meeting, name: str = "anna") -> tuple[SeekerAt, StaffAt]:
    seeker, anna = await here.comes(), await here.attends(name)
    await anna.is_available()
    assert await anna.accepts() == seeker.id
    return seeker, anna


async def acts(here: Meeting) -> list[tuple[str, str]]:
    return [(one.who, one.act) for one in await here.on_record()]


# Being there


async def test_who_attends_is_told_who_they_are(here: Meeting) -> None:
    anna = await here.attends("anna")
    attending = await anna.sees("attending")
    assert (attending["name"], attending["role"], attending["trained_to"]) == (
        "Anna",
        "supporter",
        4,
    )


async def test_who_comes_back_finds_their_conversations_open(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await anna.says(seeker.id, "hello", "s1")
    anna.session.gone()
    again = await here.attends("anna")
    opened, available = await again.sees("opened"), await again.sees("availability_set")
    backlog = opened["backlog"]
    assert isinstance(backlog, list)
    assert (opened["conversation"], opened["part"]) == (seeker.id, "supporter")
    assert [fact.get("ref") for fact in backlog] == [None, "s1"]
    assert (available["state"], available["load"]) == ("available", 1)
    await seeker.says("still here")
    assert (await again.sees("said"))["text"] == "still here"


async def test_a_first_frame_does_not_come_twice(here: Meeting) -> None:
    anna = await here.attends("anna")
    closing = await anna.does(commands.Attend(admission="x" * 20))
    assert closing is not None
    assert closing.code == 4003
    await anna.does(wire.Ping())
    await anna.sees("ponged")


# Offers


async def test_an_offer_is_told_on_all_screens_and_opens_on_all(here: Meeting) -> None:
    phone, tablet = await here.attends("anna"), await here.attends("anna")
    await phone.is_available()
    seeker = await here.comes()
    await tablet.sees("offered")
    await phone.accepts()
    assert (await tablet.sees("opened"))["conversation"] == seeker.id
    assert len(phone.screen.of("offered")) == 1
    assert len(here.tallies.pickups) == 1


async def test_who_declines_lets_it_go_to_another(here: Meeting) -> None:
    anna = await here.attends("anna")
    await anna.is_available()
    seeker = await here.comes()
    offer = str((await anna.sees("offered"))["offer"])
    ben = await here.attends("ben")
    await anna.does(commands.DeclineOffer(offer=offer, reason="topic"))
    assert (await anna.sees("withdrawn"))["reason"] == "declined"
    await ben.is_available()
    assert await ben.accepts() == seeker.id
    await anna.does(commands.AcceptOffer(offer=offer))
    await anna.does(commands.DeclineOffer(offer=offer))
    await anna.sees("refused", 2)
    assert anna.refusals() == ["offer_gone", "offer_gone"]


async def test_who_is_not_trained_is_offered_nothing(here: Meeting) -> None:
    nia = await here.attends("nia")
    await nia.is_available()
    assert (await nia.sees("refused"))["reason"] == "not_trained"
    await here.comes()
    ben = await here.attends("ben")
    await ben.is_available()
    await ben.sees("offered")
    assert nia.screen.of("offered") == []


async def test_an_offer_accepted_after_the_seeker_left_is_gone(here: Meeting) -> None:
    anna = await here.attends("anna")
    await anna.is_available()
    seeker = await here.comes()
    offer = str((await anna.sees("offered"))["offer"])
    record = await here.parts.log.find(seeker.id)
    assert record is not None
    await seeker.does(wire.Leave(reason="done"))
    await anna.does(commands.AcceptOffer(offer=offer))
    assert (await anna.sees("refused"))["subject"] == offer
    assert await here.parts.room.live() == []


async def test_an_offer_accepted_in_vain_leaves_the_waiting_room_with_the_truth(
    here: Meeting,
) -> None:
    anna, ben = await here.attends("anna"), AccountId("ben")
    await anna.is_available()
    seeker = await here.comes()
    offer = str((await anna.sees("offered"))["offer"])
    record = await here.parts.log.find(seeker.id)
    assert record is not None
    taken = Matched(ben, "Ben")
    assert await change(here.parts, seeker.id, taken) is not None
    await anna.does(commands.AcceptOffer(offer=offer))
    assert (await anna.sees("refused"))["reason"] == "offer_gone"
    assert (await here.parts.room.matched())[seeker.id].supporter == ben
    assert anna.screen.of("opened") == []


class HeldUp(MemoryLog):
    """A log that lets something happen before it commits."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def commit(
        self, before: Conversation, after: Conversation, entries: Sequence[LogEntry], name: str = ""
    ) -> Seq | None:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            await happens()
        return await super().commit(before, after, entries, name)


async def test_who_lost_the_seat_while_their_server_was_held_up_gives_the_conversation_back(
    here: Meeting,
) -> None:
    assert isinstance(here.parts.log, MemoryLog)
    slow = HeldUp(now=here.clock, beside=here.parts.log)
    held = replace(here, parts=replace(here.parts, log=slow))
    anna, seeker = await held.attends("anna"), await here.comes()
    await anna.is_available()
    offer = str((await anna.sees("offered"))["offer"])

    async def a_sweep_gives_the_seat_back() -> None:
        assert await here.parts.room.requeue(seeker.id, AccountId("anna"), here.clock())

    slow.meanwhile = a_sweep_gives_the_seat_back
    await anna.does(commands.AcceptOffer(offer=offer))
    assert (await anna.sees("refused"))["reason"] == "offer_gone"
    assert anna.screen.of("opened") == []
    record = await here.parts.log.find(seeker.id)
    assert record is not None
    assert (record.phase, record.state.supporter) == ("waiting", None)
    again = str((await anna.sees("offered", 2))["offer"])
    await anna.does(commands.AcceptOffer(offer=again))
    assert (await anna.sees("opened"))["conversation"] == seeker.id


# Talking


async def test_both_hear_each_other_in_one_order(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await anna.says(seeker.id, "hello", "s1")
    await seeker.says("hi", "r1")
    accepted = await anna.sees("accepted")
    assert (accepted["ref"], accepted["seq"], accepted["conversation"]) == ("s1", 2, seeker.id)
    assert (await seeker.sees("said"))["seq"] == 2
    assert (await anna.sees("said"))["seq"] == 3


async def test_nobody_speaks_where_they_are_not_a_member(here: Meeting) -> None:
    seeker, _ = await pair(here)
    ben, grace = await here.attends("ben"), await here.attends("grace")
    await grace.does(commands.Watch(conversation=seeker.id))
    for person in (ben, grace):
        await person.says(seeker.id, "hello")
        await person.sees("refused")
    for command in (
        commands.WriteNote(conversation=seeker.id, ref="n", text="x"),
        commands.AskHelp(conversation=seeker.id, reason="unsure"),
        commands.HandOver(conversation=seeker.id, reason="technical"),
        commands.EndConversation(conversation=seeker.id, outcome="supported"),
        commands.WrongFlag(conversation=seeker.id, seq=1),
        commands.StaffResume(conversation=seeker.id),
        commands.StaffSay(conversation="never was", ref="r", text="x"),
    ):
        await ben.does(command)
    await ben.sees("refused", 8)
    assert set(ben.refusals()) == {"not_a_member"}
    assert grace.refusals() == ["not_a_member"]
    assert await here.parts.log.read_staff(seeker.id, 0) == []
    await ben.does(commands.StaffTyping(conversation=seeker.id))
    await ben.does(commands.StaffRead(conversation=seeker.id, seq=1))
    assert seeker.screen.of("typing") == seeker.screen.of("read") == []


@pytest.mark.parametrize(
    "command",
    [
        commands.OpenBoard(),
        commands.Watch(conversation="x"),
        commands.Unwatch(conversation="x"),
        commands.Whisper(conversation="x", ref="r", text="x"),
        commands.Join(conversation="x"),
        commands.TakeOver(conversation="x"),
        commands.Block(conversation="x", reason="spam"),
        commands.Acknowledge(escalation="x"),
        commands.Resolve(escalation="x", outcome="false_alarm"),
    ],
)
async def test_a_supporter_may_not_supervise(here: Meeting, command: commands.StaffCommand) -> None:
    anna = await here.attends("anna")
    assert await anna.does(command) is None
    assert (await anna.sees("refused"))["reason"] == "not_allowed"
    assert await here.on_record() == []


async def test_notes_and_whispers_reach_all_staff_of_a_conversation(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    await grace.does(commands.Watch(conversation=seeker.id))
    whisper = commands.Whisper(conversation=seeker.id, ref="w1", text="ask about tonight")
    for _ in range(2):
        await grace.does(whisper)
    await anna.does(commands.WriteNote(conversation=seeker.id, ref="n1", text="a brother"))
    assert (await anna.sees("whispered"))["text"] == "ask about tonight"
    assert (await grace.sees("noted"))["by"] == "Anna"
    assert len(anna.screen.of("whispered")) == 1
    assert [fact["seq"] for fact in grace.screen.of("accepted")] == [1, 1]


async def test_a_flag_that_was_wrong_is_shown_as_such(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await seeker.says(HIGH_WORDS)
    await anna.sees("flagged")
    for _ in range(2):
        await anna.does(commands.WrongFlag(conversation=seeker.id, seq=2))
    assert (await anna.sees("flagged", 2))["wrong"] is True
    assert here.tallies.counts["wrong_flag"] == 1
    again = await here.attends("anna")
    backlog = (await again.sees("opened"))["backlog"]
    assert isinstance(backlog, list)
    assert [fact["wrong"] for fact in backlog if fact["t"] == "flagged"] == [True]


async def test_a_call_for_help_reaches_the_desk(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await anna.does(commands.AskHelp(conversation=seeker.id, reason="crisis"))
    asked = await anna.sees("help_asked")
    (raised,) = await here.parts.desk.unresolved()
    assert (raised.id, raised.cause, raised.risk) == (asked["escalation"], "help", Risk.HIGH)


async def test_a_supporter_ends_it_with_an_outcome(here: Meeting) -> None:
    seeker, anna = await pair(here)
    end = commands.EndConversation(conversation=seeker.id, outcome="supported")
    await anna.does(end)
    assert (await seeker.sees("ended"))["reason"] == "closed"
    await anna.sees("ended")
    await anna.does(end)
    await anna.sees("refused")
    assert await here.parts.room.live() == []


async def test_who_handed_over_can_no_longer_end_it(here: Meeting) -> None:
    seeker, anna = await pair(here)
    await anna.does(commands.SetAvailability(state="break"))
    await anna.does(commands.HandOver(conversation=seeker.id, reason="not_a_fit"))
    await anna.sees("closed")
    await anna.does(commands.EndConversation(conversation=seeker.id, outcome="supported"))
    await anna.says(seeker.id, "one more thing")
    await anna.sees("refused", 2)
    record = await here.parts.log.find(seeker.id)
    assert record is not None
    assert record.phase == "waiting"


# Supervising


async def test_a_watcher_is_on_record_and_the_seeker_does_not_notice(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    await grace.does(commands.Watch(conversation=seeker.id))
    assert (await grace.sees("opened"))["part"] == "watcher"
    await anna.says(seeker.id, "hello")
    await grace.sees("said")
    await seeker.sees("said")
    await grace.does(commands.Unwatch(conversation=seeker.id))
    assert (await grace.sees("closed"))["reason"] == "unwatched"
    await seeker.says("hi")
    await anna.sees("said")
    assert len(grace.screen.of("said")) == 1
    assert seeker.screen.of("joined") == []
    assert await acts(here) == [("grace", Act.WATCH)]


async def test_a_supervisor_who_joins_is_seen_and_heard_and_steps_out(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    await grace.does(commands.Join(conversation=seeker.id))
    assert (await seeker.sees("joined"))["role"] == "supervisor"
    assert (await anna.sees("joined"))["name"] == "Grace"
    await grace.says(seeker.id, "I am here as well")
    assert (await seeker.sees("said"))["by"] == "supervisor"
    await grace.does(commands.Join(conversation=seeker.id))
    assert (await grace.sees("refused"))["reason"] == "not_now"
    await grace.does(commands.Unwatch(conversation=seeker.id))
    assert (await seeker.sees("left"))["by"] == "supervisor"
    await grace.says(seeker.id, "and another thing")
    await grace.sees("refused", 2)


async def test_a_supervisor_takes_over_and_the_supporter_is_told(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    await grace.does(commands.TakeOver(conversation=seeker.id))
    assert (await anna.sees("closed"))["reason"] == "taken_over"
    assert (await seeker.sees("matched", 2))["supporter"] == "Grace"
    assert (await grace.sees("opened"))["part"] == "supporter"
    await anna.says(seeker.id, "am I still here")
    assert (await anna.sees("refused"))["reason"] == "not_a_member"
    await grace.says(seeker.id, "I am with you now")
    assert (await seeker.sees("said"))["by"] == "supporter"
    assert (await here.parts.room.matched())[seeker.id].supporter == "grace"
    assert await acts(here) == [("grace", Act.TAKE_OVER)]


async def test_what_waits_can_not_be_taken_over(here: Meeting) -> None:
    seeker, grace = await here.comes(), await here.attends("grace")
    await grace.does(commands.TakeOver(conversation=seeker.id))
    assert (await grace.sees("refused"))["reason"] == "not_now"
    assert [ticket.conversation for ticket in await here.parts.room.snapshot(9)] == [seeker.id]


async def test_who_is_blocked_is_told_that_it_is_over(here: Meeting) -> None:
    seeker, anna = await pair(here)
    grace = await here.attends("grace")
    block = commands.Block(conversation=seeker.id, reason="abuse")
    await grace.does(block)
    assert (await seeker.sees("ended"))["reason"] == "blocked"
    await anna.sees("ended")
    assert (await grace.sees("blocked"))["grade"] == "paused"
    (laid,) = await here.parts.blocks.present(here.clock())
    assert (laid.conversation, laid.by.name) == (seeker.id, "Grace")
    await grace.does(commands.Lift(conversation=seeker.id))
    await grace.sees("lifted")
    await grace.does(commands.Extend(conversation=seeker.id, hours=1))
    assert (await grace.sees("refused"))["reason"] == "block_unknown"


async def test_who_has_left_can_still_be_blocked(here: Meeting) -> None:
    seeker, _ = await pair(here)
    grace = await here.attends("grace")
    await seeker.does(wire.Leave(reason="done"))
    await seeker.sees("ended")
    await grace.does(commands.Block(conversation=seeker.id, reason="threat", grade="closed"))
    assert (await grace.sees("blocked"))["grade"] == "closed"
    assert await acts(here) == [("grace", Act.BLOCK)]
    subject = (await here.on_record())[-1].subject
    assert subject == f"{seeker.id} closed threat 24h"


async def test_what_comes_in_a_raid_is_marked_for_the_supporter(here: Meeting) -> None:
    grace, anna = await here.attends("grace"), await here.attends("anna")
    before = await here.comes()
    here.clock.go(1)
    await grace.does(commands.SetRaid(minutes=30))
    assert (await grace.sees("raid_set"))["until"] == here.clock() + 30 * 60_000
    here.floor.raid = await here.parts.raids.present(here.clock())
    here.clock.go(1)
    during = await here.comes()
    await anna.is_available(capacity=2)
    assert "raid" not in await anna.sees("offered")
    assert await anna.accepts() == before.id
    assert (await anna.sees("offered", 2))["raid"] is True
    assert await anna.accepts(2) == during.id
    await grace.does(commands.SetRaid(minutes=0))
    assert "until" not in await grace.sees("raid_set", 2)
    assert await here.parts.raids.present(here.clock()) is None


async def test_an_escalation_is_one_supervisors_and_ends_with_an_outcome(here: Meeting) -> None:
    seeker, _ = await pair(here)
    await seeker.says(HIGH_WORDS)
    await seeker.sees("helped")
    (raised,) = await here.parts.desk.unresolved()
    grace, henry = await here.attends("grace"), await here.attends("henry")
    resolve = commands.Resolve(escalation=raised.id, outcome="safety_plan", note="will call")
    await grace.does(resolve)
    await grace.does(commands.Acknowledge(escalation=raised.id))
    await henry.does(commands.Acknowledge(escalation=raised.id))
    assert (await henry.sees("refused"))["by"] == "Grace"
    await grace.does(resolve)
    await henry.does(commands.Acknowledge(escalation="never was"))
    await henry.sees("refused", 2)
    assert grace.refusals() == ["not_acknowledged"]
    assert henry.refusals() == ["already_acknowledged", "escalation_unknown"]
    assert await here.parts.desk.unresolved() == ()


async def test_the_board_shows_who_waits_and_who_talks(here: Meeting) -> None:
    seeker, _ = await pair(here)
    other = await here.comes()
    await other.says(HIGH_WORDS)
    await other.sees("helped")
    grace = await here.attends("grace")
    await grace.does(commands.OpenBoard())
    board = await grace.sees("board")
    assert [row["id"] for row in _rows(board, "conversations")] == [seeker.id]
    assert [row["id"] for row in _rows(board, "waiting")] == [other.id]
    (escalation,) = _rows(board, "escalations")
    assert escalation["excerpt"]
    assert [row["load"] for row in _rows(board, "supporters")] == [1]


def _rows(board: dict[str, object], name: str) -> list[dict[str, object]]:
    rows = board[name]
    assert isinstance(rows, list)
    return rows


async def test_what_has_ended_is_shown_to_nobody_who_was_not_there(here: Meeting) -> None:
    seeker, _ = await pair(here)
    ben = await here.attends("ben")
    assert await change(here.parts, seeker.id, SeekerLeft("done")) is not None
    await ben.does(commands.StaffResume(conversation=seeker.id))
    await ben.does(commands.StaffResume(conversation=ConversationId("never was")))
    await ben.sees("refused", 2)
    assert ben.screen.of("opened") == []
