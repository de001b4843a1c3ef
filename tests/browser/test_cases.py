"""A held case in real browsers: proposed, confirmed by somebody else, read, and told of."""

from playwright.async_api import expect

from tests.browser.people import House

CRISIS = "I want to end my life tonight"


async def test_two_supervisors_hold_a_case_and_its_seeker_is_told(house: House) -> None:
    one = await house.staff("grace", "/supervisor")
    seeker = await house.seeker(CRISIS)
    await one.clicks("hold")
    await one.sees("hold-dialog", "Somebody else has to confirm")
    await one.is_accessible()
    await one.is_pictured("hold")
    await one.clicks("hold-yes")
    await one.clicks("tab-cases")
    await one.sees("cases", "You proposed 30 days")
    other = await house.staff("henry", "/supervisor")
    await other.sees("proposal", "Grace proposes to hold the case of")
    await other.is_accessible()
    await other.is_pictured("called")
    await expect(one.the("proposal")).to_have_count(0)
    await other.clicks("proposal-look")
    await other.sees("cases", "Grace proposes 30 days")
    await other.is_pictured("proposed")
    await other.clicks("hold-confirm")
    await other.sees("cases", "Held until")
    await expect(other.the("proposal")).to_have_count(0)
    await one.sees("cases", "Held until")
    await other.clicks("case-read")
    await other.sees("case-log", CRISIS)
    await other.is_accessible()
    await other.is_pictured("case")
    await seeker.clicks("erase")
    await seeker.clicks("erase-sure")
    await seeker.sees("held", "erased, but for one copy")
    await seeker.is_accessible()
    await seeker.is_pictured("held")
