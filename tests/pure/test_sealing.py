"""Sealing: what was sealed opens in its own place only, and whatever is changed does not open."""

from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.sealing import (
    LABEL_BYTES,
    NONCE_BYTES,
    Day,
    Seal,
    Unsealable,
    Which,
    Wrapped,
    fingerprint,
    unwrap,
    wrap,
)
from chat.seals import Nonces
from config.ids import ConversationId

ONE, TWO = ConversationId("one"), ConversationId("two")
TODAY, LATER = Day("2026-11-23"), Day("2026-11-24")
KEY: Final = bytes(range(32))
SECRET: Final = bytes(reversed(range(32)))
SEAL = Seal(ONE, KEY, TODAY)

texts = st.binary(max_size=300)
nonces = st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES)
whiches: st.SearchStrategy[Which] = st.sampled_from(get_args(Which))
names = st.text(max_size=40)


def _refuses(seal: Seal, which: Which, envelope: bytes) -> None:
    with pytest.raises(Unsealable):
        seal.open(which, envelope)


@given(whiches, names, names, nonces, texts)
def test_what_was_sealed_is_opened(
    which: Which, sender: str, ref: str, nonce: bytes, text: bytes
) -> None:
    envelope = SEAL.seal(which, SEAL.label(sender, ref), nonce, text)
    assert SEAL.open(which, envelope) == text
    assert Seal(ONE, KEY, LATER).open(which, envelope) == text, "the day is of no account here"


@given(texts, nonces, st.data())
def test_no_byte_can_be_changed_unseen(text: bytes, nonce: bytes, data: st.DataObject) -> None:
    envelope = bytearray(SEAL.seal("log", SEAL.label("seeker", "1"), nonce, text))
    at = data.draw(st.integers(0, len(envelope) - 1))
    envelope[at] ^= data.draw(st.integers(1, 255))
    _refuses(SEAL, "log", bytes(envelope))


@given(texts, nonces, st.data())
def test_nothing_can_be_cut_off_or_put_on_unseen(
    text: bytes, nonce: bytes, data: st.DataObject
) -> None:
    envelope = SEAL.seal("log", SEAL.label("seeker", "1"), nonce, text)
    cut = data.draw(st.integers(0, len(envelope) - 1))
    _refuses(SEAL, "log", envelope[:cut])
    _refuses(SEAL, "log", envelope + b"\0")


@given(whiches, texts, nonces)
def test_an_entry_opens_in_no_other_log_and_in_no_other_conversation(
    which: Which, text: bytes, nonce: bytes
) -> None:
    envelope = SEAL.seal(which, SEAL.label("seeker", "1"), nonce, text)
    other: Which = "staff" if which == "log" else "log"
    _refuses(SEAL, other, envelope)
    _refuses(Seal(TWO, KEY, TODAY), which, envelope)
    _refuses(Seal(ONE, SECRET, TODAY), which, envelope)


@given(texts, texts, nonces, nonces)
def test_what_two_said_can_not_be_exchanged(
    one: bytes, two: bytes, nonce: bytes, other: bytes
) -> None:
    head = 1 + NONCE_BYTES + LABEL_BYTES
    seekers = SEAL.seal("log", SEAL.label("seeker", "1"), nonce, one)
    annas = SEAL.seal("log", SEAL.label("anna", "1"), other, two)
    _refuses(
        SEAL, "log", seekers[: 1 + NONCE_BYTES] + annas[1 + NONCE_BYTES : head] + seekers[head:]
    )
    _refuses(SEAL, "log", seekers[:head] + annas[head:])
    _refuses(SEAL, "log", annas[:head] + seekers[head:])


@given(names, names, names, names)
def test_a_label_stands_for_one_sender_and_ref_and_tells_neither(
    sender: str, ref: str, sender_too: str, ref_too: str
) -> None:
    label = SEAL.label(sender, ref)
    assert len(label) == LABEL_BYTES
    assert label == SEAL.label(sender, ref)
    assert label != Seal(ONE, SECRET, TODAY).label(sender, ref)
    if "\0" not in sender + sender_too and (sender, ref) != (sender_too, ref_too):
        assert label != SEAL.label(sender_too, ref_too)


@given(st.binary(max_size=80))
def test_whatever_stands_in_the_store_opens_or_is_refused(found: bytes) -> None:
    _refuses(SEAL, "log", found)
    with pytest.raises(Unsealable):
        unwrap(SECRET, Wrapped(TODAY, found), ONE)


@given(nonces, st.data())
def test_a_wrapped_key_opens_with_the_key_of_its_day_for_its_conversation(
    nonce: bytes, data: st.DataObject
) -> None:
    wrapped = wrap(SECRET, TODAY, nonce, SEAL)
    assert KEY not in wrapped.key
    assert unwrap(SECRET, wrapped, ONE).key == KEY
    changed = bytearray(wrapped.key)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    for secret, broken, conversation in (
        (KEY, wrapped, ONE),
        (SECRET, wrapped, TWO),
        (SECRET, Wrapped(LATER, wrapped.key), ONE),
        (SECRET, Wrapped(TODAY, bytes(changed)), ONE),
    ):
        with pytest.raises(Unsealable):
            unwrap(secret, broken, conversation)


def test_a_fingerprint_tells_keys_and_days_apart_and_shows_no_key() -> None:
    prints = {fingerprint(secret, day) for secret in (KEY, SECRET) for day in (TODAY, LATER)}
    assert len(prints) == 4
    assert not any(KEY.hex() in one or SECRET.hex() in one for one in prints)


def test_no_nonce_comes_twice_though_the_count_runs_over() -> None:
    one, two = Nonces(), Nonces()
    drawn = {nonces.next() for nonces in (one, two) for _ in range(1000)}
    one.skip(2**32 - 1 - 1000)
    drawn |= {one.next() for _ in range(1000)}
    assert len(drawn) == 3000
    assert {len(nonce) for nonce in drawn} == {NONCE_BYTES}


def test_nothing_of_a_key_is_in_a_representation() -> None:
    assert KEY.hex() not in repr(SEAL)
    assert "key" not in repr(wrap(SECRET, TODAY, bytes(12), SEAL))
