"""Lines that come in one turn of the loop are screened together, and each gets its own verdict."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from chat.screener import AT_ONCE, Screener
from config.risk import Risk
from safety.verdict import Said
from tests.support.talks import screen

CALM, GRAVE = "we went for a walk", "i want to kill myself"


@given(st.lists(st.booleans(), min_size=1, max_size=3 * AT_ONCE))
@settings(max_examples=10, deadline=None)
def test_everybody_gets_the_verdict_on_their_own_line(grave: list[bool]) -> None:
    async def ask() -> list[bool]:
        screener = Screener(screen())
        lines = [Said(GRAVE if each else CALM, "seeker", "en") for each in grave]
        screened = await asyncio.gather(*[screener.screen(line) for line in lines])
        return [each.verdict.risk >= Risk.ELEVATED for each in screened]

    assert asyncio.run(ask()) == grave


async def test_one_who_goes_meanwhile_takes_nobody_along() -> None:
    screener = Screener(screen())
    gone, stays = [
        asyncio.ensure_future(screener.screen(Said(GRAVE, "seeker", "en"))) for _ in range(2)
    ]
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).verdict.risk >= Risk.ELEVATED
    assert gone.cancelled()


async def test_whoever_speaks_long_after_is_heard_too() -> None:
    screener = Screener(screen())
    for text, grave in ((CALM, False), (GRAVE, True)):
        screened = await screener.screen(Said(text, "seeker", "en"))
        assert (screened.verdict.risk >= Risk.ELEVATED) == grave
    assert screener.faults == screen().faults
