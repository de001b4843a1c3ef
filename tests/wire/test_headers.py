"""The headers of whatever the server answers: pages, files, facts, refusals and errors."""

import re

import pytest

from tests.support.plain import plain
from tests.support.raw import Answer, asks
from tests.support.running import House
from web.app import all_routes

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = ("/", "/supporter", "/supervisor", "/login", "/account")
FILES = (
    "/static/js/seeker.js",
    "/static/css/page.css",
    "/locales/en.ftl",
    "/static/vendor/LICENCES.txt",
)
FACTS = ("/api/info", "/health/live", "/health/ready", "/metrics")
REFUSALS = {
    "/no": 404,
    "/static/../web/serve.py": 404,
    "/static/%2e%2e/%2e%2e/pyproject.toml": 404,
    "/favicon.ico": 204,
    "/api/enter": 405,
    "/api/roster": 401,
    "/api/staff/me": 401,
}
PROMISED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TELLING = ("server", "date", "x-powered-by", "access-control-allow-origin", "via", "set-cookie")


def _assert_guarded(answer: Answer) -> None:
    for name, value in PROMISED.items():
        assert answer.headers[name] == value
    for sense in ("camera", "microphone", "geolocation"):
        assert f"{sense}=()" in answer.headers["permissions-policy"]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert not [name for name in TELLING if name in answer.headers]


@pytest.mark.parametrize("path", [*PAGES, *FACTS])
async def test_pages_and_facts_are_guarded_and_kept_by_nobody(house: House, path: str) -> None:
    answer = await asks(house.url, path)
    assert answer.status == 200
    _assert_guarded(answer)
    assert answer.headers["cache-control"] == "no-store"


async def test_whatever_is_asked_the_answer_is_guarded(house: House) -> None:
    for route in all_routes(house.app.house):
        body = b"{}" if "POST" in (route.methods or ()) else None
        answer = await asks(house.url, re.sub(r"{\w+(:\w+)?}", "someone", route.path), body)
        assert answer.status < 500, route.path
        _assert_guarded(answer)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_what_we_served_and_nothing_else(house: House, path: str) -> None:
    policy = (await asks(house.url, path)).headers["content-security-policy"]
    said = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert said["script-src"] == said["style-src"] == said["connect-src"] == "'self'"
    assert said["base-uri"] == "'none'"
    assert said["form-action"] == "'self'"


@pytest.mark.parametrize("path", FILES)
async def test_a_file_is_guarded_and_asked_for_again_by_its_tag(house: House, path: str) -> None:
    answer = await asks(house.url, path)
    assert answer.status == 200
    _assert_guarded(answer)
    assert answer.headers["cache-control"] == "no-cache"
    again = await asks(house.url, path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    _assert_guarded(again)


@pytest.mark.parametrize("path", REFUSALS)
async def test_a_refusal_is_guarded(house: House, path: str) -> None:
    answer = await asks(house.url, path)
    assert answer.status == REFUSALS[path]
    _assert_guarded(answer)


@pytest.mark.parametrize("body", [b"", b"{", b'{"name": 1}', b"[" * 9000])
async def test_a_bad_request_is_guarded_and_quotes_nothing(house: House, body: bytes) -> None:
    answer = await asks(house.url, "/api/staff/login", body)
    assert (answer.status, answer.body) == (400, b'{"error":"bad_request"}')
    _assert_guarded(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000])
async def test_what_is_no_request_is_guarded_and_quotes_nothing(house: House, sent: bytes) -> None:
    async with plain(house.url) as peer:
        peer.sends(sent)
        answer = await peer.answer()
    for name, value in {**PROMISED, "cache-control": "no-store", "connection": "close"}.items():
        assert f"{name}: {value}\r\n" in answer
    assert "default-src 'none'" in answer
    assert "nonsense" not in answer
