"""Three browsers live through a whole conversation; one loses the network in the middle."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.people import House, Person

CRISIS = "I want to end my life tonight"


async def pair(
    house: House, *, of_supporter: str = "", of_seeker: str = ""
) -> tuple[Person, Person]:
    """Let a supporter and a seeker meet, each by an address of the house, or by its own."""
    supporter = await house.staff("amina", "/supporter", base=of_supporter)
    await supporter.clicks("availability-available")
    seeker = await house.seeker("hello", base=of_seeker)
    await supporter.sees("offer")
    await supporter.clicks("accept")
    await seeker.sees("matched")
    return supporter, seeker


async def test_three_people_live_through_a_conversation(house: House) -> None:
    supervisor = await house.staff("grace", "/supervisor")
    supporter = await house.staff("amina", "/supporter")
    seeker = await house.seeker("I feel very low since my brother moved away")
    await seeker.sees("waiting-card")
    await seeker.sees("fit-nobody")
    await supporter.clicks("availability-available")
    await seeker.sees("place")
    await seeker.is_pictured("waiting")
    await seeker.is_accessible()

    await supporter.sees("offer")
    await supporter.clicks("accept")
    await seeker.sees("matched", "Amina")
    await supporter.sees_line("I feel very low since my brother moved away")

    await supporter.says("Hello. I am glad you are here.")
    await seeker.sees_line("Hello. I am glad you are here.")
    await seeker.says("Thank you for being here. My number is 07700 900123")
    await seeker.sees("masked")
    await supporter.sees_line("Thank you for being here")

    await seeker.says(CRISIS)
    await supporter.sees("flagged")
    await supporter.sees("steps")
    await seeker.sees("helped", "Find A Helpline")
    await seeker.is_pictured("talk")
    await seeker.is_accessible()
    await expect(supporter.page.get_by_text("Conversations: 1 of 2").first).to_be_visible()
    await supporter.is_pictured("supporter")
    await supporter.is_accessible()
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
    await supervisor.is_accessible()
    assert "safe right now" not in await seeker.page.content()

    await supervisor.clicks("resolve")
    await supervisor.the("outcome").select_option("safe_for_now")
    await supervisor.the("resolve-note").fill("A friend comes over")
    await supervisor.clicks("resolve-yes")
    await expect(supervisor.the("escalation-row")).to_have_count(0)

    await supporter.clicks("end")
    await supporter.clicks("outcome-supported")
    await seeker.sees("after-mood")
    await seeker.is_accessible()
    await seeker.clicks("feedback-mood-6")
    await seeker.clicks("next")
    await seeker.clicks("feedback-yes")
    await seeker.sees("after-next")


async def test_nothing_is_lost_or_doubled_when_the_network_drops_for_ten_seconds(
    house: House,
) -> None:
    supporter, seeker = await pair(house, of_seeker=house.proxy.url)
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


async def test_a_supporter_whose_network_was_away_sees_that_the_talk_has_ended(
    house: House,
) -> None:
    supporter, seeker = await pair(house, of_supporter=house.proxy.url)
    house.proxy.cut()
    await expect(supporter.the("link")).not_to_have_attribute("data-link", "open")
    await seeker.clicks("leave")
    await seeker.clicks("leave-done")
    await seeker.sees("after-mood")
    house.proxy.mend()
    await expect(supporter.the("link")).to_have_attribute("data-link", "open")
    await supporter.sees("ended")


async def test_leaving_now_blanks_the_page_and_tells_the_supporter(house: House) -> None:
    supporter, seeker = await pair(house)
    await seeker.page.route("**/*wikipedia*/**", lambda route: route.fulfill(body="elsewhere"))
    for _ in range(3):
        await seeker.page.keyboard.press("Shift")
    await expect(seeker.page).to_have_url(re.compile("wikipedia"))
    assert "hello" not in await seeker.page.content()
    await supporter.sees("left-quick-exit")


async def test_leaving_now_is_told_though_the_socket_goes_down_with_the_page(house: House) -> None:
    supporter, seeker = await pair(house)
    await seeker.page.evaluate("WebSocket.prototype.send = () => {}")
    await seeker.page.route("**/*wikipedia*/**", lambda route: route.fulfill(body="elsewhere"))
    await seeker.clicks("quick-exit")
    await expect(seeker.page).to_have_url(re.compile("wikipedia"))
    await supporter.sees("left-quick-exit")


async def test_a_seeker_comes_back_from_another_browser_with_a_code(house: House) -> None:
    supporter = await house.staff("amina", "/supporter")
    first = await house.seeker("hello")
    await first.clicks("request-code")
    code = await first.the("code-given").inner_text()
    second = await house.opens("/", width=420)
    await second.clicks("code-panel")
    await second.the("code").fill(code)
    await second.clicks("code-use")
    await second.sees("waiting")
    await second.sees_line("hello")
    await first.sees("trouble-elsewhere")
    await supporter.clicks("availability-available")
    await supporter.sees("offer")
    await supporter.clicks("accept")
    await second.sees("matched")


async def test_a_supervisor_looks_after_the_roster(house: House) -> None:
    supervisor = await house.staff("grace", "/supervisor")
    await supervisor.clicks("tab-roster")
    await supervisor.is_accessible()
    await supervisor.clicks("add")
    await supervisor.the("add-name").fill("tendai")
    await supervisor.the("add-display").fill("Tendai")
    await supervisor.clicks("add-language-en")
    await supervisor.clicks("add-yes")
    passphrase = await supervisor.the("passphrase").inner_text()
    await supervisor.clicks("dialog-close")
    newcomer = await house.opens("/login?next=/supporter")
    await newcomer.is_accessible()
    await newcomer.the("name").fill("tendai")
    await newcomer.the("passphrase").fill(passphrase)
    await newcomer.clicks("log-in")
    await newcomer.sees("change")
    await newcomer.the("new").fill("a calm river in spring")
    await newcomer.clicks("set-passphrase")
    await newcomer.page.wait_for_url("**/supporter")
    await newcomer.sees("no-training")


async def test_a_seeker_erases_what_was_said_and_it_is_gone_from_both_pages(house: House) -> None:
    supporter = await house.staff("amina", "/supporter")
    seeker = await house.seeker("something that I would rather take back")
    await supporter.clicks("availability-available")
    await supporter.clicks("accept")
    await supporter.sees_line("something that I would rather take back")
    await seeker.sees("talk")
    await seeker.clicks("erase")
    await seeker.sees("erase-dialog", "Nobody can bring them back")
    await seeker.is_accessible()
    await seeker.clicks("dialog-close")
    assert any("take back" in line for line in await seeker.lines()), "it asked first"
    await seeker.clicks("erase")
    await seeker.clicks("erase-sure")
    await seeker.sees("after-mood", "Everything that was said is erased")
    await expect(supporter.page.get_by_text("they erased everything").first).to_be_visible()
    for person in (seeker, supporter):
        assert "take back" not in await person.page.content()
    await expect(seeker.the("erase")).to_have_count(0)
