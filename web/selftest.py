"""Self-test: one whole conversation on real sockets, from the first word to the feedback.

A seeker, a supporter and a supervisor of the SDK play what the service is for, step by step;
each step is timed. Without an error it shows that a server does all of it; with one, where not.
"""

import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from client.conversation import Conversation
from client.errors import ClientError
from client.person import PATIENCE_SECONDS
from client.seeker import Seeker
from client.supervisor import Supervisor
from client.supporter import Supporter

CRISIS = "I want to end my life tonight"
"""A line that any lexicon has to flag; the words are those of the public screening scales."""
HIGH = 3
"""The level of risk from which there is an escalation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what should happen, how long it took, whether it did, and if not, why."""

    name: str
    ms: float
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The steps that were played; after one that failed, none is."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether every step did what it should."""
        return all(step.ok for step in self.steps)


class Unexpected(ClientError):
    """Something came, but not what should have come."""


async def play(
    url: str,
    supporter: tuple[str, str],
    supervisor: tuple[str, str],
    *,
    patience: float = PATIENCE_SECONDS,
) -> Report:
    """Play the conversation at `url` and report each step.

    The two accounts are (name, password); the supporter speaks English and is trained to the
    highest level. Nobody else may be waiting or on duty there.
    """
    script = _Script()
    with contextlib.suppress(ClientError):
        await _whole(script, url, supporter, supervisor, patience)
    return Report(tuple(script.steps))


@dataclass(slots=True)
class _Script:
    """The steps so far."""

    steps: list[Step] = field(default_factory=list[Step])

    @contextlib.asynccontextmanager
    async def step(self, name: str) -> AsyncGenerator[None]:
        """Time what is inside; note a failure, and pass it on."""
        began = time.perf_counter()
        problem = ""
        try:
            yield
        except ClientError as failure:
            problem = str(failure)
            raise
        finally:
            ms = (time.perf_counter() - began) * 1000
            self.steps.append(Step(name, ms, not problem, problem))


@dataclass(frozen=True, slots=True)
class _People:
    """Who plays, once everybody is there."""

    seeker: Seeker
    supporter: Supporter
    supervisor: Supervisor
    screen: Conversation
    """The conversation as the supporter has it."""


async def _whole(
    script: _Script,
    url: str,
    supporter_login: tuple[str, str],
    supervisor_login: tuple[str, str],
    patience: float,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with script.step("the supporter logs in and attends"):
            supporter = Supporter(url, *supporter_login, patience=patience)
            await stack.enter_async_context(supporter)
        async with script.step("the supervisor opens the board"):
            supervisor = Supervisor(url, *supervisor_login, patience=patience)
            await stack.enter_async_context(supervisor)
            await supervisor.opens_board()
        async with script.step("a seeker enters with opening words"):
            seeker = Seeker(
                url, opening="I feel alone these days", mood=3, country="GB", patience=patience
            )
            await stack.enter_async_context(seeker)
            stack.push_async_callback(seeker.parts)
        screen = await _meet(script, seeker, supporter)
        people = _People(seeker, supporter, supervisor, screen)
        await _talk(script, people)
        await _crisis(script, people)
        await _close(script, people)


async def _meet(script: _Script, seeker: Seeker, supporter: Supporter) -> Conversation:
    async with script.step("the seeker is told the place"):
        await seeker.hears("waiting")
    async with script.step("the supporter is available and is offered the conversation"):
        await supporter.becomes("available", capacity=1, languages=["en"])
        offer = await supporter.hears("offered")
    async with script.step("the supporter accepts and sees the opening words"):
        screen = await supporter.accepts(offer.text("offer"))
        await screen.sees("I feel alone these days")
    async with script.step("the seeker is told who has come"):
        await seeker.matched()
    return screen


async def _talk(script: _Script, people: _People) -> None:
    seeker, screen = people.seeker, people.screen
    async with script.step("a line of the supporter arrives"):
        await screen.says("Hello, I am here with you")
        await seeker.sees("Hello, I am here with you")
    async with script.step("a line of the seeker arrives"):
        first = await seeker.says("Thank you", ref="selftest")
        await screen.sees("Thank you")
    async with script.step("a line that is sent again is shown once"):
        again = await seeker.says("Thank you", ref="selftest")
        shown = [line for line in screen.transcript if line.text == "Thank you"]
        _expect(again == first and len(shown) == 1, "it was shown twice")
    async with script.step("the seeker comes back after a broken connection"):
        seeker.drop()
        await screen.says("Take your time")
        await seeker.sees("Take your time")
        _expect([*seeker.transcript] == [*screen.transcript], "the two sides differ")


async def _crisis(script: _Script, people: _People) -> None:
    seeker, supervisor, screen = people.seeker, people.supervisor, people.screen
    async with script.step("a line in crisis arrives"):
        await seeker.says(CRISIS)
        await screen.sees(CRISIS)
    async with script.step("it is flagged for the supporter"):
        flag = await screen.hears("flagged")
        _expect(flag.number("risk") >= HIGH, "the level is too low")
    async with script.step("the seeker is shown helplines"):
        helped = await seeker.hears("helped")
        _expect(bool(helped.rows("helplines")), "there are none")
    async with script.step("it is escalated to the supervisor"):
        raised = (await supervisor.hears("escalated")).row("escalation")
        _expect(raised.text("conversation") == screen.id, "it is another conversation")
    async with script.step("the supervisor acknowledges it by name"):
        taken = await supervisor.acknowledges(raised.text("id"))
        _expect(bool(taken.text("by")), "there is no name")
    await _supervise(script, people)
    async with script.step("the escalation is resolved with an outcome"):
        await supervisor.resolves(raised.text("id"), "safe_for_now")


async def _supervise(script: _Script, people: _People) -> None:
    seeker, screen = people.seeker, people.screen
    async with script.step("the supervisor reads along"):
        watched = await people.supervisor.watches(screen.id)
        _expect([*watched.transcript] == [*seeker.transcript], "the transcript differs")
    async with script.step("a whisper reaches the supporter"):
        await watched.whispers("You are doing this well")
        await screen.hears("whispered")
    async with script.step("the supervisor joins, and the seeker is told"):
        joined = await people.supervisor.joins(screen.id)
        await seeker.hears("joined")
        await joined.says("I am from the team, and I am here too")
        await seeker.sees("I am from the team, and I am here too")
    async with script.step("the whisper did not reach the seeker"):
        heard = {fact.kind for fact in seeker.heard}
        _expect(not heard & {"whispered", "noted", "flagged", "guided"}, "it did")


async def _close(script: _Script, people: _People) -> None:
    async with script.step("the supporter ends the conversation"):
        await people.screen.ends("supported")
        await people.seeker.ended()
    async with script.step("both sides have the same lines"):
        same = [*people.seeker.transcript] == [*people.screen.transcript]
        _expect(same, "the two sides differ")
    async with script.step("the seeker gives feedback"):
        await people.seeker.gives_feedback(mood=6, helped="yes")


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Unexpected(otherwise)
