"""HTTP that should not be: wrong passphrases, foreign pages, odd bodies, rights one has not got."""

import asyncio
import time

import pytest

from client.errors import Lost
from client.staff import change_password
from config import limits
from config.clock import now
from staff.guesses import NAME
from tests.support.people import DAY, PASSPHRASE
from tests.support.raw import a_staff_admission, an_admission, asks, raw_socket
from tests.support.running import ADMINISTRATOR, Guests, House, an_address
from web.guarding import COOKIE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELSEWHERE = "https://elsewhere.example"
NEXT = "another passphrase for tests"

# Who are you


async def test_a_wrong_passphrase_and_an_unknown_name_get_the_same_answer(house: House) -> None:
    bodies = [
        {"name": "bela", "password": "not the passphrase"},
        {"name": "nobody", "password": "not the passphrase"},
        {"name": "", "password": ""},
        {"name": "bela", "password": "x" * 3000},
    ]
    answers = [await asks(house.url, "/api/staff/login", body) for body in bodies]
    assert {(one.status, one.body) for one in answers} == {(401, b'{"error":"wrong"}')}
    assert len({frozenset(one.headers.items()) for one in answers}) == 1
    assert not any("set-cookie" in one.headers for one in answers)


async def test_a_wrong_passphrase_and_an_unknown_name_take_as_long(house: House) -> None:
    """The account is logged in once, so that its passphrase is hashed at full cost."""
    right = {"name": "chipo", "password": PASSPHRASE}
    assert (await asks(house.url, "/api/staff/login", right)).status == 200
    known = [await _seconds(house, "chipo") for _ in range(3)]
    unknown = [await _seconds(house, f"nobody-{n}") for n in range(3)]
    assert min(unknown) > min(known) / 3
    assert min(known) > min(unknown) / 3


async def _seconds(house: House, name: str) -> float:
    began = time.perf_counter()
    body = {"name": name, "password": "not the passphrase"}
    assert (await asks(house.url, "/api/staff/login", body)).status == 401
    return time.perf_counter() - began


async def test_guesses_are_slowed_down_for_a_name_and_for_an_address(house: House) -> None:
    guess = {"name": "guessed", "password": "not the passphrase"}
    for _ in range(NAME.free):
        assert (await asks(house.url, "/api/staff/login", guess)).status == 401
    slowed = await asks(house.url, "/api/staff/login", guess)  # from yet another address
    assert (slowed.status, slowed.error) == (429, "too_many")
    wait = slowed.fields["retry_after"]
    assert isinstance(wait, int)
    assert 1 <= wait <= NAME.longest
    here = an_address()
    for number in range(NAME.free):
        other = {"name": f"guess-{number}", "password": "not the passphrase"}
        await asks(house.url, "/api/staff/login", other, address=here)
    fresh = {"name": "yet-another", "password": "not the passphrase"}
    assert (await asks(house.url, "/api/staff/login", fresh, address=here)).status == 429
    assert (await asks(house.url, "/api/staff/login", fresh)).status == 401


async def test_admissions_from_one_address_run_out_and_others_are_not_touched(
    house: House,
) -> None:
    here = an_address()
    answers = [
        await asks(house.url, "/api/enter", {}, address=here) for _ in range(limits.ADMISSIONS + 1)
    ]
    assert [one.status for one in answers] == [200] * limits.ADMISSIONS + [429]
    assert answers[-1].error == "too_many"
    assert (await asks(house.url, "/api/enter", {})).status == 200


async def test_a_cookie_is_for_this_host_alone_and_no_script_reads_it(house: House) -> None:
    right = {"name": "chipo", "password": PASSPHRASE}
    begun = await asks(house.url, "/api/staff/login", right)
    told = {part.strip().lower() for part in begun.headers["set-cookie"].split(";")[1:]}
    assert told == {"path=/", "secure", "httponly", "samesite=strict"}
    assert begun.headers["set-cookie"].startswith("__Host-")
    assert PASSPHRASE.encode() not in begun.body


async def test_nobody_is_let_in_by_a_cookie_that_is_none(house: House) -> None:
    for cookie in ("", f"{COOKIE}=", f"{COOKIE}=nonsense", f"{COOKIE}={'x' * 4000}"):
        for path in ("/api/staff/me", "/api/roster", "/api/audit"):
            answer = await asks(house.url, path, cookie=cookie)
            assert (answer.status, answer.error) == (401, "not_logged_in")
        answer = await asks(house.url, "/api/staff/admission", {}, cookie=cookie)
        assert answer.status == 401


async def test_a_session_that_was_ended_opens_nothing(house: House) -> None:
    cookie = await house.header("bela")
    admission = await a_staff_admission(house.url, cookie)
    assert (await asks(house.url, "/api/staff/logout", {}, cookie=cookie)).status == 204
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 401
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        assert await socket.closed() == (4009, "revoked")
    async with raw_socket(house.url, "/ws/staff", cookie=await house.header("bela")) as other:
        await other.says("attend", admission=admission)
        assert await other.closed() == (4004, "admission")


# From where


@pytest.mark.parametrize(
    "path",
    [
        "/api/enter",
        "/api/staff/login",
        "/api/staff/logout",
        "/api/staff/password",
        "/api/staff/admission",
        "/api/roster",
        "/api/roster/someone/disable",
    ],
)
@pytest.mark.parametrize("page", [ELSEWHERE, "null"])
async def test_a_page_from_elsewhere_can_do_nothing(house: House, path: str, page: str) -> None:
    cookie = await house.header(ADMINISTRATOR)
    answer = await asks(house.url, path, {}, page=page, cookie=cookie)
    assert (answer.status, answer.error) == (403, "origin")


async def test_with_a_cookie_a_post_must_say_where_it_comes_from(house: House) -> None:
    cookie = await house.header("amina")
    answer = await asks(house.url, "/api/staff/admission", {}, page=None, cookie=cookie)
    assert (answer.status, answer.error) == (403, "origin")
    assert (await asks(house.url, "/api/enter", {}, page=None)).status == 200


# What is in it

BODIES = {
    "nothing": b"",
    "not JSON": b"name=bela&password=x",
    "half of it": b'{"name": "bela", "pass',
    "a list": b"[]",
    "an unknown field": b'{"name": "bela", "password": "x", "role": "administrator"}',
    "a missing field": b'{"name": "bela"}',
    "another type": b'{"name": ["bela"], "password": 3}',
    "not UTF-8": b'{"name": "\xff", "password": "x"}',
    "half of a character": b'{"name": "\\ud800", "password": "x"}',
    "too long": b'{"name": "' + b"x" * limits.BODY_BYTES + b'", "password": "x"}',
    "depth without end": b"[" * 10_000,
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_none_is_a_bad_request(house: House, name: str) -> None:
    answer = await asks(house.url, "/api/staff/login", BODIES[name])
    assert (answer.status, answer.error) == (400, "bad_request")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/roster", {"name": "x", "role": "king"}),
        ("/api/roster", {"role": "supporter"}),
        ("/api/roster/{}/training", {"to": 5}),
        ("/api/roster/{}/training", {"to": "high"}),
        ("/api/roster/{}/role", {}),
        ("/api/roster/{}/role", {"role": "nobody"}),
    ],
)
async def test_a_change_that_is_none_is_a_bad_request(
    house: House, path: str, body: dict[str, object]
) -> None:
    cookie = await house.header(ADMINISTRATOR)
    account = await house.account("bela")
    answer = await asks(house.url, path.format(account), body, cookie=cookie)
    assert (answer.status, answer.error) == (400, "bad_request")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "role": "supporter"}, "name"),
        ({"name": "with spaces", "role": "supporter"}, "name"),
        ({"name": "x" * 41, "role": "supporter"}, "name"),
        ({"name": "fine", "role": "supporter", "display": "a\u202eb"}, "display"),
        ({"name": "fine", "role": "supporter", "display": "x" * 41}, "display"),
        ({"name": "amina", "role": "supporter"}, "name"),
    ],
)
async def test_an_account_that_will_not_do_is_refused_by_its_field(
    house: House, body: dict[str, object], field: str
) -> None:
    cookie = await house.header(ADMINISTRATOR)
    answer = await asks(house.url, "/api/roster", body, cookie=cookie)
    assert (answer.status, answer.fields["field"]) == (400, field)


async def test_a_way_of_asking_that_is_none_is_refused(house: House) -> None:
    assert (await asks(house.url, "/api/enter")).status == 405
    assert (await asks(house.url, "/api/info", {})).status == 405
    assert (await asks(house.url, "/api/nothing")).status == 404
    for path in ("/static/../serve.py", "/static/%2e%2e/serve.py", "/locales/..%2f..%2fREADME.md"):
        assert (await asks(house.url, path)).status == 404
    assert (await asks(house.url, "/api/demo/login", {"as": "supervisor"})).status == 404


# What one may do


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/roster", None),
        ("/api/audit", None),
        ("/api/roster", {"name": "newcomer", "role": "supporter"}),
        ("/api/roster/{}/training", {"to": 4, "until": 1}),
        ("/api/roster/{}/disable", {}),
        ("/api/roster/{}/enable", {}),
        ("/api/roster/{}/reset", {}),
        ("/api/roster/{}/role", {"role": "administrator"}),
    ],
)
async def test_a_supporter_may_not_touch_the_roster(
    house: House, path: str, body: dict[str, object] | None
) -> None:
    before = await house.parts.accounts.all()
    cookie = await house.header("amina")
    account = await house.account("amina")
    answer = await asks(house.url, path.format(account), body, cookie=cookie)
    assert (answer.status, answer.error) == (403, "not_allowed")
    assert _rights(await house.parts.accounts.all()) == _rights(before)


@pytest.mark.parametrize("subject", ["grace", "henry", ADMINISTRATOR])
@pytest.mark.parametrize("verb", ["disable", "enable", "reset", "training", "role"])
async def test_a_supervisor_may_not_touch_supervisors_and_administrators(
    house: House, subject: str, verb: str
) -> None:
    cookie = await house.header("grace")
    account = await house.account(subject)
    bodies: dict[str, dict[str, object]] = {
        "training": {"to": 4, "until": now() + DAY},
        "role": {"role": "supporter"},
    }
    path = f"/api/roster/{account}/{verb}"
    answer = await asks(house.url, path, bodies.get(verb, {}), cookie=cookie)
    assert (answer.status, answer.error) == (403, "not_allowed")


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
async def test_a_supervisor_adds_supporters_and_nobody_else(house: House, role: str) -> None:
    cookie = await house.header("grace")
    body = {"name": f"new-{role}", "role": role}
    assert (await asks(house.url, "/api/roster", body, cookie=cookie)).status == 403


async def test_a_supervisor_looks_after_a_supporter_and_all_of_it_is_on_record(
    house: House,
) -> None:
    cookie = await house.header("grace")
    added = await asks(
        house.url, "/api/roster", {"name": "dana", "role": "supporter"}, cookie=cookie
    )
    assert added.status == 201
    account = added.text("account")
    steps: list[tuple[str, dict[str, object], int]] = [
        ("training", {"to": 3, "until": now() + DAY}, 204),
        ("training", {"to": None}, 204),
        ("disable", {}, 204),
        ("enable", {}, 204),
        ("reset", {}, 200),
    ]
    for verb, body, status in steps:
        path = f"/api/roster/{account}/{verb}"
        assert (await asks(house.url, path, body, cookie=cookie)).status == status
    trail = await asks(house.url, "/api/audit?limit=7", cookie=cookie)
    entries = trail.fields["entries"]
    assert isinstance(entries, list)
    acts = [entry["act"] for entry in entries if entry["subject"] in ("dana", "Dana")]
    assert acts == ["reset", "enable", "disable", "train", "train", "add_account"]
    assert {entry["who"] for entry in entries[:6]} == {"Grace"}


async def test_the_last_administrator_stays_one(house: House) -> None:
    cookie = await house.header(ADMINISTRATOR)
    account = await house.account(ADMINISTRATOR)
    for verb, body in (("disable", {}), ("role", {"role": "supporter"})):
        answer = await asks(house.url, f"/api/roster/{account}/{verb}", body, cookie=cookie)
        assert (answer.status, answer.error) == (400, "last_administrator")
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).text("role") == "administrator"


async def test_an_account_that_is_not_there_is_not_found(house: House) -> None:
    cookie = await house.header(ADMINISTRATOR)
    for verb in ("disable", "enable", "reset"):
        answer = await asks(house.url, f"/api/roster/nobody/{verb}", {}, cookie=cookie)
        assert (answer.status, answer.error) == (404, "not_found")


# One-time passphrases


async def test_with_a_one_time_passphrase_one_may_change_it_and_no_more(house: House) -> None:
    admin = await house.header(ADMINISTRATOR)
    body = {"name": "esi", "role": "supervisor"}
    one_time = (await asks(house.url, "/api/roster", body, cookie=admin)).text("passphrase")
    begun = await asks(house.url, "/api/staff/login", {"name": "esi", "password": one_time})
    assert begun.fields["must_change"] is True
    cookie = begun.headers["set-cookie"].partition(";")[0]
    for path, sent in (
        ("/api/roster", None),
        ("/api/audit", None),
        ("/api/staff/admission", b"{}"),
    ):
        answer = await asks(house.url, path, sent, cookie=cookie)
        assert (answer.status, answer.error) == (403, "must_change")
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        assert await socket.closed() == (4009, "revoked")
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 200
    faults = {"short": "too_short", "x" * 257: "too_long", one_time: "not_new"}
    for bad, fault in faults.items():
        change = {"old": one_time, "new": bad}
        answer = await asks(house.url, "/api/staff/password", change, cookie=cookie)
        assert (answer.status, answer.error) == (400, fault)
    wrong = {"old": "not the passphrase", "new": NEXT}
    answer = await asks(house.url, "/api/staff/password", wrong, cookie=cookie)
    assert (answer.status, answer.error) == (400, "wrong")
    await change_password(house.url, "esi", one_time, NEXT)
    again = await asks(house.url, "/api/staff/login", {"name": "esi", "password": one_time})
    assert again.status == 401
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 401


# Revocation


@pytest.mark.parametrize("verb", ["disable", "reset"])
async def test_revoking_closes_live_sockets_within_two_seconds(guests: Guests, verb: str) -> None:
    house = guests.house
    supporter = await guests.supporter("bela")
    account = await house.account("bela")
    cookie = await house.header("grace")
    path = f"/api/roster/{account}/{verb}"
    assert (await asks(house.url, path, {}, cookie=cookie)).status in (200, 204)
    with pytest.raises(Lost) as lost:
        await supporter.hears("never", limits.REVOKED_SECONDS)
    assert (lost.value.code, lost.value.reason) == (4009, "revoked")
    if verb == "disable":
        assert (await asks(house.url, f"/api/roster/{account}/enable", {}, cookie=cookie)).status


async def test_logging_out_closes_the_sockets_of_this_session_alone(guests: Guests) -> None:
    house = guests.house
    other = await guests.supporter("amina", state="")
    cookie = await house.header("amina")
    async with raw_socket(house.url, "/ws/staff", cookie=cookie) as socket:
        await socket.says("attend", admission=await a_staff_admission(house.url, cookie))
        await socket.hears("attending")
        await asks(house.url, "/api/staff/logout", {}, cookie=cookie)
        assert await socket.closed() == (4009, "revoked")
    await other.becomes("break")


async def test_a_seeker_is_not_touched_when_their_supporter_is_revoked(guests: Guests) -> None:
    house = guests.house
    supporter = await guests.supporter("chipo")
    seeker = await guests.seeker("hello")
    await supporter.takes()
    await seeker.matched()
    cookie, account = await house.header("grace"), await house.account("chipo")
    await asks(house.url, f"/api/roster/{account}/disable", {}, cookie=cookie)
    with pytest.raises(Lost):
        await supporter.hears("never")
    await seeker.says("are you there?")
    await house.sweeps(after=46)
    assert (await seeker.hears("left")).text("reason") == "lost"
    other = await guests.supporter("amina")
    taken = await other.takes()
    assert [line.text for line in taken.transcript] == ["hello", "are you there?"]


async def test_a_hundred_requests_at_once_are_all_answered(house: House) -> None:
    admissions = await asyncio.gather(*(an_admission(house.url) for _ in range(100)))
    assert len(set(admissions)) == 100


def _rights(accounts: object) -> list[tuple[object, ...]]:
    assert isinstance(accounts, tuple | list)
    return sorted((one.name, one.role, one.disabled, one.training) for one in accounts)
