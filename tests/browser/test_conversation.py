"""Three browsers live through a whole conversation; one loses the network in the middle."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.people import House

CRISIS = "I want to end my life tonight"


async def test_three_people_live_through_a_conversation(house: House) -> None:
    supervisor = await house.staff("grace", "/supervisor")
    supporter = await house.staff("amina", "/supporter")
    seeker = await house.seeker("I feel very low since my brother moved away")
    await seeker.sees("waiting-card")
    await seeker.sees("fit-nobody")
    await supporter.clicks("availability-available")
    await seeker.sees("place")
    await seeker.is_pictured("waiting")

    await supporter.sees("offer")
    await supporter.clicks("accept")
    await seeker.sees("matched", "Amina")
    await supporter.sees_line("I feel very low since my brother moved away")

    await supporter.says("Hello. I am glad you are here.")
    await seeker.sees_line("Hello. I am glad you are here.")
    await seeker.says("Thank you for being here")
    await supporter.sees_line("Thank you for being here")

    await seeker.says(CRISIS)
    await supporter.sees("flagged")
    await supporter.sees("steps")
    await seeker.sees("helped", "Find A Helpline")
    await seeker.is_pictured("talk")
    await supporter.is_pictured("supporter")
    await supervisor.sees("escalation-row")
    await supervisor.sees("escalation-row", re.compile("end my life", re.IGNORECASE))
    await supervisor.clicks("acknowledge")
    await supervisor.sees("resolve")

    await supervisor.clicks("watch")
    await expect(supervisor.the("watched")).to_have_attribute("data-part", "watcher")
    await supervisor.the("whisper").fill("Ask if they are safe right now")
    await supervisor.clicks("whisper-send")
    await supporter.sees("whispered", "Ask if they are safe right now")
    await supervisor.clicks("join")
    await seeker.sees("joined")
    await supervisor.says("I am here too. We stay with you.")
    await seeker.sees_line("I am here too. We stay with you.")
    await supervisor.is_pictured("supervisor")
    assert "safe right now" not in await seeker.page.content()

    await supervisor.clicks("resolve")
    await supervisor.the("outcome").select_option("safe_for_now")
    await supervisor.the("resolve-note").fill("A friend comes over")
    await supervisor.clicks("resolve-yes")
    await expect(supervisor.the("escalation-row")).to_have_count(0)

    await supporter.clicks("end")
    await supporter.clicks("outcome-supported")
    await seeker.sees("after-mood")
    await seeker.clicks("feedback-mood-6")
    await seeker.clicks("next")
    await seeker.clicks("feedback-yes")
    await seeker.sees("after-next")


async def test_nothing_is_lost_or_doubled_when_the_network_drops_for_ten_seconds(
    house: House,
) -> None:
    supporter = await house.staff("amina", "/supporter")
    await supporter.clicks("availability-available")
    seeker = await house.seeker("hello", base=house.proxy.url)
    await supporter.sees("offer")
    await supporter.clicks("accept")
    await seeker.sees("matched")
    await seeker.says("before the gap")
    await supporter.sees_line("before the gap")

    house.proxy.cut()
    await seeker.sees("reconnecting")
    await seeker.says("written in the gap")
    await supporter.says("said in the gap")
    await asyncio.sleep(10)  # the length of the gap is what is tested
    house.proxy.mend()

    await seeker.sees_line("said in the gap")
    await supporter.sees_line("written in the gap")
    await seeker.says("after the gap")
    await supporter.sees_line("after the gap")
    for person in (seeker, supporter):
        text = " ".join(await person.lines())
        for line in ("before the gap", "written in the gap", "said in the gap", "after the gap"):
            assert text.count(line) == 1
    await expect(seeker.the("reconnecting")).to_be_hidden()
