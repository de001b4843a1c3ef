"""Real Chromium, a real server, and a wire between them that can be cut."""

import os
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from config.settings import Settings, Store, Web
from store.client import connect
from store.embedded import embedded
from tests.browser.people import House
from tests.support.people import employ
from tests.support.proxy import Proxy
from web.serve import running

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    path = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        await browser.close()


@pytest.fixture
async def house(tmp_path: Path, browser: Browser) -> AsyncGenerator[House]:
    folder = tmp_path / "data"
    async with embedded(folder) as store_url, connect(store_url) as store:
        await employ(store, "amina", supervisors=("grace", "henry"))
    settings = Settings(
        store=Store(folder=str(folder)), web=Web(port=0, trusted_proxies=("127.0.0.1",))
    )
    async with running(settings) as url, Proxy.to(url) as proxy:
        yield House(browser, url, proxy)


def find_chromium() -> str:
    """Return the browser that `tools/ensure_chromium` has made sure of."""
    named = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    apple = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    found = named or next(filter(None, map(shutil.which, names)), apple)
    assert Path(found).exists(), "no Chromium: run tools/ensure_chromium"
    return found
