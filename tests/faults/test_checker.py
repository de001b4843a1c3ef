"""The checker finds what is planted: a checker that finds nothing would be worth nothing."""

from dataclasses import replace

import pytest

from tests.support.checker import Kept, Logged, Room, Said, Story, View, violations

HI = Logged(2, "seeker", "r1", "hi")
HELLO = Logged(3, "amina", "r1", "hello")
DANGER = Logged(4, "seeker", "r2", "tonight", high=True)
GOOD = Kept([HI, HELLO, DANGER], 4, (1, 2, 3, 4), causes=1)


def a_story() -> Story:
    """Return three lines that all went well; entry 1 is a match."""
    entries = [(1, ""), (2, "hi"), (3, "hello"), (4, "tonight")]
    return Story(
        said=[
            Said("c", "seeker", "r1", "hi", 2),
            Said("c", "amina", "r1", "hello", 3),
            Said("c", "seeker", "r3", "not yet acknowledged"),
        ],
        views=[View("c", "seeker", list(entries)), View("c", "amina", list(entries))],
        kept={"c": GOOD},
        rooms=[Room(frozenset("a"), frozenset("b"), {"c": "amina"}, {"amina": 1})],
        seekers={"one": {"c"}, "two": {"a"}},
    )


def found(story: Story) -> set[tuple[int, str]]:
    """Return the promises that are broken, and in what way."""
    return {(one.promise, one.what) for one in violations(story)}


def test_nothing_is_found_where_all_went_well() -> None:
    assert found(a_story()) == set()


def test_a_lost_acknowledged_line_is_found() -> None:
    story = a_story()
    story.said.append(Said("c", "seeker", "r9", "gone", 9))
    assert found(story) == {(1, "acknowledged line 9 is lost")}


def test_a_line_that_stands_where_another_was_told_is_found() -> None:
    story = a_story()
    story.said[0] = replace(story.said[0], seq=3)
    assert found(story) == {(1, "line 3 is another's")}


@pytest.mark.parametrize("seqs", [(1, 2, 4), (1, 2, 2, 3, 4), (2, 1, 3, 4), (1, 2, 3)])
def test_holes_doubles_and_disorder_of_the_log_are_found(seqs: tuple[int, ...]) -> None:
    story = a_story()
    story.kept["c"] = replace(GOOD, seqs=seqs)
    assert (2, "the log has a hole or a double") in found(story)


def test_a_line_that_stands_twice_is_found() -> None:
    story = a_story()
    again = replace(HI, seq=5)
    story.kept["c"] = replace(GOOD, lines=[*GOOD.lines, again], last=5, seqs=(1, 2, 3, 4, 5))
    assert (3, "the line with ref r1 stands in the log 2 times") in found(story)


@pytest.mark.parametrize("change", [{"causes": 0}, {"unraised": 1}, {"causes": 2}])
def test_a_missing_and_a_doubled_escalation_are_found(change: dict[str, int]) -> None:
    story = a_story()
    kept = story.kept["c"]
    causes, unraised = change.get("causes", kept.causes), change.get("unraised", 0)
    story.kept["c"] = replace(kept, causes=causes, unraised=unraised)
    assert {promise for promise, _ in found(story)} == {7}


def test_a_line_that_somebody_never_saw_is_found() -> None:
    story = a_story()
    del story.views[1].shown[3]
    assert found(story) == {(2, "amina never saw 1 lines")}


def test_who_left_before_the_end_need_not_have_seen_the_end() -> None:
    story = a_story()
    del story.views[1].shown[3]
    story.views[1].whole = False
    assert found(story) == set()


def test_who_left_before_the_end_has_seen_all_that_came_before() -> None:
    story = a_story()
    del story.views[1].shown[2]
    story.views[1].whole = False
    assert found(story) == {(2, "amina never saw 1 lines")}


def test_a_silent_hole_is_found_though_it_was_filled_later() -> None:
    story = a_story()
    view = View("c", "amina")
    for seq, text in [(1, ""), (3, "hello"), (2, "hi"), (4, "tonight")]:
        view.show(seq, text)
    story.views[1] = view
    assert found(story) == {(2, "amina was shown a hole, a double or another order")}


def test_a_told_reset_is_no_hole() -> None:
    story = a_story()
    view = View("c", "amina")
    view.show(7, "nonsense")
    view.reset()
    for seq, text in story.views[0].shown:
        view.show(seq, text)
    story.views[1] = view
    assert found(story) == set()


def test_a_line_that_was_shown_and_is_not_in_the_log_is_found() -> None:
    story = a_story()
    story.views[0].shown.append((5, "never written"))
    assert (1, "seeker saw entry 5, which the log has not") in found(story)


def test_another_text_than_the_log_has_is_found() -> None:
    story = a_story()
    story.views[0].shown[1] = (2, "hoi")
    assert (1, "seeker saw entry 2, which the log has not") in found(story)


def test_a_ticket_in_two_states_is_found() -> None:
    story = a_story()
    story.rooms.append(Room(waiting=frozenset("c"), seats={"c": "amina"}))
    assert found(story) == {(5, "a ticket is in two states")}


def test_a_supporter_above_capacity_is_found() -> None:
    story = a_story()
    story.rooms.append(Room(seats={"c": "amina", "d": "amina"}, capacities={"amina": 1}))
    assert found(story) == {(5, "a supporter has 2 conversations")}


def test_two_seekers_in_one_conversation_are_found() -> None:
    story = a_story()
    story.seekers["two"] = {"c"}
    assert found(story) == {(5, "2 seekers are in one conversation")}


def test_a_seeker_in_two_conversations_is_found() -> None:
    story = a_story()
    story.seekers["one"].add("d")
    assert found(story) == {(5, "a seeker was in 2 conversations")}


def test_staff_text_at_a_seeker_is_found() -> None:
    story = a_story()
    story.leaks.append("c")
    assert found(story) == {(8, "what staff wrote reached a seeker")}
