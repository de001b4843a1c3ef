"""Contacts that are cut up over several lines, and answers that only look like it."""

import pytest

from safety.redaction import MASK, redact


@pytest.mark.parametrize(
    ("before", "text", "secret"),
    [
        (["07700"], "900123", "900123"),
        (["07700", "900"], "123", "123"),
        (["my number is 07700"], "900 123", "900"),
        (["my number is"], "555 0142", "0142"),
        (["my number is", "07"], "700", "700"),
        (["call me on", "oh seven seven"], "double oh nine", "nine"),
        (["ok my number", "its 0 7 7", "0 0 9"], "0 0 1 2 3", "0 1"),
        (["+44 7700"], "900123", "900"),
        (["138"], "0013 8000", "0013"),
        (["555", "014"], "2277", "2277"),
        (["98765"], "41210", "41210"),
        (["mi número es", "612"], "345 678", "345"),
        (["我的电话是"], "13800138000", "138"),
        (["0770"], "then 0900123", "0900123"),
        (["jana.klein"], "@gmail.com", "gmail"),
        (["jana.klein"], "at gmail", "gmail"),
        (["jana.klein at"], "gmail dot com", "gmail"),
        (["jana.klein at gmail"], "dot com", "com"),
        (["jana.klein@"], "example.org", "example"),
        (["my insta is"], "lonelyfox", "lonelyfox"),
        (["my insta is"], "its lonely.fox_7", "lonely.fox_7"),
        (["add me on snap"], "mimi_k2", "mimi_k2"),
        (["add me on snap", "its"], "mimi_k2", "mimi_k2"),
        (["ig:"], "lonelyfox", "lonelyfox"),
        (["t.me/"], "lonelyfox", "lonelyfox"),
        (["discord.gg/"], "aBc123", "aBc123"),
        (["my address is"], "14 elm", "elm"),
    ],
)
def test_the_rest_of_a_contact_is_masked(before: list[str], text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text, before).text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (["i have kids", "2"], "3"),
        (["i'm 24"], "2 kids"),
        (["i'm 24", "and you"], "19"),
        (["1988"], "2019"),
        (["7", "8", "6"], "9"),
        (["10", "20", "30"], "40"),
        (["100", "200", "300"], "400"),
        (["1", "2", "3"], "4"),
        (["10", "9", "8"], "7"),
        (["5"], "4"),
        (["988"], "116 123"),
        (["116"], "123"),
        (["call 988"], "or 116 123"),
        (["07700 900123"], "3"),
        (["07700 900123"], "19 btw"),
        (["i weigh 75", "height 172"], "28"),
        (["12/04/1988"], "14:30"),
        (["i called 3 times"], "2 hours ago"),
        (["add me on snap"], "please"),
        (["add me on insta"], "ok"),
        (["my insta is"], "private"),
        (["i hate insta"], "seriously"),
        (["is she on snap"], "yes"),
        (["i sent her an email"], "yesterday"),
        (["i am at work"], "hello"),
        (["my number is up"], "5 years now"),
        (["room 204"], "floor 3"),
        (["two kids"], "three dogs"),
        (["my mum called me"], "3 times"),
        (["my favourite number is"], "7"),
        (["2 kids", "3 dogs", "1 cat"], "4 fish"),
    ],
)
def test_an_answer_after_numbers_stays(before: list[str], text: str) -> None:
    assert redact(text, before).text == text


def test_only_the_last_three_lines_are_read() -> None:
    assert redact("900123", ["07700", "a", "b", "c"]).text == "900123"
    assert redact("900123", ["a", "b", "07700"]).text == MASK


def test_a_line_without_earlier_lines_is_read_alone() -> None:
    assert redact("900", ()).text == "900"
