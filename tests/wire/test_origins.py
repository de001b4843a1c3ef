"""From where one may do what: every origin, on both sockets and on all that changes something."""

import re
from urllib.parse import urlsplit

import pytest

from tests.support.plain import head, plain
from tests.support.raw import an_admission, asks, raw_socket
from tests.support.running import ADMINISTRATOR, Guests, House
from web.app import all_routes
from web.origins import foreign_origin, own_origin

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREIGN = (
    "null",
    "https://elsewhere.example",
    "http://{host}",  # the port of http
    "http://{host}:1",
    "http://{host}:{port}0",
    "http://{host}.:{port}",
    "http://{host}.elsewhere.example:{port}",
    "http://elsewhere.example.{host}:{port}",
    "http://{host}:{port}.elsewhere.example",
    "http://{host}:{port}@elsewhere.example",
    "http://elsewhere.example@{host}:{port}",
    "http://elsewhere.example#{host}:{port}",
    "http://x{host}:{port}",
    "http://{host}:{port}/",
    "http://{host}:{port}/page",
    "http://{host}:{port}?",
    "http://{host}:{port} http://elsewhere.example",
    "http://elsewhere.example, http://{host}:{port}",
    "HTTP://{host}:{port}",
    "ws://{host}:{port}",
    "ftp://{host}:{port}",
    "file://",
    "{host}:{port}",
    "//{host}:{port}",
    "*",
    "undefined",
    "chrome-extension://abcdefghijklmnop",
    "http://[::1]:{port}",
)
OWN = ("http://{host}:{port}", "https://{host}:{port}")
OPEN = ("/api/enter", "/api/staff/login")
"""What one may ask for without being logged in, and so without saying where one comes from."""


def _changes(house: House) -> list[str]:
    """Return all that changes something."""
    found = [
        route.path for route in all_routes(house.app.house) if "GET" not in (route.methods or ())
    ]
    return [re.sub(r"{\w+(:\w+)?}", "someone", path) for path in found]


def _at(house: House, claimed: str) -> str:
    place = urlsplit(house.url)
    return claimed.format(host=place.hostname, port=place.port)


@pytest.mark.parametrize("claimed", FOREIGN)
async def test_a_foreign_page_opens_no_socket_and_changes_nothing(
    house: House, claimed: str
) -> None:
    page = _at(house, claimed)
    cookie = await house.header(ADMINISTRATOR)
    for path in ("/ws/seeker", "/ws/staff"):
        async with raw_socket(house.url, path, page=page, cookie=cookie) as socket:
            assert await socket.closed() == (4014, "origin")
    for path in _changes(house):
        answer = await asks(house.url, path, {}, page=page, cookie=cookie)
        assert (answer.status, answer.error) == (403, "origin"), path
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 200


@pytest.mark.parametrize("claimed", OWN)
async def test_our_own_page_is_let_in(house: House, guests: Guests, claimed: str) -> None:
    page = _at(house, claimed)
    cookie = await house.header("amina")
    async with raw_socket(house.url, "/ws/seeker", page=page) as socket:
        await socket.says("enter", admission=await an_admission(house.url), language="en")
        await socket.hears("entered")
    answer = await asks(house.url, "/api/staff/admission", {}, page=page, cookie=cookie)
    async with raw_socket(house.url, "/ws/staff", page=page, cookie=cookie) as socket:
        await socket.says("attend", admission=answer.text("admission"))
        await socket.hears("attending")


async def test_whoever_says_no_origin_is_no_browser_and_has_no_cookie(house: House) -> None:
    """Programs say none; a browser always does where it would send a cookie that changes things."""
    cookie = await house.header(ADMINISTRATOR)
    async with raw_socket(house.url, "/ws/staff", page=None, cookie=cookie) as socket:
        assert await socket.closed() == (4014, "origin")
    for path in _changes(house):
        if path in OPEN:
            continue
        answer = await asks(house.url, path, {}, page=None, cookie=cookie)
        assert (answer.status, answer.error) == (403, "origin"), path
    async with raw_socket(house.url, "/ws/seeker", page=None) as socket:
        await socket.says("ping")
        assert (await socket.closed())[0] == 4003


async def test_of_two_origins_a_foreign_one_does_not_hide_behind_ours(house: House) -> None:
    cookie = f"Cookie: {await house.header('amina')}"
    async with plain(house.url) as peer:
        peer.sends(head(house.url, "/ws/staff", cookie, "Origin: https://elsewhere.example"))
        assert await peer.status() == 400


@pytest.mark.parametrize("host", ["elsewhere.example", "talk.example:443", "talk.example.x"])
async def test_with_a_public_origin_the_host_that_was_asked_counts_for_nothing(
    house: House, host: str
) -> None:
    public = "https://talk.example"
    for claimed in (f"https://{host}", f"http://{host}", "http://talk.example", "null"):
        headers = {b"origin": claimed.encode(), b"host": host.encode()}
        assert foreign_origin(headers, public)
        assert not own_origin(headers, public)
    headers = {b"origin": public.encode(), b"host": host.encode()}
    assert own_origin(headers, public)
    assert not foreign_origin(headers, public)
