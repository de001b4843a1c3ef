"""Tags of addresses: who shares one, for how long it is known again, and what it gives away."""

from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis
from web.addresses import DAY_MS, Addresses, DayKeys
from web.visitors import ADMISSIONS, REMEMBERED, Visitors

NOON = Millis(20_000 * DAY_MS + DAY_MS // 2)
MIDNIGHT = Millis(20_001 * DAY_MS)
HOME = "203.0.113.7"


def after(start: Millis, *, ms: int) -> Millis:
    return Millis(start + ms)


def test_a_household_has_one_tag_and_neighbours_have_others() -> None:
    addresses = Addresses(())

    def tag(peer: str) -> str:
        return addresses.tags(peer, {}, NOON).today

    assert tag("2001:db8:1:2::5") == tag("2001:db8:1:2:ffff::9")
    assert tag("2001:db8:1:2::5") != tag("2001:db8:1:3::5")
    assert tag("203.0.113.7") == tag("::ffff:203.0.113.7")
    assert tag("203.0.113.7") != tag("203.0.113.8")


def test_two_processes_call_one_address_by_two_tags() -> None:
    assert Addresses(()).tags(HOME, {}, NOON).today != Addresses(()).tags(HOME, {}, NOON).today


@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 5), max_size=8))
def test_who_began_with_one_key_agrees_each_day_whenever_they_looked(
    days: list[int], others_days: list[int]
) -> None:
    keys = DayKeys()
    keys.turn(0)
    other = copy(keys)
    for day in sorted(days):
        keys.turn(day)
    for day in others_days:
        other.turn(day)
    last = max([0, *days, *others_days])
    for one in (keys, other):
        one.turn(last)
    assert (keys.today, keys.before) == (other.today, other.before)
    assert keys.today.hex() not in repr(keys)


@given(st.ip_addresses().map(str))
def test_a_tag_holds_nothing_of_the_address(address: str) -> None:
    tags = Addresses(()).tags(address, {}, NOON)
    assert address not in repr(tags)
    assert len(tags.today) == 32


def test_the_tag_of_yesterday_is_known_for_one_day() -> None:
    addresses = Addresses(())
    evening = addresses.tags(HOME, {}, after(MIDNIGHT, ms=-1))
    morning = addresses.tags(HOME, {}, MIDNIGHT)
    assert morning.before == evening.today
    assert morning.today != evening.today
    later = addresses.tags(HOME, {}, after(MIDNIGHT, ms=2 * DAY_MS))
    assert not {later.before, later.today} & {evening.today, morning.today}


def test_a_clock_that_steps_back_over_midnight_changes_no_tag() -> None:
    addresses = Addresses(())
    morning = addresses.tags(HOME, {}, MIDNIGHT)
    assert addresses.tags(HOME, {}, after(MIDNIGHT, ms=-1)) == morning


def test_a_proxy_that_does_not_say_who_is_behind_it_stands_for_many() -> None:
    addresses = Addresses(("10.0.0.0/8",))
    forwarded = {b"x-forwarded-for": b"198.51.100.1, 203.0.113.7"}
    assert addresses.tags("10.0.0.2", {}, NOON).shared
    assert not addresses.tags("10.0.0.2", forwarded, NOON).shared
    assert addresses.tags("127.0.0.1", {}, NOON).shared
    for unreadable in (b"", b"unknown", b"203.0.113.7:http:1"):
        assert addresses.tags("10.0.0.2", {b"x-forwarded-for": unreadable}, NOON).shared
    direct = addresses.tags("203.0.113.7", {}, NOON)
    assert addresses.tags("10.0.0.2", forwarded, NOON) == direct


@pytest.mark.parametrize("written", [f"{HOME}:51234", HOME, "[2001:db8::5]:51234", "[2001:db8::5]"])
def test_a_proxy_may_write_a_port_behind_the_address(written: str) -> None:
    addresses = Addresses(("10.0.0.0/8",))
    bare = HOME if HOME in written else "2001:db8::5"
    forwarded = {b"x-forwarded-for": written.encode()}
    assert addresses.tags("10.0.0.2", forwarded, NOON) == addresses.tags(bare, {}, NOON)
    assert not addresses.tags(bare, {}, NOON).shared


def test_keys_whose_time_is_over_are_forgotten_though_nobody_comes() -> None:
    keys = DayKeys()
    addresses = Addresses((), keys)
    assert addresses.turn(NOON) == NOON // DAY_MS
    first = keys.today
    assert addresses.turn(after(NOON, ms=2 * DAY_MS)) == NOON // DAY_MS + 2
    assert first not in (keys.today, keys.before)


def test_what_is_used_up_before_midnight_is_used_up_after_it() -> None:
    addresses, visitors = Addresses(()), Visitors()
    evening = visitors.of(addresses.tags(HOME, {}, after(MIDNIGHT, ms=-1)))
    while evening.allows(ADMISSIONS):
        pass
    morning = visitors.of(addresses.tags(HOME, {}, MIDNIGHT))
    assert not morning.allows(ADMISSIONS)
    assert visitors.of(addresses.tags("203.0.113.8", {}, MIDNIGHT)).allows(ADMISSIONS)


def test_no_more_visitors_are_remembered_than_there_is_room_for() -> None:
    addresses, visitors = Addresses(()), Visitors()
    first = visitors.of(addresses.tags(HOME, {}, NOON))
    for number in range(REMEMBERED):
        place = f"2001:db8:{number >> 8:x}:{number & 255:x}::1"
        visitors.of(addresses.tags(place, {}, NOON))
    assert visitors.of(addresses.tags(HOME, {}, NOON)) is not first
