"""Too many come at once: a seeker's browser works for some moments, and the seeker is let in."""

import asyncio

from playwright.async_api import Route

from tests.browser.people import House
from tests.support.raw import asks


async def test_a_seeker_gets_in_by_a_proof_of_work(house: House) -> None:
    for _ in range(250):
        await asks(house.url, "/api/enter", {})
    slowly = asyncio.Event()
    answers: list[dict[str, object]] = []

    async def held(route: Route) -> None:
        """Hold back the proof, so that the page's words about it can be read."""
        answer = await route.fetch()
        answers.append(await answer.json())
        if len(answers) > 1:
            await slowly.wait()
        await route.fulfill(response=answer)

    seeker = await house.opens("/", width=420)
    await seeker.page.route("**/api/enter", held)
    await seeker.clicks("begin")
    for _ in range(4):
        await seeker.clicks("skip")
    await seeker.sees("work", "Many people are coming just now")
    await seeker.sees("work", "Find A Helpline")
    await seeker.is_accessible()
    await seeker.is_pictured("work")
    slowly.set()
    await seeker.sees("waiting-card")
    assert "challenge" in answers[0]
    assert "admission" in answers[1]
