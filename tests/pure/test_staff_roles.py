"""Who may do what: the table, and what it must never come to say."""

from itertools import pairwise

import pytest

from staff.roles import AUDITED, OWN, RIGHTS, Act, Role, manages, may


def test_each_role_may_do_all_that_the_one_before_it_may() -> None:
    for lesser, greater in pairwise(Role):
        assert RIGHTS[lesser] < RIGHTS[greater]


def test_a_supporter_may_support_and_look_at_nobody_else() -> None:
    assert {act for act in Act if may(Role.SUPPORTER, act)} == OWN | {Act.SUPPORT}


@pytest.mark.parametrize("act", [Act.CHANGE_ROLE, Act.RESET_FACTORS])
def test_only_an_administrator_changes_roles_and_resets_factors(act: Act) -> None:
    assert [role for role in Role if may(role, act)] == [Role.ADMINISTRATOR]


def test_nobody_manages_an_account_greater_than_their_own() -> None:
    ranks = list(Role)
    for role in Role:
        for subject in Role:
            if manages(role, subject):
                assert ranks.index(role) >= ranks.index(subject)
    assert not manages(Role.SUPERVISOR, Role.SUPERVISOR)
    assert not manages(Role.SUPPORTER, Role.SUPPORTER)


@pytest.mark.parametrize(
    "act", [Act.WATCH, Act.JOIN, Act.TAKE_OVER, Act.READ_TRANSCRIPT, Act.CHANGE_ROLE]
)
def test_every_look_is_audited(act: Act) -> None:
    assert act in AUDITED
