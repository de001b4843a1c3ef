"""The life of a conversation, from the first word to the feedback, over real sockets."""

import asyncio

import pytest

from client.errors import Lost, Refused
from client.seeker import Seeker
from client.supporter import Supporter
from config.risk import Risk
from config.settings import Matching
from tests.support.raw import raw_seeker, raw_socket
from tests.support.running import Guests, House, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_two_people_meet_talk_and_part(guests: Guests) -> None:
    seeker = await guests.seeker("I feel alone these days")
    assert (await seeker.hears("waiting")).number("place") == 0
    supporter = await guests.supporter()
    offer = await supporter.hears("offered")
    conversation = await supporter.accepts(offer.text("offer"))
    await conversation.sees("I feel alone these days")
    assert await seeker.matched() == "Amina"
    await conversation.says("Hello, I am here")
    await seeker.sees("Hello, I am here")
    await seeker.says("Thank you")
    await conversation.sees("Thank you")
    assert [*seeker.transcript] == [*conversation.transcript]
    await seeker.leaves("done")
    await conversation.ended()
    await seeker.gives_feedback(mood=7, helped="yes")


async def test_a_waiting_seeker_may_write_and_the_supporter_reads_it_all(guests: Guests) -> None:
    seeker = await guests.seeker("first")
    await seeker.says("second")
    supporter = await guests.supporter()
    conversation = await supporter.takes()
    assert [line.text for line in conversation.transcript] == ["first", "second"]


async def test_those_who_wait_are_told_their_places_in_order(guests: Guests) -> None:
    seekers = [await guests.seeker() for _ in range(3)]
    for place, seeker in enumerate(seekers):
        assert (await seeker.hears("waiting")).number("place") == place
    supporter = await guests.supporter()
    taken = await supporter.takes()
    assert taken.id == seekers[0].conversation
    for place, seeker in enumerate(seekers[1:]):
        await _comes_to(seeker, place)


async def test_somebody_in_danger_is_offered_before_those_who_came_earlier(guests: Guests) -> None:
    calm = await guests.seeker("hello")
    grave = await guests.seeker("I want to end my life tonight")
    supporter = await guests.supporter(capacity=2)
    offer = await supporter.hears("offered")
    assert offer.number("risk") >= Risk.HIGH
    assert (await supporter.accepts(offer.text("offer"))).id == grave.conversation
    assert (await supporter.takes()).id == calm.conversation


async def test_each_side_hears_that_the_other_writes_and_how_far_it_has_read(
    guests: Guests,
) -> None:
    seeker, conversation, supporter = await guests.pair()
    await seeker.types()
    assert (await supporter.hears("typing")).text("by") == "seeker"
    await conversation.types()
    assert (await seeker.hears("typing")).text("by") == "supporter"
    seq = await seeker.says("hello")
    await conversation.sees("hello")
    await conversation.reads()
    assert (await seeker.hears("read")).number("seq") == seq
    await seeker.reads()
    assert (await supporter.hears("read")).number("seq") == seq


@pytest.mark.parametrize("reason", ["done", "not_now", "uncomfortable"])
async def test_a_seeker_leaves_for_a_reason_and_both_sides_hear_it(
    guests: Guests, reason: str
) -> None:
    seeker, conversation, supporter = await guests.pair()
    await seeker.leaves(reason)
    left = await supporter.hears("left")
    assert (left.text("by"), left.text("reason")) == ("seeker", reason)
    assert (await supporter.hears("ended")).text("reason") == "left"
    assert conversation.phase == "ended"


async def test_leaving_at_once_closes_the_socket_and_ends_the_conversation(
    guests: Guests,
) -> None:
    seeker, conversation, _ = await guests.pair()
    await seeker.leaves("quick_exit")
    await conversation.ended()
    failure = await _failure(seeker)
    assert failure.code == 4000


async def test_a_supporter_ends_with_an_outcome_and_the_seeker_may_still_say_how_it_was(
    guests: Guests,
) -> None:
    seeker, conversation, _ = await guests.pair()
    await conversation.ends("supported")
    await seeker.ended()
    await seeker.gives_feedback(mood=8, helped="a_bit")


async def test_feedback_comes_after_the_end_and_nothing_else_does(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    with pytest.raises(Refused, match="not_now"):
        await seeker.gives_feedback(helped="yes")
    await seeker.leaves()
    for says in (seeker.says, conversation.says):
        with pytest.raises(Refused):
            await says("one thing more")
    with pytest.raises(Refused, match="conversation_ended"):
        await seeker.asks_code()
    await seeker.gives_feedback(helped="yes")


async def test_an_ended_conversation_can_be_read_again_and_takes_feedback(guests: Guests) -> None:
    async with raw_seeker(guests.house.url, "hello") as socket:
        token = (await socket.hears("entered")).text("token")
        await socket.says("leave", reason="done")
        await socket.hears("ended")
    async with raw_socket(guests.house.url, "/ws/seeker") as again:
        await again.says("resume", token=token, since=0)
        assert (await again.hears("resumed")).text("phase") == "ended"
        assert (await again.hears("said")).text("text") == "hello"
        await again.hears("ended")
        await again.says("say", ref="late", text="one thing more")
        assert (await again.hears("refused")).text("reason") == "conversation_ended"
        await again.says("feedback", helped="yes")
        await again.hears("thanked")


async def test_a_supporter_has_as_many_conversations_as_there_is_room_for(guests: Guests) -> None:
    supporter = await guests.supporter(capacity=2)
    seekers = [await guests.seeker(f"I am number {number}") for number in range(3)]
    first, second = await supporter.takes(), await supporter.takes()
    assert [first.id, second.id] == [one.conversation for one in seekers[:2]]
    await second.says("hello, second")
    await first.says("hello, first")
    await seekers[0].sees("hello, first")
    await seekers[1].sees("hello, second")
    totals = await guests.house.parts.room.totals(guests.house.parts.now())
    assert (totals.waiting, totals.offered, totals.matched) == (1, 0, 2)
    await first.ends("supported")
    assert (await supporter.takes()).id == seekers[2].conversation


async def test_a_declined_offer_goes_to_the_next_supporter(guests: Guests) -> None:
    seeker = await guests.seeker()
    first = await guests.supporter("amina")
    offer = await first.hears("offered")
    second = await guests.supporter("bela")
    await first.declines(offer.text("offer"), "too_heavy")
    assert (await second.takes()).id == seeker.conversation
    with pytest.raises(Refused, match="offer_gone"):
        await first.accepts(offer.text("offer"))


async def test_an_offer_that_is_accepted_too_late_is_gone(guests: Guests) -> None:
    room = guests.house.parts.room
    seeker = await guests.seeker()
    supporter = await guests.supporter()
    offer = await supporter.hears("offered")
    await room.expire(guests.house.now(after=Matching().offer_seconds + 1))
    with pytest.raises(Refused, match="offer_gone"):
        await supporter.accepts(offer.text("offer"))
    assert seeker.phase == "waiting"
    assert not supporter.conversations


async def test_an_offer_nobody_answers_is_withdrawn_and_goes_on(guests: Guests) -> None:
    room = guests.house.parts.room
    seeker = await guests.seeker()
    first = await guests.supporter("amina")
    offer = (await first.hears("offered")).text("offer")
    second = await guests.supporter("bela")
    late = await room.expire(guests.house.now(after=Matching().offer_seconds + 1))
    assert [one.id for one in late] == [offer]
    assert (await first.hears("withdrawn")).text("offer") == offer
    assert (await second.takes()).id == seeker.conversation


async def test_a_conversation_handed_over_goes_to_the_front(guests: Guests) -> None:
    seeker, conversation, supporter = await guests.pair()
    await seeker.says("my story so far")
    earlier = await guests.seeker()
    await supporter.becomes("finishing")
    await conversation.hands_over("shift_over")
    left = await seeker.hears("left")
    assert (left.text("by"), left.text("reason")) == ("supporter", "handed_over")
    await _comes_to(seeker, 0)
    await _comes_to(earlier, 1)
    other = await guests.supporter("bela")
    taken = await other.takes()
    assert taken.id == seeker.conversation
    await taken.sees("my story so far")
    assert [line.text for line in taken.transcript] == ["my story so far"]
    await seeker.says("hello, somebody new")
    await taken.sees("hello, somebody new")


async def test_a_lost_supporter_sends_the_seeker_to_the_front(guests: Guests) -> None:
    house = guests.house
    seeker = await guests.seeker("my story so far")
    lost = await guests.supporter("chipo")
    await lost.takes()
    await seeker.matched()
    await lost.__aexit__(None, None, None)
    earlier = await guests.seeker()
    await house.sweeps(after=Matching().supporter_lease_seconds + 1)
    left = await seeker.hears("left")
    assert (left.text("by"), left.text("reason")) == ("supporter", "lost")
    await _comes_to(seeker, 0)
    await _comes_to(earlier, 1)
    other = await guests.supporter("bela")
    assert (await other.takes()).id == seeker.conversation


async def test_a_seeker_whose_language_nobody_speaks_is_told_and_may_widen(
    guests: Guests,
) -> None:
    supporter = await guests.supporter(languages=["en"])
    seeker = await guests.seeker(language="sn")
    told = await seeker.hears("waiting")
    assert (told.text("fit"), told.texts("languages")) == ("no_language", ["en"])
    await seeker.widens(["en"])
    assert (await supporter.takes()).id == seeker.conversation


async def test_a_seeker_is_told_honestly_when_nobody_is_on_duty(guests: Guests) -> None:
    seeker = await guests.seeker()
    told = await seeker.hears("waiting")
    assert told.text("fit") == "nobody"
    assert not told.has("low")


async def test_a_supporter_without_training_is_refused_and_offered_nothing(
    guests: Guests,
) -> None:
    seeker = await guests.seeker()
    novice = await guests.supporter("nia")
    assert (await novice.hears("refused")).text("reason") == "not_trained"
    trained = await guests.supporter()
    assert (await trained.takes()).id == seeker.conversation
    assert not [fact for fact in novice.heard if fact.kind == "offered"]


async def test_a_return_code_brings_the_conversation_to_another_browser(guests: Guests) -> None:
    seeker, conversation, _ = await guests.pair()
    await seeker.says("before")
    code = await seeker.asks_code()
    elsewhere = await guests.seeker(code=code)
    assert elsewhere.conversation == seeker.conversation
    assert (await _failure(seeker)).reason == "replaced"
    await elsewhere.says("after")
    await conversation.sees("after")
    assert [line.text for line in elsewhere.transcript] == ["before", "after"]


async def test_a_return_code_is_good_once_and_however_it_is_typed(guests: Guests) -> None:
    seeker = await guests.seeker("before")
    code = await seeker.asks_code()
    typed = f"  {code.upper().replace('-', '  ')} "
    await guests.seeker(code=typed)
    async with raw_socket(guests.house.url, "/ws/seeker") as socket:
        await socket.says("come_back", code=code)
        assert await socket.closed() == (4005, "token")


async def test_the_old_token_dies_with_the_return_code(guests: Guests) -> None:
    async with raw_seeker(guests.house.url, "hello") as old:
        token = (await old.hears("entered")).text("token")
        await old.says("request_code")
        code = (await old.hears("code_given")).text("code")
        elsewhere = await guests.seeker(code=code)
        assert (await old.closed())[1] == "replaced"
    async with raw_socket(guests.house.url, "/ws/seeker") as socket:
        await socket.says("resume", token=token)
        assert await socket.closed() == (4005, "token")
    await elsewhere.says("still here")


async def test_a_newer_tab_replaces_the_older_one(guests: Guests) -> None:
    async with raw_seeker(guests.house.url, "hello") as old:
        token = (await old.hears("entered")).text("token")
        async with raw_socket(guests.house.url, "/ws/seeker") as new:
            await new.says("resume", token=token, since=0)
            assert (await new.hears("resumed")).text("phase") == "waiting"
            assert await old.closed() == (4008, "replaced")
            await new.says("say", ref="r", text="from the new tab")
            await new.hears("accepted")


async def test_a_resume_replays_exactly_what_is_missing(guests: Guests) -> None:
    house = guests.house
    supporter = await guests.supporter()
    async with raw_seeker(house.url, "one") as socket:
        token = (await socket.hears("entered")).text("token")
        conversation = await supporter.takes()
        await socket.says("say", ref="mine", text="three")
        await socket.hears("accepted")
    await conversation.says("four")
    await conversation.says("five")
    for since, missing in ((0, [1, 2, 3, 4, 5]), (3, [4, 5]), (5, [])):
        async with raw_socket(house.url, "/ws/seeker") as again:
            await again.says("resume", token=token, since=since)
            resumed = await again.hears("resumed")
            assert (resumed.number("last"), resumed.text("phase")) == (5, "talking")
            await again.says("say", ref="mine", text="three")  # resent: answered, not shown
            await again.hears("accepted")
            entries = [fact for fact in again.facts if fact.kind in ("said", "matched")]
            assert [fact.number("seq") for fact in entries] == missing
            own = [fact.text("ref") for fact in entries if fact.number("seq") == 3]
            assert own == ["mine"] * len(own)


async def test_a_position_beyond_the_end_is_answered_by_reset_and_everything(
    guests: Guests,
) -> None:
    async with raw_seeker(guests.house.url, "one") as socket:
        token = (await socket.hears("entered")).text("token")
        await socket.hears("said")
    async with raw_socket(guests.house.url, "/ws/seeker") as again:
        await again.says("resume", token=token, since=99)
        await again.hears("resumed")
        await again.hears("reset")
        assert (await again.hears("said")).number("seq") == 1


async def test_a_waiting_seeker_who_was_cut_off_keeps_the_place(guests: Guests) -> None:
    seeker, later = await guests.seeker("first"), await guests.seeker("second")
    seeker.drop()
    await seeker.hears("resumed")
    await _comes_to(seeker, 0)
    await _comes_to(later, 1)


async def test_a_seeker_who_does_not_come_back_gives_the_place_up(guests: Guests) -> None:
    house = guests.house
    async with Seeker(house.url, opening="hello") as gone:
        id_ = id_of(gone)
    await house.sweeps(after=Matching().seeker_grace_seconds + 1)
    record = await house.parts.log.find(id_)
    assert record is not None
    assert record.phase == "ended"
    assert id_ not in {one for one, _ in await house.parts.room.live()}


async def test_a_supporter_who_comes_back_has_all_conversations_again(guests: Guests) -> None:
    seeker, conversation, supporter = await guests.pair()
    await seeker.says("before")
    await conversation.sees("before")
    supporter.drop()
    await seeker.says("meanwhile")
    await conversation.sees("meanwhile")
    assert [*conversation.transcript] == [*seeker.transcript]
    assert supporter.visits == 2


async def test_a_supporter_sees_whether_the_seeker_is_connected(
    guests: Guests, house: House
) -> None:
    supporter = await guests.supporter()
    async with raw_seeker(house.url, "hello") as socket:
        token = (await socket.hears("entered")).text("token")
        await supporter.takes()
        await socket.hears("matched")
    assert not (await supporter.hears("presence")).true("connected", default=True)
    async with raw_socket(house.url, "/ws/seeker") as again:
        await again.says("resume", token=token, since=0)
        await again.hears("resumed")
        assert (await supporter.hears("presence")).true("connected", default=True)


async def test_a_crowd_is_paired_one_to_one(guests: Guests) -> None:
    """Promise 5, on real sockets: nobody is in two conversations, no supporter has too many."""
    supporters = [await guests.supporter(name, capacity=2) for name in ("amina", "bela", "chipo")]
    seekers = await asyncio.gather(*(guests.seeker(f"number {n}") for n in range(6)))
    taken = await asyncio.gather(*(_takes_two(supporter) for supporter in supporters))
    ids = [id_ for pair in taken for id_ in pair]
    assert sorted(ids) == sorted(seeker.conversation for seeker in seekers)
    for seeker in seekers:
        await seeker.matched()


async def _takes_two(supporter: Supporter) -> list[str]:
    return [(await supporter.takes()).id for _ in range(2)]


async def _comes_to(seeker: Seeker, place: int) -> None:
    """Wait until a seeker is told this place."""
    while (await seeker.hears("waiting")).number("place") != place:
        pass


async def _failure(seeker: Seeker) -> Lost:
    """Return why a seeker's socket was closed for good."""
    with pytest.raises(Lost) as caught:
        while True:
            await seeker.hears("never")
    return caught.value
