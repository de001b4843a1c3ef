"""People who talk while things break: they write, resend, reconnect, and remember what they saw.

A seeker or supporter here is the SDK's, with eyes: everything that the SDK would show to a person
goes into a `View`, everything said into `Said`, for the checker to compare with the log.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from client.conversation import Conversation
from client.errors import ClientError, Refused, TimedOut
from client.person import Person
from client.seeker import Seeker
from client.supporter import Supporter
from client.wire import Fact
from tests.support.checker import STAFF_MARK, Said, Story, View
from tests.support.people import PASSPHRASE
from tests.support.running import an_address

PATIENCE = 60.0
ANSWER_SECONDS = 5.0
"""How long somebody waits for the answer to a line before they reconnect and send it again."""
AGAIN_SECONDS = 2.0
"""How long somebody waits before they log in again."""
CRISIS = "I want to end my life tonight"
CRISIS_EVERY = 9
NOTE_EVERY = 8
ENTRIES = frozenset({"said", "accepted", "matched", "joined", "left", "ended"})


class Progress:
    """How many lines have been acknowledged, and how long people had to wait for it."""

    def __init__(self) -> None:
        self.lines = 0
        self.resends = 0
        self.longest = 0.0
        """The longest time from saying a line to knowing that it is kept, in seconds."""
        self.longest_still = 0.0
        """The longest time in which nobody's line was acknowledged."""
        self._last = asyncio.get_running_loop().time()
        self._news: set[asyncio.Event] = set()

    def acknowledged(self, took: float) -> None:
        """Count a line."""
        now = asyncio.get_running_loop().time()
        self.longest_still = max(self.longest_still, now - self._last)
        self.longest = max(self.longest, took)
        self._last = now
        self.lines += 1
        for news in self._news:
            news.set()

    def begin(self) -> None:
        """Count the time in which nothing moves from now on only."""
        self._last = asyncio.get_running_loop().time()

    async def until(self, lines: int, seconds: float = PATIENCE) -> bool:
        """Wait for so many lines; return whether they came in time."""
        news = asyncio.Event()
        self._news.add(news)
        try:
            async with asyncio.timeout(seconds):
                while self.lines < lines:
                    news.clear()
                    await news.wait()
        except TimeoutError:
            return False
        finally:
            self._news.discard(news)
        return True


@dataclass
class Notebook:
    """What everybody remembers, and how far they have come."""

    story: Story
    progress: Progress
    pace: float = 0.0
    """Seconds between two lines of one person."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: list[str] = field(default_factory=list[str])
    """Why somebody's socket closed for good though nobody had ended anything."""

    def begin(self, story: Story) -> None:
        """Begin a new page."""
        self.story = story
        self.stop.clear()
        self.progress.begin()


def _seen(view: View, fact: Fact, said: dict[str, Said]) -> None:
    """Take what is shown into a view."""
    if fact.kind == "reset":
        view.reset()
    elif fact.kind in ENTRIES and fact.has("seq"):
        text = fact.text("text")
        if fact.kind == "accepted":
            line = said.get(fact.text("ref"))
            if line is None:
                return  # a note: it stands in another log
            text = text or line.text
        view.show(fact.number("seq"), text)


async def _say(
    notes: Notebook,
    said: dict[str, Said],
    line: Said,
    says: Callable[[str, str], Coroutine[None, None, int]],
    person: Person,
    *,
    is_open: Callable[[], bool],
) -> bool:
    """Say a line until it is acknowledged; False if it can't be said any more.

    A socket that is newer than the line is left alone: the line goes out on it by itself. Who has
    several talks would break it off for all of them otherwise, again and again.
    """
    began = asyncio.get_running_loop().time()
    said[line.ref] = line
    while True:
        visit = person.visits
        try:
            seq = await says(line.text, line.ref)
        except Refused as refused:
            if refused.reason != "too_fast":
                notes.story.said.append(line)
                return False
            await asyncio.sleep(0.5)
        except TimedOut:
            if not is_open():
                notes.story.said.append(line)
                return False
            notes.progress.resends += 1
            if person.visits == visit:
                person.drop()
        except ClientError:
            notes.story.said.append(line)
            return False
        else:
            notes.story.said.append(replace(line, seq=seq))
            notes.progress.acknowledged(asyncio.get_running_loop().time() - began)
            return True


class WatchedSeeker(Seeker):
    """A seeker whose screen is remembered."""

    def __init__(self, url: str, notes: Notebook, name: str, opening: str = "") -> None:
        super().__init__(url, opening=opening, forwarded_for=an_address(), patience=PATIENCE)
        self._notes_kept = notes
        self._title = name
        self.view = View("", name, whole=False)
        self.saw_the_end = False
        """Whether the end was on the screen; the phase is known before all that led to it."""
        self._said: dict[str, Said] = {}
        notes.story.seekers[name] = set()

    def hear(self, fact: Fact) -> Sequence[bytes]:
        """Remember whose conversation it is; look for what seekers must not be sent."""
        if fact.kind in ("entered", "resumed"):
            id_ = fact.text("conversation")
            if fact.kind == "entered" and not self.conversation:
                self._notes_kept.story.views.append(self.view)
            self.view.conversation = self.view.conversation or id_
            self._notes_kept.story.seekers[self._title].add(id_)
        if STAFF_MARK in str(fact.fields):
            self._notes_kept.story.leaks.append(self.conversation)
        return super().hear(fact)

    def _show(self, fact: Fact) -> None:
        _seen(self.view, fact, self._said)
        self.saw_the_end |= fact.kind == "ended"
        super()._show(fact)

    async def talk(self, lines: int) -> None:
        """Say so many lines, or fewer if it is time to stop or the conversation is over."""
        for number in range(1, lines + 1):
            if self._notes_kept.stop.is_set():
                return
            words = CRISIS if number % CRISIS_EVERY == 0 else f"this is line {number}"
            line = Said(self.conversation, "seeker", f"s{number}", f"{words} of {self._title}")
            if not await _say(
                self._notes_kept, self._said, line, self._one, self, is_open=lambda: True
            ):
                break
            await asyncio.sleep(self._notes_kept.pace)
        if self.failure is not None:
            self._notes_kept.given_up.append(f"seeker: {self.failure}")

    async def _one(self, text: str, ref: str) -> int:
        return await self.says(text, ref=ref, seconds=ANSWER_SECONDS)


class WatchedSupporter(Supporter):
    """A supporter who takes every offer and answers in each conversation that opens."""

    def __init__(self, url: str, notes: Notebook, name: str, shift: int = 0) -> None:
        """`shift` keeps the refs of two log-ins of one person apart."""
        super().__init__(url, name, PASSPHRASE, auto_accept=True, patience=PATIENCE)
        self._shift = shift
        self._login_name = name
        self._notes_kept = notes
        self._views: dict[str, View] = {}
        self._said: dict[str, Said] = {}
        self._shown_anew: deque[str] = deque()
        self._numbers = 0
        self._talks: dict[str, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Forget what is over."""
        for id_ in [id_ for id_, talk in self._talks.items() if talk.done()]:
            del self._talks[id_]
            self._views.pop(id_, None)
            self.conversations.pop(id_, None)
        self._said.clear()

    @property
    def silent(self) -> bool:
        """Whether nothing is being said any more."""
        return all(talk.done() for talk in self._talks.values())

    @property
    def views(self) -> dict[str, View]:
        """The conversations on this screen."""
        return self._views

    def _welcome(self, conversation: Conversation, is_new: bool) -> None:
        if is_new:
            view = View(conversation.id, self._login_name, whole=False)
            self._views[conversation.id] = view
            self._notes_kept.story.views.append(view)
        super()._welcome(conversation, is_new)

    def _show(self, fact: Fact) -> None:
        view = self._views.get(fact.text("conversation"))
        if view is not None:
            _seen(view, fact, self._said)
        super()._show(fact)
        if fact.kind == "opened":
            self._shown_anew.append(fact.text("conversation"))
        if view is not None and fact.kind == "ended":
            view.whole = True

    def _take(self, fact: Fact) -> Sequence[bytes]:
        replies = super()._take(fact)
        if fact.kind == "availability_set" and fact.text("state") == "away":
            return [*replies, *self._again()]  # offers were missed while the socket was broken
        return replies

    async def work(self, lines: int) -> None:
        """Answer in each conversation that opens, until cancelled.

        Raises:
            ClientError: the socket has closed for good.
        """
        async with asyncio.TaskGroup() as tasks:
            while True:
                id_ = await self._inbox.until(self._next_anew, "opened", None)
                if id_ not in self._talks or self._talks[id_].done():
                    talk = self._answer(id_, lines)
                    self._talks[id_] = tasks.create_task(talk, name="a supporter's talk")

    def _next_anew(self) -> str | None:
        return self._shown_anew.popleft() if self._shown_anew else None

    def _words(self, number: int) -> str:
        return f"answer {number} of {self._login_name} in shift {self._shift}"

    async def _answer(self, id_: str, lines: int) -> None:
        """Say so many lines in one conversation, and keep notes of it."""
        for _ in range(lines):
            conversation = self.conversations.get(id_)
            if conversation is None or self._notes_kept.stop.is_set():
                return
            self._numbers += 1
            number = self._numbers
            line = Said(id_, self.account, f"h{self._shift}-{number}", self._words(number))
            one = _speaker(conversation)
            if not await _say(
                *(self._notes_kept, self._said, line, one, self),
                is_open=lambda: self.conversations.get(id_) is conversation,  # noqa: B023
            ):
                break
            if number % NOTE_EVERY == 0:
                with suppress(ClientError):
                    await conversation.notes(f"{STAFF_MARK} {number}")
            await asyncio.sleep(self._notes_kept.pace)


def _speaker(conversation: Conversation) -> Callable[[str, str], Coroutine[None, None, int]]:
    async def one(text: str, ref: str) -> int:
        return await conversation.says(text, ref=ref, seconds=ANSWER_SECONDS)

    return one


class Shift:
    """One supporter's shift: if their socket closes for good, they log in once more."""

    def __init__(self, url: str, notes: Notebook, name: str, *, capacity: int, lines: int) -> None:
        self._url = url
        self._notes = notes
        self._name = name
        self._capacity = capacity
        self._lines = lines
        self._begun = asyncio.Event()
        self.person = WatchedSupporter(url, notes, name)

    async def begun(self) -> None:
        """Wait until they are there for the first time."""
        await self._begun.wait()

    async def run(self) -> None:
        """Work until cancelled."""
        shift = 0
        while True:
            try:
                async with self.person:
                    await self.person.becomes("available", capacity=self._capacity)
                    self._begun.set()
                    await self.person.work(self._lines)
            except* ClientError as failures:
                for failure in failures.exceptions:
                    self._notes.given_up.append(f"supporter: {failure}")
                await asyncio.sleep(AGAIN_SECONDS)
            shift += 1
            self.person = WatchedSupporter(self._url, self._notes, self._name, shift)


@asynccontextmanager
async def on_duty(
    url: str, notes: Notebook, names: Sequence[str], *, capacity: int, lines: int
) -> AsyncGenerator[list[Shift]]:
    """Let supporters work for as long as the context lasts."""
    shifts = [Shift(url, notes, name, capacity=capacity, lines=lines) for name in names]
    async with asyncio.TaskGroup() as tasks:
        work: list[asyncio.Task[None]] = []
        for one in shifts:  # one after another: many at once from one address are slowed down
            work.append(tasks.create_task(one.run(), name="a supporter's shift"))
            await one.begun()
        try:
            yield shifts
        finally:
            for task in work:
                task.cancel()
