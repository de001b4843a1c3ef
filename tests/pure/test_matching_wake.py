"""Wake-ups as they cross the store."""

import pytest

from config.ids import AccountId, OfferId
from matching.wake import Wake, parse


@pytest.mark.parametrize(
    ("payload", "wake"),
    [
        (b"pair", Wake("pair")),
        (b"offered a1 o1", Wake("offered", AccountId("a1"), OfferId("o1"))),
        (b"withdrawn a1 o1", Wake("withdrawn", AccountId("a1"), OfferId("o1"))),
        (b"away a1", Wake("away", AccountId("a1"))),
        (b"", Wake("pair")),
        (b"offered \xff", Wake("pair")),
    ],
)
def test_a_wake_up_says_where_to_look(payload: bytes, wake: Wake) -> None:
    assert parse(payload) == wake
