"""From a line in danger to a named supervisor with an outcome, and every look on record."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from chat.entry import line
from chat.log import SEEKER
from client.errors import Refused
from client.supervisor import Supervisor
from client.wire import Fact, encode
from config.ids import ConversationId, Ref
from config.risk import Risk
from config.settings import Safety
from safety.hindsight import Hindsight
from safety.verdict import Verdict
from staff.roles import Act
from tests.support.raw import RawSocket, raw_staff
from tests.support.running import Guests, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUDIT = "{staff}:audit"
CRISIS = "I want to end my life tonight"


async def test_a_line_in_danger_is_seen_by_all_who_can_help(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, supporter = await guests.pair()
    seq = await seeker.says(CRISIS)
    await conversation.sees(CRISIS)
    flag = await conversation.hears("flagged")
    assert (flag.number("seq"), flag.number("risk")) == (seq, Risk.IMMINENT)
    assert (await supporter.hears("guided")).texts("steps")
    assert (await seeker.hears("helped")).rows("helplines")
    raised = await _raised(supervisor, conversation.id)
    assert (raised.text("cause"), raised.number("seq")) == ("line", seq)
    assert raised.text("excerpt") in CRISIS
    while conversation.id not in supervisor.board.conversations:
        await supervisor.hears("board_changed")
    assert supervisor.board.escalations[raised.text("id")].number("risk") == Risk.IMMINENT


async def test_opening_words_in_danger_are_escalated_while_nobody_is_there(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker = await guests.seeker(CRISIS)
    assert (await seeker.hears("helped")).rows("helplines")
    assert (await _raised(supervisor, seeker.conversation)).number("seq") == 1


async def test_a_flag_marks_the_words_by_code_points(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    text = f"🙂🙂 {CRISIS}"
    await seeker.says(text)
    flag = await conversation.hears("flagged")
    spans = flag.fields["spans"]
    assert isinstance(spans, list)
    assert all(text[start:end] in CRISIS for start, end, *_ in spans)


async def test_a_supporter_calls_for_help(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    _, conversation, _ = await guests.pair()
    escalation = await conversation.asks_help("unsure")
    raised = await _raised(supervisor, conversation.id)
    assert (raised.text("id"), raised.text("cause")) == (escalation, "help")
    assert raised.text("reason") == "unsure"


async def test_a_seeker_reports_and_the_supporter_is_not_told(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, supporter = await guests.pair()
    await seeker.reports("unkind")
    raised = await _raised(supervisor, conversation.id)
    assert (raised.text("cause"), raised.text("reason")) == ("report", "unkind")
    await seeker.says("the next line")
    await conversation.sees("the next line")
    assert not [fact for fact in supporter.heard if "report" in repr(fact.fields)]


async def test_of_two_supervisors_one_acknowledges_and_the_other_hears_the_name(
    guests: Guests,
) -> None:
    seeker, conversation, _ = await guests.pair()
    async with (
        raw_staff(guests.house, "grace") as grace,
        raw_staff(guests.house, "henry") as henry,
    ):
        for one in (grace, henry):
            await one.says("board")
            await one.hears("board")
        await seeker.says(CRISIS)
        raised = (await grace.hears("escalated")).row("escalation")
        escalation = raised.text("id")
        await asyncio.gather(
            *(one.says("acknowledge", escalation=escalation) for one in (grace, henry))
        )
        winner, loser = await _of_two(grace, henry)
        refused = next(fact for fact in loser.facts if fact.kind == "refused")
        assert refused.text("reason") == "already_acknowledged"
        assert refused.text("subject") == escalation
        names = {id(grace): "Grace", id(henry): "Henry"}
        assert refused.text("by") == names[id(winner)]
        for one in (grace, henry):
            assert _heard(one, "acknowledged") == names[id(winner)]
    assert conversation.phase == "talking"


async def test_an_escalation_is_resolved_only_after_somebody_looked_at_it(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    escalation = (await _raised(supervisor, conversation.id)).text("id")
    with pytest.raises(Refused, match="not_acknowledged"):
        await supervisor.resolves(escalation, "safe_for_now")
    assert (await supervisor.acknowledges(escalation)).text("by") == "Grace"
    resolved = await supervisor.resolves(escalation, "safety_plan", "will call back")
    assert (resolved.text("outcome"), resolved.text("by")) == ("safety_plan", "Grace")
    with pytest.raises(Refused, match="escalation_unknown"):
        await (await guests.supervisor("henry")).resolves(escalation, "false_alarm")


async def test_an_escalation_outlives_its_conversation(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    escalation = (await _raised(supervisor, conversation.id)).text("id")
    await seeker.leaves("quick_exit")
    await conversation.ended()
    assert (await supervisor.acknowledges(escalation)).text("by") == "Grace"
    await supervisor.resolves(escalation, "lost_contact")


async def test_an_escalation_nobody_looks_at_is_raised_again_louder(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    first = await _raised(supervisor, conversation.id)
    assert first.number("loudness") == 0
    patience = Safety().escalation_louder_seconds
    await guests.house.parts.desk.louder(guests.house.now(after=patience + 1))
    again = await _raised(supervisor, conversation.id)
    assert (again.text("id"), again.number("loudness")) == (first.text("id"), 1)


async def test_a_line_whose_escalation_a_crash_has_eaten_is_raised_by_the_sweep(
    guests: Guests,
) -> None:
    house = guests.house
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await _store_without_raising(house, ConversationId(conversation.id))
    assert not await house.parts.desk.of(ConversationId(conversation.id))
    await house.sweeps(after=0)
    assert (await _raised(supervisor, conversation.id)).text("cause") == "line"
    assert seeker.phase == "talking"


async def test_a_supporter_says_that_a_flag_was_wrong_and_it_stays_visible(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    seq = await seeker.says(CRISIS)
    await conversation.hears("flagged")
    await conversation.says_wrong_flag(seq)
    assert conversation.flags[seq].true("wrong")
    watched = await supervisor.watches(conversation.id)
    assert watched.flags[seq].true("wrong")
    assert watched.flags[seq].number("risk") == Risk.IMMINENT


async def test_what_became_of_a_flag_is_counted_for_its_rules(guests: Guests) -> None:
    hindsight = guests.house.parts.hindsight
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    before = await _total(hindsight)
    seq = await seeker.says(CRISIS)
    raised = await _raised(supervisor, conversation.id)
    await conversation.hears("flagged")
    await conversation.says_wrong_flag(seq)
    await supervisor.acknowledges(raised.text("id"))
    await supervisor.resolves(raised.text("id"), "false_alarm")
    await supervisor.watches(conversation.id)  # what was asked before has been seen to
    await conversation.says("thank you")
    after = await _total(hindsight)
    rules = after["flagged"] - before["flagged"]
    assert rules >= 1
    assert after["wrong"] - before["wrong"] == after["false_alarm"] - before["false_alarm"] == rules
    assert not [rule for rule in await hindsight.counts() if " " in rule or CRISIS in rule]


async def _total(hindsight: Hindsight) -> Counter[str]:
    total = Counter[str]()
    for of_rule in (await hindsight.counts()).values():
        total.update(of_rule)
    return total


# What supervisors do is on record first (promise 11)


@pytest.mark.parametrize(
    ("command", "act"),
    [
        ("watch", Act.WATCH),
        ("join", Act.JOIN),
        ("take_over", Act.TAKE_OVER),
        ("block", Act.BLOCK),
    ],
)
async def test_every_look_is_on_record_before_it_is_taken(
    guests: Guests, command: str, act: Act
) -> None:
    house = guests.house
    _, conversation, _ = await guests.pair()
    async with raw_staff(house, "grace") as supervisor:
        more = {"reason": "abuse"} if command == "block" else {}
        await supervisor.says(command, conversation=conversation.id, **more)
        if command == "block":
            await conversation.ended()
        else:
            await supervisor.hears("opened")
        newest = (await house.parts.audit.read(1))[0]
        assert (newest.act, newest.subject.split()[0]) == (act, conversation.id)
        assert newest.who == await house.account("grace")


@pytest.mark.parametrize("command", ["watch", "join", "take_over", "block"])
async def test_what_cannot_be_put_on_record_is_not_done(
    guests: Guests, command: str, house: House
) -> None:
    seeker, conversation, _ = await guests.pair()
    async with raw_staff(house, "grace") as supervisor:
        more = {"reason": "abuse"} if command == "block" else {}
        async with _spoiled_record(house):
            await supervisor.says(command, conversation=conversation.id, **more)
            assert (await supervisor.closed())[0] == 4012
        assert not [fact for fact in supervisor.facts if fact.kind == "opened"]
    await seeker.says("still here, and still alone with you")
    assert [line.seq for line in conversation.transcript] == [2]
    assert conversation.phase == "talking"


async def test_a_whisper_is_on_record_and_is_not_said_if_it_cannot_be(guests: Guests) -> None:
    house = guests.house
    _, conversation, _ = await guests.pair()
    async with raw_staff(house, "grace") as supervisor:
        await supervisor.says("watch", conversation=conversation.id)
        await supervisor.hears("opened")
        fields = {"conversation": conversation.id, "text": "ask about tonight"}
        await supervisor.says("whisper", ref="first", **fields)
        await supervisor.hears("accepted")
        newest = (await house.parts.audit.read(1))[0]
        assert (newest.act, newest.subject) == (Act.WHISPER, conversation.id)
        async with _spoiled_record(house):
            await supervisor.says("whisper", ref="second", **fields)
            assert (await supervisor.closed())[0] == 4012
    watched = await (await guests.supervisor()).watches(conversation.id)
    assert len(watched.staff_log) == 1


async def test_a_supervisor_reads_along_unseen(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await seeker.says("before")
    watched = await supervisor.watches(conversation.id)
    assert watched.part == "watcher"
    await seeker.says("after")
    await watched.sees("after")
    with pytest.raises(Refused, match="not_a_member"):
        await watched.says("I am here too")
    await watched.steps_out()
    await seeker.says("unwatched")
    assert not {"joined", "left"} & {fact.kind for fact in seeker.heard}
    assert [*watched.transcript] != [*seeker.transcript]


async def test_a_whisper_and_a_note_reach_staff_and_nobody_else(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    watched = await supervisor.watches(conversation.id)
    await watched.whispers("ask about tonight")
    assert (await conversation.hears("whispered")).text("text") == "ask about tonight"
    await conversation.notes("has a sister nearby")
    assert (await watched.hears("noted")).text("text") == "has a sister nearby"
    assert [fact.kind for fact in conversation.staff_log] == ["whispered", "noted"]
    await conversation.says("and to you")
    await seeker.sees("and to you")
    assert not {"whispered", "noted"} & {fact.kind for fact in seeker.heard}


async def test_a_supervisor_joins_visibly_speaks_and_steps_out(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, supporter = await guests.pair()
    joined = await supervisor.joins(conversation.id)
    assert (await seeker.hears("joined")).text("role") == "supervisor"
    assert (await supporter.hears("joined")).text("name") == "Grace"
    await joined.says("I am from the team")
    assert (await seeker.sees("I am from the team")).by == "supervisor"
    assert (await conversation.sees("I am from the team")).by == "supervisor"
    await joined.steps_out()
    assert (await seeker.hears("left")).text("reason") == "stepped_out"
    await seeker.says("thank you both")
    await conversation.sees("thank you both")
    assert seeker.phase == "talking"


async def test_a_supervisor_takes_over_and_the_supporter_is_free_again(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, supporter = await guests.pair()
    taken = await supervisor.takes_over(conversation.id)
    assert (await supporter.hears("closed")).text("reason") == "taken_over"
    assert (await seeker.hears("left")).text("reason") == "taken_over"
    await taken.says("I am Grace")
    assert (await seeker.sees("I am Grace")).by == "supporter"
    assert seeker.supporter == "Grace"
    await supporter.send(encode("say", conversation=conversation.id, ref="r", text="and I?"))
    assert (await supporter.hears("refused")).text("reason") == "not_a_member"
    next_one = await guests.seeker()
    assert (await supporter.takes()).id == next_one.conversation
    await taken.ends("supported")
    await seeker.ended()


async def test_a_blocked_conversation_ends_for_both(guests: Guests) -> None:
    supervisor = await guests.supervisor()
    seeker, conversation, _ = await guests.pair()
    await supervisor.watches(conversation.id)
    await supervisor.blocks(conversation.id, "abuse")
    assert (await seeker.hears("ended")).text("reason") == "blocked"
    await conversation.ended()


@pytest.mark.parametrize(
    "command",
    [
        {"t": "board"},
        {"t": "watch", "conversation": "?"},
        {"t": "unwatch", "conversation": "?"},
        {"t": "whisper", "conversation": "?", "ref": "r", "text": "hello"},
        {"t": "join", "conversation": "?"},
        {"t": "take_over", "conversation": "?"},
        {"t": "block", "conversation": "?", "reason": "abuse"},
        {"t": "extend", "conversation": "?", "hours": 1},
        {"t": "lift", "conversation": "?"},
        {"t": "set_raid", "minutes": 5},
        {"t": "acknowledge", "escalation": "x"},
        {"t": "resolve", "escalation": "x", "outcome": "false_alarm"},
    ],
    ids=lambda command: str(command["t"]),
)
async def test_a_supporter_may_do_nothing_of_what_supervisors_do(
    guests: Guests, command: dict[str, str | int]
) -> None:
    seeker, conversation, _ = await guests.pair()
    async with raw_staff(guests.house, "bela") as other:
        here = {name: conversation.id if value == "?" else value for name, value in command.items()}
        await other.says(str(here.pop("t")), **here)
        assert (await other.hears("refused")).text("reason") == "not_allowed"
    assert seeker.phase == "talking"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("say", {"ref": "r", "text": "hello"}),
        ("note", {"ref": "r", "text": "hello"}),
        ("ask_help", {"reason": "unsure"}),
        ("hand_over", {"reason": "technical"}),
        ("end", {"outcome": "test"}),
        ("wrong_flag", {"seq": 2}),
        ("resume", {}),
    ],
)
async def test_a_supporter_does_nothing_in_the_conversation_of_another(
    guests: Guests, kind: str, fields: dict[str, object]
) -> None:
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    async with raw_staff(guests.house, "bela") as other:
        await other.says(kind, conversation=conversation.id, **fields)
        assert (await other.hears("refused")).text("reason") == "not_a_member"
        await other.says("typing", conversation=conversation.id)
        await other.says("read", conversation=conversation.id, seq=1)
        await other.says("ping")
        await other.hears("ponged")
        kinds = {fact.kind for fact in other.facts}
        assert kinds <= {"attending", "refused", "ponged", "availability_set"}
    assert seeker.phase == "talking"
    assert len(conversation.transcript) == 1


async def _raised(supervisor: Supervisor, conversation: str) -> Fact:
    """Return the next escalation of a conversation that the supervisor hears of."""
    while True:
        raised = (await supervisor.hears("escalated")).row("escalation")
        if raised.text("conversation") == conversation:
            return raised


async def _of_two(one: RawSocket, other: RawSocket) -> tuple[RawSocket, RawSocket]:
    """Return who won and who lost, once both have heard who looks after it."""
    for each in (one, other):
        await each.hears("acknowledged")
        await each.says("ping")
        await each.hears("ponged")
    refused = [each for each in (one, other) if any(f.kind == "refused" for f in each.facts)]
    assert len(refused) == 1
    return (other, one) if refused[0] is one else (one, other)


def _heard(socket: RawSocket, kind: str) -> str:
    return next(fact.text("by") for fact in socket.facts if fact.kind == kind)


async def _store_without_raising(house: House, id_: ConversationId) -> None:
    """Commit a line in danger as a process that dies before it has raised the escalation."""
    dangerous = line(
        by="seeker",
        text=CRISIS,
        ref=Ref("eaten"),
        at=house.now(),
        verdict=Verdict(Risk.IMMINENT, ("suicide",), (), "inline"),
    )
    await house.parts.log.append(id_, SEEKER, dangerous)


@asynccontextmanager
async def _spoiled_record(house: House) -> AsyncGenerator[None]:
    """Let nothing be put on record."""
    async with house.store() as store:
        await store.rename(AUDIT, f"{AUDIT}:kept")
        await store.set(AUDIT, "not a stream")
        try:
            yield
        finally:
            await store.rename(f"{AUDIT}:kept", AUDIT)
