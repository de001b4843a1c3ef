"""The scripts of the log against the plain one in memory, on histories nobody wrote.

Every operation is done in both and must answer alike; after each, everything that can be read
must be alike, and the promises must hold.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chat.conversation import (
    Closed,
    Conversation,
    Event,
    GivenBack,
    IllegalEvent,
    Joined,
    Matched,
    SeekerLeft,
    SteppedOut,
    TakenOver,
    step,
)
from chat.conversation import Log as LogEffect
from chat.entry import FlagDoubted, Line, LogEntry
from chat.log import SEEKER, Log, Record
from chat.log_memory import MemoryLog
from chat.log_redis import RedisLog
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq, TokenHash, new_id
from config.risk import ESCALATES_FROM, Risk
from store.client import Store, connect
from store.errors import StoreError
from tests.support.talks import ABOUT, KEYRING, RETENTION, START, TOKEN, a_line, a_text

T = TypeVar("T")

Seen = tuple[
    list[Record | None],
    Sequence[Sequence[tuple[Seq, LogEntry]] | StoreError],
    list[object],
    list[tuple[ConversationId, Seq, Risk]],
]
"""All that can be read."""

GRAVE = ESCALATES_FROM
STAFF = [AccountId("anna"), AccountId("ben")]
REFS = [f"r{n}" for n in range(6)]


def _risk_after(lines: Sequence[Line]) -> Risk:
    """The risk of a conversation: up at once, down one level where a line says so."""
    risk = Risk.NONE
    for line in lines:
        standing = max(line.risk, line.standing)
        if standing > risk or (line.lowers and standing == risk - 1):
            risk = standing
    return risk


accounts = st.sampled_from(STAFF)
refs = st.sampled_from(REFS)
risks = st.sampled_from(Risk)
texts = st.text(max_size=8)
which = st.integers(0, 1)
openings = st.none() | st.builds(a_line, st.just("opening"), texts, risk=risks)
events = st.one_of(
    st.builds(Matched, accounts, st.sampled_from(["Anna", "Ben"])),
    st.builds(Joined, accounts, st.just("Grace")),
    st.builds(SteppedOut, accounts),
    st.builds(TakenOver, accounts, st.just("Grace")),
    st.builds(GivenBack, accounts, st.sampled_from(["handed_over", "lost"])),
)
endings = st.builds(SeekerLeft, st.just("done")) | st.builds(Closed, st.just("closed"))


class Logs(RuleBasedStateMachine):
    """Two logs with one history."""

    runner: asyncio.Runner
    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.kept = RedisLog(self.store, KEYRING, origin="here", retention=RETENTION)
        self.model = MemoryLog(retention=RETENTION)
        self.ids = [ConversationId(new_id()) for _ in range(2)]
        self.states: list[Conversation] = []
        """Every state there ever was, to decide upon once it is long gone."""

    def both(self, operation: Callable[[Log], Awaitable[T]]) -> T:
        """Do it in both logs; the answers must be alike."""

        async def ask() -> tuple[T, T]:
            return await operation(self.kept), await operation(self.model)

        kept, model = self.runner.run(ask())
        assert kept == model
        return model

    def record(self, n: int) -> Record:
        found = self.both(lambda log: log.find(self.ids[n]))
        assert found is not None
        return found

    @initialize(opening=openings)
    def two_begin(self, opening: Line | None) -> None:
        def create(log: Log) -> Awaitable[list[bool]]:
            return asyncio.gather(*(log.create(id_, ABOUT, TOKEN, opening) for id_ in self.ids))

        assert self.both(create) == [True, True]

    @rule(n=which, opening=openings)
    def is_created_again(self, n: int, opening: Line | None) -> None:
        created = self.both(lambda log: log.create(self.ids[n], ABOUT, TokenHash("x"), opening))
        assert not created

    @rule(n=which, ref=refs, text=texts, risk=risks, standing=risks, lowers=st.booleans())
    def the_seeker_says(
        self, n: int, ref: str, text: str, risk: Risk, standing: Risk, lowers: bool
    ) -> None:
        line = a_line(ref, text, risk=risk, standing=standing, lowers=lowers)
        self.both(lambda log: log.append(self.ids[n], SEEKER, line))

    @rule(n=which, account=accounts, ref=refs, text=texts, risk=risks)
    def staff_say(self, n: int, account: AccountId, ref: str, text: str, risk: Risk) -> None:
        line = a_line(ref, text, account=account, risk=risk)
        self.both(lambda log: log.append(self.ids[n], account, line))

    @rule(n=which, account=accounts, ref=refs, text=texts)
    def staff_write(self, n: int, account: AccountId, ref: str, text: str) -> None:
        entry = a_text(ref, text)
        self.both(lambda log: log.append_staff(self.ids[n], account, Ref(ref), entry))

    @rule(n=which, account=accounts, seq=st.integers(1, 9))
    def staff_doubt(self, n: int, account: AccountId, seq: int) -> None:
        doubt = FlagDoubted(at=START, account=account, seq=seq)
        ref = Ref(f"wrong:{seq}")
        self.both(lambda log: log.append_staff(self.ids[n], account, ref, doubt))

    @rule(n=which, event=events)
    def changes(self, n: int, event: Event) -> None:
        self._commit(self.record(n).state, event)

    @rule(n=which, event=endings)
    def ends(self, n: int, event: Event) -> None:
        self._commit(self.record(n).state, event)

    @rule(pick=st.integers(0, 99), event=events)
    def changes_on_an_old_state(self, pick: int, event: Event) -> None:
        if self.states:
            self._commit(self.states[pick % len(self.states)], event)

    @rule(n=which, seq=st.integers(1, 9))
    def a_line_is_raised(self, n: int, seq: int) -> None:
        self.both(lambda log: log.raised(self.ids[n], seq))

    @rule(n=which, gone=st.none() | st.just(START), seq=st.integers(0, 9), supporter=st.booleans())
    def marks_come(self, n: int, gone: Millis | None, seq: int, supporter: bool) -> None:
        id_ = self.ids[n]
        self.both(lambda log: log.set_gone(id_, gone))
        self.both(lambda log: log.set_read(id_, "supporter" if supporter else "seeker", seq))
        self.both(lambda log: log.replace_token(id_, TokenHash(f"token {seq}")))

    @invariant()
    def all_that_can_be_read_is_alike(self) -> None:
        async def everything(log: Log) -> Seen:
            seen = await asyncio.gather(
                log.find_many(self.ids),
                log.read_many([(id_, 0) for id_ in self.ids]),
                log.read(self.ids[0], 2, 3),
                log.read_staff(self.ids[0], 0),
                log.read_staff(self.ids[1], 1),
            )
            return seen[0], seen[1], [*seen[2:]], sorted(await log.unraised(self.ids))

        records, logs, _, unraised = self.both(everything)
        for record, entries in zip(records, logs, strict=True):
            if record is not None and not isinstance(entries, StoreError):
                mine = {seq for id_, seq, _ in unraised if id_ == record.state.id}
                self._keeps_its_promises(record, entries, mine)

    def _keeps_its_promises(
        self, record: Record, entries: Sequence[tuple[Seq, LogEntry]], unraised: set[Seq]
    ) -> None:
        assert [seq for seq, _ in entries] == list(range(1, record.last + 1))
        lines = [entry for _, entry in entries if isinstance(entry, Line)]
        said = [(line.account, line.ref) for line in lines]
        assert len(said) == len(set(said))
        assert record.risk == _risk_after(lines)
        grave = [seq for seq, one in entries if isinstance(one, Line) and one.risk >= GRAVE]
        assert unraised <= set(grave)

    def _commit(self, before: Conversation, event: Event) -> None:
        try:
            after, effects = step(before, event, START)
        except IllegalEvent:
            return
        entries = [effect.entry for effect in effects if isinstance(effect, LogEffect)]
        name = event.name if isinstance(event, Matched | TakenOver) else ""
        if self.both(lambda log: log.commit(before, after, entries, name)):
            self.states.append(after)  # what was refused never was


async def hold(url: str, opened: asyncio.Future[Store], done: asyncio.Event) -> None:
    async with connect(url) as store:
        opened.set_result(store)
        await done.wait()


@pytest.mark.timeout(400)  # only a failure takes that long: it is made as short as can be
@pytest.mark.parametrize(("url", "examples"), [("single_url", 40), ("cluster_url", 2)])
def test_the_scripts_do_what_the_plain_log_does(
    url: str, examples: int, request: pytest.FixtureRequest
) -> None:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        opened: asyncio.Future[Store] = loop.create_future()
        done = asyncio.Event()
        holding = loop.create_task(
            hold(request.getfixturevalue(url), opened, done), name="the open store"
        )

        class OpenLogs(Logs):
            pass

        OpenLogs.runner, OpenLogs.store = runner, loop.run_until_complete(opened)
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            OpenLogs,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=checks,
            ),
        )
        done.set()
        loop.run_until_complete(holding)
