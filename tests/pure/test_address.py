"""What `store.url` may say, and the slots of a cluster."""

import pytest

from store.address import Address, Tls, read_url
from store.cluster import slot_of


def test_one_server_is_read_with_its_login_and_database() -> None:
    (one,) = read_url("redis://me:p%40ss@example.org:7000/3").servers
    assert one == Address("example.org", 7000, username="me", password="p@ss", database=3)
    assert "p@ss" not in repr(one)


def test_a_unix_socket_has_a_path() -> None:
    (one,) = read_url("unix:///run/store.sock?password=x").servers
    assert (one.path, one.password, one.name) == ("/run/store.sock", "x", "/run/store.sock")


def test_sentinels_have_their_own_port_password_and_a_service() -> None:
    place = read_url("redis+sentinel://a,b:5000,[::1]:6000/bench?password=x&sentinel_password=y")
    assert [one.name for one in place.servers] == ["a:26379", "b:5000", "::1:6000"]
    assert (place.service, place.sentinel_password) == ("bench", "y")
    assert {one.password for one in place.servers} == {"x"}


def test_tls_is_asked_for_by_the_scheme() -> None:
    place = read_url("rediss+cluster://a?ssl_ca_certs=ca.pem")
    assert place.scheme == "redis+cluster"
    assert place.servers[0].tls == Tls(authorities="ca.pem")
    assert place.servers[0].at("b", 1).tls == Tls(authorities="ca.pem")
    assert read_url("redis://a").servers[0].tls is None


def test_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scheme: http"):
        read_url("http://a")


def test_slots_are_those_of_the_specification() -> None:
    assert slot_of("123456789") == 0x31C3
    assert slot_of("foo{hash_tag}") == slot_of("hash_tag") == slot_of("{hash_tag}bar")
    assert slot_of("foo{}bar") != slot_of("foo"), "an empty tag is none"
