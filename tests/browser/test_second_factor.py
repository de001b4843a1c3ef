"""Second factors in a real browser: a code generator and a passkey, set up and used."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, expect
from pyotp.totp import TOTP
from redis.asyncio import Redis

from config import clock
from config.sections import Staff
from config.settings import Settings, Store, Web
from staff.sessions import NEVER, Session
from store.client import connect
from store.embedded import embedded, socket_path
from tests.browser.people import House, Person
from tests.support.people import PASSPHRASE, employ
from tests.support.proxy import Proxy
from web.serve import running


@pytest.fixture
async def strict(tmp_path: Path, browser: Browser) -> AsyncGenerator[House]:
    """A house in which everybody needs a second factor, by a name that passkeys can belong to."""
    folder = tmp_path / "data"
    async with embedded(folder) as store_url, connect(store_url) as store:
        await employ(store, "amina")
    settings = Settings(
        store=Store(folder=str(folder)), web=Web(port=0), staff=Staff(second_factor="all")
    )
    async with running(settings) as url, Proxy.to(url) as proxy:
        yield House(browser, url.replace("127.0.0.1", "localhost"), proxy)


async def has_a_device(person: Person) -> None:
    """Give the browser a device that keeps passkeys and knows its owner."""
    devtools = await person.page.context.new_cdp_session(person.page)
    await devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})


async def forgets_proofs(folder: Path) -> None:
    """Let the server believe that everybody inside proved who they are long ago."""
    async with Redis(unix_socket_path=str(socket_path(folder))) as store:
        async for key in store.scan_iter(match="{staff}:session:*"):
            kept = await store.get(key)
            assert isinstance(kept, bytes)
            session = msgspec.msgpack.decode(kept, type=Session)
            old = replace(session, confirmed=NEVER)
            await store.set(key, msgspec.msgpack.encode(old), keepttl=True)


async def logs_in(person: Person) -> None:
    await person.the("name").fill("amina")
    await person.the("passphrase").fill(PASSPHRASE)
    await person.clicks("log-in")


async def test_a_new_person_sets_up_an_app_and_a_passkey_and_comes_in_with_each(
    strict: House, tmp_path: Path
) -> None:
    amina = await strict.opens("/login?next=/supporter", width=360)
    await has_a_device(amina)
    await logs_in(amina)
    await amina.sees("owes")
    await amina.is_accessible()

    await amina.clicks("add-totp")
    await amina.sees("picture")
    await amina.is_accessible()
    secret = (await amina.the("secret").inner_text()).replace(" ", "")
    await amina.the("first-code").fill("000000")
    await amina.clicks("confirm-totp")
    await amina.sees("dialog-problem", "not right")
    await amina.the("first-code").fill(TOTP(secret).at(clock.now() // 1000))
    await amina.clicks("confirm-totp")
    await expect(amina.the("recovery-code")).to_have_count(10)
    await amina.is_accessible()
    await amina.clicks("dialog-close")

    await amina.clicks("add-passkey")
    await amina.the("passkey-name").fill("My laptop")
    await amina.clicks("confirm-passkey")
    await amina.sees("factors", "My laptop")
    await expect(amina.the("session")).to_have_count(1)
    await amina.is_accessible()

    await forgets_proofs(tmp_path / "data")
    await amina.clicks("new-codes")
    await amina.sees("step-up")
    await amina.is_accessible()
    await amina.clicks("use-passkey")
    await expect(amina.the("recovery-code")).to_have_count(10)
    code = await amina.the("recovery-code").first.inner_text()
    await amina.clicks("dialog-close")
    await amina.clicks("sign-out-everywhere")

    await amina.page.wait_for_url("**/login")
    await logs_in(amina)
    await amina.sees("factor")
    await amina.is_accessible()
    await amina.clicks("use-passkey")
    await amina.page.wait_for_url("**/supporter")
    await amina.clicks("log-out")

    await amina.page.wait_for_url("**/login?**")
    await logs_in(amina)
    await amina.the("code").fill(TOTP(secret).at(clock.now() // 1000 + 30))
    await amina.page.keyboard.press("Enter")
    await amina.page.wait_for_url("**/supporter")
    await amina.clicks("log-out")

    await amina.page.wait_for_url("**/login?**")
    await logs_in(amina)
    await amina.clicks("by-recovery")
    await amina.the("code").fill(code.upper())
    await amina.clicks("prove")
    await amina.sees("spent", "9 recovery codes")
    await amina.clicks("go-on")
    await amina.page.wait_for_url("**/supporter")
