"""News of the place: who begins to wait hears at once, and does not make everybody hear."""

from chat.protocol import Leave
from tests.support.meeting import meeting


async def test_a_newcomer_is_told_alone_and_the_others_in_the_next_round() -> None:
    async with meeting() as house:
        first = await house.comes()
        house.clock.go(1)
        second = await house.comes()
        assert (await first.sees("waiting"))["place"] == 0
        assert (await second.sees("waiting"))["place"] == 1
        await first.does(Leave(reason="not_now"))
        await first.sees("ended")
        house.clock.go(1)
        third = await house.comes()
        assert (await third.sees("waiting"))["place"] == 1
        assert len(second.screen.of("waiting")) == 1, "the next round is for the others"
        await house.news.push([second.session, third.session])
        assert (await second.sees("waiting", 2))["place"] == 0
        assert len(third.screen.of("waiting")) == 1, "nothing new for them"
