"""Simulated supporters: take offers and answer by the seeker's script, several at once."""

import asyncio
import contextlib
from collections.abc import Sequence

from client.conversation import Conversation
from client.errors import ClientError, Denied, Refused, TimedOut
from client.supporter import Supporter
from web.demo.scripts import Script
from web.demo.stage import Stage

LANGUAGES_MOST = 12
"""Languages that one supporter may name."""
LINE_SECONDS = 60.0
"""How long to wait for the seeker's next line before going on."""
VISITOR_SECONDS = 180.0
"""How long to wait for a visitor, who has no script."""


async def live(stage: Stage, account: tuple[str, str], number: int, capacity: int) -> None:
    """Be on duty, for ever. Raises: Denied, if the account can't log in."""
    while True:
        try:
            await _attend(stage, account, number, capacity)
        except Denied as denied:
            if denied.status == 401:
                raise
        except ClientError:
            pass
        await stage.pause(5, 10)


async def _attend(stage: Stage, account: tuple[str, str], number: int, capacity: int) -> None:
    async with Supporter(stage.url, *account) as supporter, asyncio.TaskGroup() as talks:
        await supporter.becomes("available", capacity=capacity, languages=_languages(stage, number))
        talks.create_task(_consider(stage, supporter), name="demo offers")
        with contextlib.suppress(ClientError):
            async for conversation in supporter.openings():
                talk = _talk(stage, supporter, conversation)
                talks.create_task(talk, name=f"demo talk {conversation.id}")


def _languages(stage: Stage, number: int) -> Sequence[str]:
    """Return English and others, a few of them different for each supporter."""
    english, *others = stage.scripts.languages
    turn = number % len(others)
    return [english, *others[turn:], *others[:turn]][:LANGUAGES_MOST]


async def _consider(stage: Stage, supporter: Supporter) -> None:
    """Take each offer after a moment's thought."""
    with contextlib.suppress(ClientError):
        async for offer in supporter.offers():
            await stage.pause(0.8, 3)
            with contextlib.suppress(Refused, TimedOut):
                await supporter.accepts(offer.text("offer"))


async def _talk(stage: Stage, supporter: Supporter, conversation: Conversation) -> None:
    """Talk until it is over; what goes wrong ends this conversation only."""
    script = stage.playing.get(conversation.id)
    with contextlib.suppress(ClientError):
        if script is None:
            await _answer(stage, conversation)
        else:
            await _play(stage, conversation, script)
    supporter.forget(conversation)


async def _play(stage: Stage, conversation: Conversation, script: Script) -> None:
    for turn in script.lines:
        if _is_over(conversation):
            return
        if turn.supporter is None:
            with contextlib.suppress(TimedOut):
                await conversation.sees(seconds=LINE_SECONDS * stage.pace + 1)
                await conversation.reads()
            continue
        await stage.pause(0.5, 2.5)
        await conversation.types()
        await stage.write(turn.supporter)
        await conversation.says(turn.supporter)
    await _finish(stage, conversation, script)


async def _finish(stage: Stage, conversation: Conversation, script: Script) -> None:
    if script.kind == "crisis" and not _is_over(conversation):
        await conversation.notes("Demo: steps were taken, somebody is with them.")
    if script.ends != "supporter":
        with contextlib.suppress(TimedOut):
            await conversation.ended(seconds=LINE_SECONDS)
    if not _is_over(conversation):
        await stage.pause(1, 3)
        await conversation.ends("abusive" if script.kind == "abusive" else "supported")


async def _answer(stage: Stage, conversation: Conversation) -> None:
    """Answer a visitor for as long as they write."""
    answers = stage.scripts.answers_in(conversation.language)
    turn = 0
    while not _is_over(conversation):
        answer = answers[turn if turn < len(answers) else 1 + turn % (len(answers) - 1)]
        await conversation.types()
        await stage.write(answer)
        await conversation.says(answer)
        turn += 1
        try:
            await conversation.sees(seconds=VISITOR_SECONDS)
        except TimedOut:
            await conversation.ends("unfinished")


def _is_over(conversation: Conversation) -> bool:
    return conversation.phase == "ended" or bool(conversation.closed)
