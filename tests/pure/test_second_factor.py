"""Second factors: what is right, what is used up, and what a copy of the store gives away."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp.hotp import HOTP

from config.clock import Millis
from config.ids import AccountId
from config.limits import PASSKEYS
from staff.factors import (
    NO_FACTORS,
    AddPasskey,
    ClearFactors,
    ConfirmTotp,
    FactorChange,
    Factors,
    Passkey,
    ProposeTotp,
    RemoveFactor,
    SetRecovery,
    UsePasskey,
    UseRecovery,
    UseStep,
    factors_after,
    required,
)
from staff.passkeys import Party, enrolled, enrolment_options, proof_options, proved
from staff.roles import Role
from staff.sealing import Sealer
from staff.totp import (
    RECOVERY_BYTES,
    STEP_SECONDS,
    recovery_code,
    recovery_hash,
    right_step,
    setup_uri,
    step_of,
)
from tests.support.authenticator import USER_PRESENT, USER_VERIFIED, Authenticator

ANA, BEN = AccountId("ana"), AccountId("ben")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's own examples."""
NOW = Millis(1_700_000_000_000)
PARTY = Party("bench.example.org", "https://bench.example.org", "Bench")
CHALLENGE = bytes(range(32))

times = st.integers(10**9, 10**10).map(lambda s: Millis(s * 1000))


def code(now: Millis, steps: int = 0) -> str:
    return HOTP(SECRET).at(step_of(now) + steps)


# Codes


@pytest.mark.parametrize(
    ("seconds", "typed"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_examples_of_the_standard_are_right(seconds: int, typed: str) -> None:
    assert right_step(SECRET, typed, Millis(seconds * 1000), -1) == seconds // STEP_SECONDS


@given(times, st.integers(-4, 4))
def test_a_code_is_right_one_step_early_or_late_and_no_further(now: Millis, steps: int) -> None:
    found = right_step(SECRET, code(now, steps), now, -1)
    if abs(steps) <= 1:
        assert found is not None
        assert code(now, found - step_of(now)) == code(now, steps)
    else:
        near = {code(now, one) for one in (-1, 0, 1)}
        assert (found is not None) == (code(now, steps) in near)


@given(times, st.integers(-1, 1))
def test_no_code_of_a_used_step_or_of_one_before_it_is_right(now: Millis, used: int) -> None:
    last = step_of(now) + used
    for steps in range(-1, used + 1):
        found = right_step(SECRET, code(now, steps), now, last)
        assert found is None or found > last


@given(st.text(max_size=40))
def test_whatever_is_typed_nothing_breaks(typed: str) -> None:
    if right_step(SECRET, typed, NOW, -1) is not None:
        assert len([letter for letter in typed if letter.isdigit()]) == 6


def test_digits_of_any_script_and_spaces_between_them_are_read() -> None:
    typed = code(NOW)
    arabic = "".join(chr(0x660 + int(digit)) for digit in typed)
    for way in (f"{typed[:3]} {typed[3:]}", arabic, f" {typed} "):
        assert right_step(SECRET, way, NOW, -1) == step_of(NOW)
    assert right_step(SECRET, typed[:5], NOW, -1) is None


def test_what_an_app_reads_names_the_service_and_the_account() -> None:
    uri = setup_uri(SECRET, "ana", "A Bench")
    assert uri.startswith("otpauth://totp/A%20Bench:ana?secret=" + SECRET)


@given(st.binary(min_size=RECOVERY_BYTES, max_size=RECOVERY_BYTES))
def test_a_recovery_code_is_known_however_it_is_typed_and_for_one_account(chance: bytes) -> None:
    said = recovery_code(chance)
    kept = recovery_hash(ANA, said)
    sloppy = said.upper().replace("-", " ").replace("0", "O").replace("1", "l")
    assert recovery_hash(ANA, sloppy) == kept
    assert recovery_hash(BEN, said) != kept
    assert said.replace("-", "") not in kept


def test_different_chance_makes_different_recovery_codes() -> None:
    codes = {recovery_code(number.to_bytes(RECOVERY_BYTES)) for number in range(500)}
    assert len(codes) == 500


@given(st.text(min_size=1, max_size=60))
def test_a_sealed_secret_opens_for_its_account_under_its_key_alone(secret: str) -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(secret, ANA)
    assert sealer.open(sealed, ANA) == secret
    assert sealer.open(sealed, BEN) is None
    assert Sealer(bytes([1] * 32)).open(sealed, ANA) is None
    assert sealer.open(sealed[:-1], ANA) is None
    assert sealer.open(b"", ANA) is None


# Changes

ids = st.sampled_from([b"a", b"b", b"c"])
hashes = st.lists(st.sampled_from("vwxyz"), unique=True, max_size=3).map(tuple)
changes = st.one_of(
    st.builds(ProposeTotp, st.sampled_from([b"s", b"t"]), st.just(NOW)),
    st.builds(ConfirmTotp, st.sampled_from([b"s", b"t"]), st.integers(0, 5), hashes),
    st.builds(UseStep, st.integers(0, 9)),
    st.builds(
        AddPasskey,
        st.builds(Passkey, ids, st.just(b"key"), st.integers(0, 2), st.just("n"), st.just(NOW)),
        hashes,
    ),
    st.builds(UsePasskey, ids, st.integers(0, 5), st.just(NOW)),
    st.builds(UseRecovery, st.sampled_from("vwxyz")),
    st.builds(SetRecovery, hashes),
    st.builds(RemoveFactor, st.none() | ids, st.booleans()),
    st.just(ClearFactors()),
)


@given(st.lists(changes, max_size=30))
def test_whatever_happens_what_is_used_up_stays_used_up(story: list[FactorChange]) -> None:
    factors = NO_FACTORS
    for change in story:
        after = factors_after(factors, change)
        if after is None:
            continue
        if isinstance(change, UseStep | UseRecovery):
            assert factors_after(after, change) is None
        if isinstance(change, UsePasskey) and change.sign_count:
            assert factors_after(after, change) is None
        if isinstance(change, RemoveFactor) and change.keep_one:
            assert after.enrolled
        assert after.enrolled or not after.recovery
        assert len({one.id for one in after.passkeys}) == len(after.passkeys) <= PASSKEYS
        factors = after


def test_recovery_codes_come_with_the_first_factor_alone() -> None:
    first = factors_after(NO_FACTORS, AddPasskey(Passkey(b"a", b"k", 0, "n", NOW), ("x",)))
    assert first is not None
    second = factors_after(first, AddPasskey(Passkey(b"b", b"k", 0, "n", NOW), ("y",)))
    assert second is not None
    assert second.recovery == ("x",)


def test_a_proposed_code_generator_is_asked_for_only_once_it_is_confirmed() -> None:
    proposed = factors_after(NO_FACTORS, ProposeTotp(b"s", NOW))
    assert proposed is not None
    assert not proposed.enrolled
    assert factors_after(proposed, ConfirmTotp(b"another", 1, ())) is None
    taken = factors_after(proposed, ConfirmTotp(b"s", 7, ("x",)))
    assert taken is not None
    assert taken.methods == ("totp", "recovery")
    assert factors_after(taken, UseStep(7)) is None


def test_nothing_secret_stands_in_a_representation() -> None:
    account = factors_after(NO_FACTORS, AddPasskey(Passkey(b"id", b"key", 0, "n", NOW), ("hash",)))
    assert "hash" not in repr(account)
    assert "b'key'" not in repr(account)


def test_who_must_have_one_is_as_the_setting_says() -> None:
    needed = {policy: [r for r in Role if required(policy, r)] for policy in ("off", "all")}
    assert needed == {"off": [], "all": list(Role)}
    assert not required("supervisors", Role.SUPPORTER)
    assert required("supervisors", Role.SUPERVISOR)
    assert required("supervisors", Role.ADMINISTRATOR)


# Passkeys


def a_device(*, flags: int = USER_PRESENT | USER_VERIFIED) -> Authenticator:
    return Authenticator(PARTY.origin, PARTY.id, flags=flags)


def made_by(device: Authenticator) -> Passkey | None:
    options = enrolment_options(PARTY, ANA, "ana", "Ana", NO_FACTORS, CHALLENGE)
    return enrolled(PARTY, device.makes(options), CHALLENGE, "phone", NOW)


def with_key(device: Authenticator) -> Factors:
    key = made_by(device)
    assert key is not None
    return Factors(passkeys=(key,))


def test_a_passkey_proves_with_each_new_challenge() -> None:
    device = a_device()
    factors = with_key(device)
    for challenge in (CHALLENGE, bytes(32)):
        answer = device.answers(proof_options(PARTY, factors, challenge))
        right = proved(PARTY, answer, challenge, factors)
        assert right == (factors.passkeys[0], device.count)


@pytest.mark.parametrize("wrong", ["origin", "host", "unverified", "challenge", "key", "count"])
def test_a_passkey_of_elsewhere_or_unverified_or_copied_proves_nothing(wrong: str) -> None:
    device = a_device()
    factors = with_key(device)
    options = proof_options(PARTY, factors, CHALLENGE)
    challenge = CHALLENGE
    match wrong:
        case "origin":
            device.origin = "https://bench.example.com"
        case "host":
            device.host = "example.org"
        case "unverified":
            device.flags = USER_PRESENT
        case "challenge":
            challenge = bytes(32)
        case "key":
            device.key = a_device().key
        case _:
            key = factors.passkeys[0]
            used = factors_after(factors, UsePasskey(key.id, 9, NOW))
            assert used is not None
            factors = used
    assert proved(PARTY, device.answers(options), challenge, factors) is None


def test_a_passkey_whose_device_verified_nobody_is_not_taken() -> None:
    assert made_by(a_device(flags=USER_PRESENT)) is None


@given(st.data())
def test_an_answer_that_is_none_is_wrong_and_breaks_nothing(data: st.DataObject) -> None:
    device = a_device()
    factors = with_key(device)
    answer = json.loads(device.answers(proof_options(PARTY, factors, CHALLENGE)))
    junk = st.none() | st.integers() | st.text(max_size=9) | st.lists(st.text(), max_size=2)
    part = data.draw(st.sampled_from(["id", "rawId", "type", "response", "deep"]))
    if part == "deep":
        name = data.draw(st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]))
        answer["response"][name] = data.draw(junk)
    else:
        answer[part] = data.draw(junk)
    assert proved(PARTY, json.dumps(answer), CHALLENGE, factors) is None
    assert enrolled(PARTY, json.dumps(answer), CHALLENGE, "x", NOW) is None


@given(st.text(max_size=60))
def test_text_that_is_no_answer_is_wrong(answer: str) -> None:
    factors = Factors(passkeys=(Passkey(b"a", b"k", 0, "n", NOW),))
    assert proved(PARTY, answer, CHALLENGE, factors) is None
    assert enrolled(PARTY, answer, CHALLENGE, "x", NOW) is None


@given(st.binary(max_size=120))
def test_bytes_that_are_no_attestation_make_no_passkey(junk: bytes) -> None:
    device = a_device()
    options = enrolment_options(PARTY, ANA, "ana", "Ana", NO_FACTORS, CHALLENGE)
    answer = json.loads(device.makes(options))
    answer["response"]["attestationObject"] = junk.hex()
    assert enrolled(PARTY, json.dumps(answer), CHALLENGE, "x", NOW) is None
