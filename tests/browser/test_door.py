"""At the door, in browsers: a supervisor blocks and lifts, and switches raid mode on and off."""

from playwright.async_api import expect

from client.seeker import Seeker
from tests.browser.people import House
from tests.support.running import an_address


async def test_a_supervisor_blocks_a_talk_and_looks_after_the_block(house: House) -> None:
    here = an_address()
    supporter = await house.staff("amina", "/supporter")
    await supporter.clicks("availability-available")
    supervisor = await house.staff("grace", "/supervisor")
    async with Seeker(house.url, forwarded_for=here) as abuser:
        await supporter.clicks("accept")
        await supervisor.clicks("watch")
        await supervisor.clicks("block")
        await supervisor.the("block-reason").select_option("threat")
        await supervisor.the("block-grade").select_option("paused")
        await supervisor.the("block-hours").select_option("6")
        await supervisor.clicks("block-yes")
        await abuser.ended()
    await supervisor.sees("held-row", "Threat")

    seeker = await house.opens("/", width=420)
    await seeker.page.set_extra_http_headers({"X-Forwarded-For": here})
    await seeker.clicks("begin")
    for _ in range(4):
        await seeker.clicks("skip")
    await seeker.sees("entry-paused", "may have been someone else")
    await seeker.sees("trouble", "Find A Helpline")
    await seeker.is_accessible()
    await seeker.is_pictured("paused")

    await supervisor.clicks("raid-ask")
    await supervisor.clicks("raid-yes")
    await supervisor.sees("raid", "Raid mode is on")
    await supervisor.is_accessible()
    await supervisor.the("raid").scroll_into_view_if_needed()
    await supervisor.is_pictured("door")
    await supervisor.clicks("raid-off")
    await supervisor.sees("raid-ask")
    await supervisor.clicks("lift")
    await expect(supervisor.the("held-row")).to_have_count(0)
