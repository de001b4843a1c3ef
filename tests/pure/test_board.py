"""The board: a difference told to a board that shows one state makes it show the other."""

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.board import BoardNews, difference, gather, oldest_seconds
from chat.closing import Closing
from chat.floor import Floor
from chat.gauges import FRESH_MS
from chat.protocol_board import (
    BlockRow,
    Board,
    BoardChanged,
    ConversationRow,
    EscalationRow,
    Lights,
    ProposalRow,
    SupporterRow,
    TicketRow,
)
from chat.protocol_staff import StaffFact
from chat.screener import Screener
from client.board import Board as Shown
from client.wire import decode
from config.clock import Millis
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.ticket import Supporter, Ticket
from staff.roles import Role
from staff.sessions import SessionId
from tests.support.talks import Clock, parts_on
from tests.support.talks import screen as real_filter

IDS = st.sampled_from(["a", "b", "c", "d"])
SMALL = st.integers(0, 2)
GRACE, SESSION = AccountId("grace"), SessionId("session")


def rows(kind: st.SearchStrategy[msgspec.Struct]) -> st.SearchStrategy[list[msgspec.Struct]]:
    return st.lists(kind, max_size=4, unique_by=lambda row: str(msgspec.structs.asdict(row)["id"]))


boards = st.builds(
    Board,
    lights=st.builds(Lights, waiting=SMALL),
    waiting=rows(
        st.builds(
            TicketRow,
            id=IDS,
            name=st.just("Heron"),
            language=st.just("en"),
            risk=SMALL,
            since=SMALL,
            state=st.sampled_from(["waiting", "offered"]),
            declines=SMALL,
        )
    ),
    conversations=rows(
        st.builds(
            ConversationRow,
            id=IDS,
            name=st.just("Heron"),
            supporter=st.just("Anna"),
            language=st.just("en"),
            risk=SMALL,
            since=SMALL,
            connected=st.booleans(),
        )
    ),
    supporters=rows(
        st.builds(
            SupporterRow,
            id=IDS,
            name=st.just("Anna"),
            state=st.just("available"),
            load=SMALL,
            capacity=st.just(1),
        )
    ),
    escalations=rows(
        st.builds(
            EscalationRow,
            id=IDS,
            conversation=IDS,
            name=st.just("Heron"),
            cause=st.just("line"),
            risk=SMALL,
            raised=SMALL,
            acknowledged=st.none() | SMALL,
        )
    ),
    blocks=rows(
        st.builds(
            BlockRow,
            id=IDS,
            grade=st.just("paused"),
            reason=st.just("spam"),
            by=st.just("Grace"),
            since=SMALL,
            until=SMALL,
        )
    ),
    proposals=rows(
        st.builds(
            ProposalRow,
            id=IDS,
            by=st.just("Grace"),
            account=IDS,
            since=SMALL,
            until=SMALL,
            days=st.just(30),
        )
    ),
)


@dataclass
class Screen:
    """A supervisor's screen, with the board that it shows."""

    account: AccountId = GRACE
    session: SessionId = SESSION
    role: Role = Role.SUPERVISOR
    board: Board | None = None
    stated: Supporter | None = None
    shown: Shown = field(default_factory=Shown)
    frames: list[bytes] = field(default_factory=list[bytes])

    def shows(self) -> frozenset[ConversationId]:
        """Show the text of no conversation."""
        return frozenset()

    def take_away(self, conversation: ConversationId, reason: Literal["erased", "expired"]) -> None:
        """Have nothing to forget."""

    def tell(self, fact: StaffFact) -> None:
        """Take a fact."""
        self.hear(msgspec.msgpack.encode(fact))

    def hear(self, frame: bytes) -> None:
        """Take a frame, as a client would."""
        self.frames.append(frame)
        self.shown.take(decode(frame))

    def cut(self, closing: Closing) -> None:
        """Close the socket."""
        raise AssertionError("nobody closes this socket")

    def opens(self, board: Board) -> None:
        """Show the whole board."""
        self.board = board
        self.tell(board)


def seen(screen: Shown) -> dict[str, object]:
    tables = {
        "waiting": screen.waiting,
        "conversations": screen.conversations,
        "supporters": screen.supporters,
        "escalations": screen.escalations,
        "blocks": screen.blocks,
        "proposals": screen.proposals,
    }
    told: dict[str, object] = {
        name: {id_: dict(row.fields) for id_, row in table.items()}
        for name, table in tables.items()
    }
    return {**told, "lights": dict(screen.lights)}


def whole(board: Board) -> dict[str, object]:
    screen = Screen()
    screen.opens(board)
    return seen(screen.shown)


@settings(max_examples=200, deadline=None)
@given(boards, boards)
def test_what_has_changed_makes_one_board_of_the_other(before: Board, after: Board) -> None:
    screen = Screen()
    screen.opens(before)
    changes = difference(before, after)
    if changes is not None:
        screen.tell(changes)
    assert seen(screen.shown) == whole(after)


@settings(max_examples=50, deadline=None)
@given(boards)
def test_nothing_is_told_where_nothing_has_changed(board: Board) -> None:
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(board), type=Board)
    assert difference(board, again) is None


@settings(max_examples=100, deadline=None)
@given(st.lists(boards, min_size=2, max_size=5), st.integers(0, 4))
def test_a_board_opened_between_two_looks_shows_what_the_others_show(
    states: list[Board], when: int
) -> None:
    floor = Floor()
    news = BoardNews(parts_on(None, Clock()), floor)
    first, second = Screen(), Screen()
    floor.come(first)
    floor.come(second)
    first.opens(states[0])
    for number, state in enumerate(states[1:]):
        if number == when:
            second.opens(states[when - 1])
        news.tell(state)
        assert seen(first.shown) == whole(state)
        if second.board is not None:
            assert seen(second.shown) == whole(state)


def test_boards_that_show_the_same_share_a_frame() -> None:
    floor = Floor()
    news = BoardNews(parts_on(None, Clock()), floor)
    screens = [Screen(), Screen()]
    before, after = Board(lights=Lights()), Board(lights=Lights(waiting=1))
    for screen in screens:
        floor.come(screen)
        screen.opens(before)
    news.tell(after)
    assert screens[0].frames[-1] is screens[1].frames[-1]
    assert screens[0].board is after
    news.tell(Board(lights=Lights(waiting=1)))
    assert [len(screen.frames) for screen in screens] == [2, 2]


def test_who_has_not_opened_the_board_is_told_nothing() -> None:
    floor, screen = Floor(), Screen()
    floor.come(screen)
    BoardNews(parts_on(None, Clock()), floor).tell(Board(lights=Lights(waiting=1)))
    assert screen.frames == []


def test_a_row_that_changes_its_section_goes_from_one_and_comes_to_the_other() -> None:
    ticket = TicketRow(id="a", name="Heron", language="en", risk=0, since=1, state="waiting")
    talk = ConversationRow(id="a", name="Heron", supporter="Anna", language="en", risk=0, since=2)
    changes = difference(
        Board(lights=Lights(), waiting=[ticket]), Board(lights=Lights(), conversations=[talk])
    )
    assert changes == BoardChanged(lights=Lights(), conversations=[talk], gone=["waiting:a"])


async def test_all_boards_count_who_watches_and_what_was_not_screened_at_any_process() -> None:
    clock, filter_there = Clock(), copy(real_filter())
    filter_there.faults += 7
    here = parts_on(None, clock)
    there = replace(parts_on(None, clock, beside=here), screener=Screener(filter_there))
    floors = [Floor(), Floor()]
    news = [BoardNews(parts, floor) for parts, floor in zip((here, there), floors, strict=True)]
    already = here.screener.faults
    for floor, account in zip(floors, (GRACE, AccountId("henry")), strict=True):
        floor.come(Screen(account=account, board=Board(lights=Lights())))

    async def lights() -> Lights:
        for one in news:
            await one.report()
        return (await gather(here, floors[0])).lights

    assert (await lights()).supervisors == 2
    assert (await lights()).unscreened == 2 * already + 7
    clock.go(FRESH_MS / 1000)
    assert (await lights()).supervisors == 2, "it is told again and again"
    clock.go(FRESH_MS / 1000)
    await news[0].report()
    alone = (await gather(here, floors[0])).lights
    assert (alone.supervisors, alone.unscreened) == (1, already), "the other process is gone"


def test_the_longest_wait_counts_from_the_last_return() -> None:
    def waits(arrived: int, boosted: int = 0) -> Ticket:
        return Ticket(
            ConversationId("a"),
            "Heron",
            ("en",),
            (),
            Risk.NONE,
            Millis(arrived),
            boosted=Millis(boosted),
        )

    assert oldest_seconds([], Millis(9000)) == 0
    assert oldest_seconds([waits(1000, 8000), waits(3000)], Millis(9500)) == 6
    assert oldest_seconds([waits(10_000)], Millis(9000)) == 0
