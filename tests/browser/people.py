"""People at browsers: what a seeker, a supporter and a supervisor do and see on their pages."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.people import PASSPHRASE
from tests.support.proxy import Proxy

PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_MS)

    def the(self, name: str) -> Locator:
        """Return what is marked with this name."""
        return self.page.locator(f'[data-test="{name}"]')

    async def clicks(self, name: str) -> None:
        """Click what is marked with this name."""
        await self.the(name).first.click()

    async def sees(self, name: str, text: str | re.Pattern[str] | None = None) -> None:
        """Wait until it is there, with this text."""
        await expect(self.the(name).first).to_be_visible()
        if text is not None:
            await expect(self.the(name).filter(has_text=text).first).to_be_visible()

    async def says(self, text: str) -> None:
        """Write a line and send it."""
        await self.the("composer").fill(text)
        await self.clicks("send")

    async def sees_line(self, text: str) -> None:
        """Wait until a line is there."""
        await expect(self.the("line").filter(has_text=text).first).to_be_visible()

    async def lines(self) -> list[str]:
        """Return the lines that are shown, in order."""
        return [text.strip() for text in await self.the("line").all_inner_texts()]

    async def is_accessible(self) -> None:
        """Find nothing wrong with the page as it is now, in light and in dark."""
        schemes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
        for scheme in schemes:
            await self.page.emulate_media(color_scheme=scheme)
            report = await Axe().run(self.page)
            assert report.violations_count == 0, report.generate_report()

    async def is_pictured(self, name: str) -> None:
        """Keep a picture of the page for the README."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        if name == "supervisor":
            await self.page.evaluate("scrollTo(0, 0)")
        await self.page.screenshot(path=PICTURES / f"{name}.png")


@dataclass
class House:
    """Where people come to."""

    browser: Browser
    url: str
    proxy: Proxy

    async def opens(self, path: str, *, base: str = "", width: int = 1280) -> Person:
        """Open a page in a browser of its own."""
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": width, "height": 860}, locale="en-GB"
        )
        page = await context.new_page()
        person = Person(page)
        await page.goto(f"{base or self.url}{path}")
        return person

    async def staff(self, name: str, path: str, *, base: str = "") -> Person:
        """Log in, and open the page of staff."""
        person = await self.opens(f"/login?next={path}", base=base)
        await person.the("name").fill(name)
        await person.the("passphrase").fill(PASSPHRASE)
        await person.clicks("log-in")
        await person.page.wait_for_url(f"**{path}")
        await expect(person.the("link")).to_have_attribute("data-link", "open")
        return person

    async def seeker(self, opening: str, *, base: str = "") -> Person:
        """Come in as a seeker with opening words, and wait."""
        seeker = await self.opens("/", base=base, width=420)
        await seeker.sees("welcome")
        await seeker.is_pictured("welcome")
        await seeker.is_accessible()
        await seeker.clicks("begin")
        await seeker.clicks("language-en")
        if await seeker.the("question-language").is_visible():
            await seeker.clicks("next")
        await seeker.clicks("next")
        await seeker.is_accessible()
        await seeker.the("opening").fill(opening)
        await seeker.clicks("next")
        await seeker.clicks("skip")
        await seeker.sees("waiting")
        return seeker
