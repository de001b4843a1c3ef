"""Second factors over HTTP: a log-in in two steps, setting factors up, and grave acts."""

import asyncio
import json
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from pyotp.totp import TOTP

from client.errors import Denied
from client.supervisor import Supervisor
from config.limits import CONFIRMED_SECONDS, RECOVERY_CODES
from config.sections import Staff
from config.settings import Settings
from staff.guesses import NAME
from tests.support.authenticator import Authenticator
from tests.support.people import PASSPHRASE
from tests.support.raw import Answer, asks, raw_socket
from tests.support.running import ADMINISTRATOR, House, houses_of_one_store, running_house
from web.guarding import COOKIE
from web.http_staff import PENDING_COOKIE

pytestmark = pytest.mark.asyncio(loop_scope="module")

RIGHT = {"password": PASSPHRASE}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    """A house in which everybody has to have a second factor."""
    folder: Path = tmp_path_factory.mktemp("strict")
    settings = Settings(staff=Staff(second_factor="all"))
    async with running_house(folder, settings) as house:
        yield house


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def later_code(house: House, secret: str) -> str:
    """Return the code of the next half minute, which is right as well and was not used yet."""
    return TOTP(secret).at(house.now(after=30) // 1000)


async def generator(house: House, cookie: str) -> tuple[str, list[str]]:
    """Set a code generator up; return its secret and the recovery codes."""
    proposed = await asks(house.url, "/api/staff/factors/totp", {}, cookie=cookie)
    assert proposed.text("picture").startswith("data:image/svg+xml")
    secret = proposed.text("secret")
    first = {"code": TOTP(secret).at(house.now() // 1000)}
    done = await asks(house.url, "/api/staff/factors/totp/confirm", first, cookie=cookie)
    assert done.status == 200
    codes = done.fields["codes"]
    assert isinstance(codes, list)
    return secret, codes


async def old(house: House, name: str) -> str:
    """Return the cookie of somebody who logged in longer ago than a grave act allows.

    A minute longer, because the house sets its clock by the store's, forward and back.
    """
    begun = house.now(after=-CONFIRMED_SECONDS - 60)
    token = await house.app.house.sessions.begin(await house.account(name), begun)
    return f"{COOKIE}={token}"


async def test_the_passphrase_brings_no_session_and_the_code_does(house: House) -> None:
    secret, codes = await generator(house, await house.header("amina"))
    assert len(codes) == RECOVERY_CODES
    asked = await asks(house.url, "/api/staff/login", {"name": "amina", **RIGHT})
    assert asked.status == 202
    assert asked.fields == {"factor": ["totp", "recovery"], "seconds": 300}
    pending = cookie_of(asked)
    assert pending.startswith(PENDING_COOKIE)
    assert "httponly" in asked.headers["set-cookie"].lower()
    for cookie in (pending, pending.replace(PENDING_COOKIE, COOKIE)):
        assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 401
    proof = {"method": "totp", "code": later_code(house, secret)}
    assert (await asks(house.url, "/api/staff/login/factor", proof)).error == "expired"
    inside = await asks(house.url, "/api/staff/login/factor", proof, cookie=pending)
    assert inside.status == 200
    assert inside.fields["codes_left"] == RECOVERY_CODES
    me = await asks(house.url, "/api/staff/me", cookie=cookie_of(inside))
    assert me.text("login") == "amina"
    again = await asks(house.url, "/api/staff/login/factor", proof, cookie=pending)
    assert (again.status, again.error) == (401, "expired")


@pytest.mark.parametrize("method", ["totp", "recovery"])
async def test_a_code_lets_in_once_though_it_is_shown_to_several_servers_at_once(
    tmp_path: Path, method: str
) -> None:
    async with houses_of_one_store(tmp_path, 3) as houses:
        secret, codes = await generator(houses[0], await houses[0].header("amina"))
        proof = {
            "method": method,
            "code": later_code(houses[0], secret) if method == "totp" else codes[0],
        }
        pending = [
            cookie_of(await asks(house.url, "/api/staff/login", {"name": "amina", **RIGHT}))
            for house in houses
        ]
        answers = await asyncio.gather(
            *(
                asks(house.url, "/api/staff/login/factor", proof, cookie=cookie)
                for house, cookie in zip(houses, pending, strict=True)
            )
        )
        assert sorted(answer.status for answer in answers) == [200, 401, 401]


async def test_a_program_logs_in_with_a_code_and_not_without(strict: House) -> None:
    secret, _ = await generator(strict, await strict.header("henry"))
    code = partial(later_code, strict, secret)
    async with Supervisor(strict.url, "henry", PASSPHRASE, code=code) as henry:
        assert henry.role == "supervisor"
    for given in (None, lambda: "000000"):
        with pytest.raises(Denied) as denied:
            async with Supervisor(strict.url, "henry", PASSPHRASE, code=given):
                pass
        assert denied.value.reason == ("wrong" if given else "second_factor")


async def test_a_wrong_code_is_told_and_slowed_down(house: House) -> None:
    await generator(house, await house.header("bela"))
    pending = cookie_of(await asks(house.url, "/api/staff/login", {"name": "bela", **RIGHT}))
    wrong = {"method": "totp", "code": "000000"}
    for _ in range(NAME.free):
        answer = await asks(house.url, "/api/staff/login/factor", wrong, cookie=pending)
        assert (answer.status, answer.error) == (401, "wrong")
    slowed = await asks(house.url, "/api/staff/login/factor", wrong, cookie=pending)
    assert (slowed.status, slowed.error) == (429, "too_many")


async def test_a_passkey_is_made_and_lets_in(house: House) -> None:
    cookie = await house.header("chipo")
    device = Authenticator(house.url, "127.0.0.1")
    options = await asks(house.url, "/api/staff/factors/passkey", {}, cookie=cookie)
    made = {"name": "my phone", "credential": json.loads(device.makes(options.body.decode()))}
    done = await asks(house.url, "/api/staff/factors/passkey/confirm", made, cookie=cookie)
    assert done.status == 200
    pending = cookie_of(await asks(house.url, "/api/staff/login", {"name": "chipo", **RIGHT}))
    asked = await asks(house.url, "/api/staff/login/passkey", {}, cookie=pending)
    answer = json.loads(device.answers(asked.body.decode()))
    proof = {"method": "passkey", "credential": answer}
    inside = await asks(house.url, "/api/staff/login/factor", proof, cookie=pending)
    assert inside.status == 200
    shown = await asks(house.url, "/api/staff/factors", cookie=cookie_of(inside))
    keys = shown.fields["passkeys"]
    assert isinstance(keys, list)
    assert [one["name"] for one in keys] == ["my phone"]
    assert keys[0]["used"]
    gone = {"factor": keys[0]["id"]}
    removed = await asks(house.url, "/api/staff/factors/remove", gone, cookie=cookie)
    assert removed.status == 204


async def test_who_has_none_but_must_is_led_to_set_one_up_and_no_further(strict: House) -> None:
    begun = await asks(strict.url, "/api/staff/login", {"name": "amina", **RIGHT})
    assert begun.fields["must_enrol"] is True
    cookie = cookie_of(begun)
    for path, body in (("/api/roster", None), ("/api/staff/admission", b"{}")):
        answer = await asks(strict.url, path, body, cookie=cookie)
        assert (answer.status, answer.error) == (403, "must_enrol")
    async with raw_socket(strict.url, "/ws/staff", cookie=cookie) as socket:
        assert await socket.closed() == (4009, "revoked")
    await generator(strict, cookie)
    assert (await asks(strict.url, "/api/staff/admission", {}, cookie=cookie)).status == 200
    last = await asks(strict.url, "/api/staff/factors/remove", {"factor": "totp"}, cookie=cookie)
    assert (last.status, last.error) == (400, "last_factor")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/roster/{}/role", {"role": "supporter"}),
        ("/api/roster/{}/reset", {}),
        ("/api/roster/{}/factors/reset", {}),
        ("/api/staff/factors/totp", {}),
        ("/api/staff/factors/passkey", {}),
        ("/api/staff/factors/codes", {}),
        ("/api/staff/factors/remove", {"factor": "totp"}),
        ("/api/holds/one/propose", {"reason": "danger"}),
        ("/api/holds/one/confirm", {}),
        ("/api/holds/one/release", {}),
        ("/api/holds/one/read", {}),
    ],
)
async def test_a_grave_act_asks_who_logged_in_long_ago_to_prove_it_again(
    house: House, path: str, body: dict[str, object]
) -> None:
    cookie = await old(house, ADMINISTRATOR)
    path = path.format(await house.account("nia"))
    asked = await asks(house.url, path, body, cookie=cookie)
    assert (asked.status, asked.error) == (403, "step_up")
    assert asked.fields["methods"] == ["passphrase"]
    wrong = {"method": "passphrase", "code": "not the passphrase"}
    assert (await asks(house.url, "/api/staff/confirm", wrong, cookie=cookie)).status == 401
    right = {"method": "passphrase", "code": PASSPHRASE}
    assert (await asks(house.url, "/api/staff/confirm", right, cookie=cookie)).status == 204
    assert (await asks(house.url, path, body, cookie=cookie)).error != "step_up"


async def test_nobody_from_elsewhere_finishes_a_log_in(house: House) -> None:
    for path in ("/api/staff/login/factor", "/api/staff/login/passkey"):
        for page in ("https://elsewhere.example", None):
            answer = await asks(house.url, path, {"method": "totp", "code": "1"}, page=page)
            assert (answer.status, answer.error) == (403, "origin")


async def test_what_a_supporter_may_not_do_a_new_proof_does_not_allow(house: House) -> None:
    cookie, account = await house.header("henry"), await house.account("nia")
    answer = await asks(house.url, f"/api/roster/{account}/factors/reset", {}, cookie=cookie)
    assert (answer.status, answer.error) == (403, "not_allowed")


async def test_a_lost_phone_is_mended_by_an_administrator_and_on_record(house: House) -> None:
    cookie = await house.header("grace")
    await generator(house, cookie)
    admin, account = await house.header(ADMINISTRATOR), await house.account("grace")
    path = f"/api/roster/{account}/factors/reset"
    assert (await asks(house.url, path, {}, cookie=admin)).status == 204
    assert (await asks(house.url, "/api/staff/me", cookie=cookie)).status == 401
    begun = await asks(house.url, "/api/staff/login", {"name": "grace", **RIGHT})
    assert begun.status == 200
    trail = await asks(house.url, "/api/audit?limit=3", cookie=admin)
    entries = trail.fields["entries"]
    assert isinstance(entries, list)
    acts = [(entry["act"], entry["subject"]) for entry in entries]
    assert ("reset_factors", "Grace") in acts
