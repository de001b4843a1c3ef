"""Simulated seekers: come, wait, talk by their script, go, and come again as somebody else."""

import contextlib

from client.errors import ClientError, Refused, TimedOut
from client.seeker import Seeker
from web.demo.scripts import Script
from web.demo.stage import Stage

WAIT_SECONDS = 600.0
"""How long a simulated seeker waits for a supporter."""
IMPATIENT_SECONDS = 90.0
"""How long one of those waits who give up."""
GIVE_UP = 0.04
"""The share of seekers who give up early."""
ANSWER_SECONDS = 180.0
"""How long a simulated seeker waits for an answer, which a visitor may have to write."""


async def live(stage: Stage, number: int) -> None:
    """Be one seeker after another, for ever."""
    address = f"10.20.{number >> 8 & 255}.{number & 255}"
    await stage.pause(0, 2 + number / 2)
    while True:
        try:
            await _come(stage, stage.choose(), address)
        except ClientError:
            await stage.pause(5, 15)
        await stage.pause(2, 6)


async def _come(stage: Stage, script: Script, address: str) -> None:
    seeker = Seeker(
        stage.url,
        language=script.language,
        topics=script.topics,
        opening=script.opening,
        mood=script.mood,
        country=script.country,
        forwarded_for=address,
    )
    async with seeker:
        stage.playing[seeker.conversation] = script
        stage.waiting[seeker.conversation] = script.language
        try:
            if await _waits(stage, seeker):
                await _talks(stage, seeker, script)
                await _goes(stage, seeker, script)
        finally:
            await seeker.parts()
            stage.playing.pop(seeker.conversation, None)
            stage.waiting.pop(seeker.conversation, None)


async def _waits(stage: Stage, seeker: Seeker) -> bool:
    """Wait for a supporter; return whether one came."""
    gives_up = stage.chance.random() < GIVE_UP
    seconds = IMPATIENT_SECONDS if gives_up else WAIT_SECONDS
    try:
        await seeker.matched(seconds=seconds * max(stage.pace, 0.1))
    except TimedOut:
        await seeker.leaves("not_now")
        return False
    finally:
        stage.waiting.pop(seeker.conversation, None)
    return True


async def _talks(stage: Stage, seeker: Seeker, script: Script) -> None:
    """Say the seeker's lines, each after an answer to the one before."""
    with contextlib.suppress(TimedOut):
        for turn in script.lines:
            if seeker.phase == "ended":
                return
            if turn.seeker is None:
                await seeker.sees(seconds=ANSWER_SECONDS)
                await seeker.reads()
                continue
            await seeker.types()
            await stage.write(turn.seeker)
            with contextlib.suppress(Refused):
                await seeker.says(turn.seeker)


async def _goes(stage: Stage, seeker: Seeker, script: Script) -> None:
    """Leave as the script says; most say how it was."""
    if script.ends == "supporter":
        with contextlib.suppress(TimedOut):
            await seeker.ended(seconds=60)
    reason = "done" if script.ends == "supporter" else script.ends
    await seeker.leaves(reason)
    if reason == "done" and stage.chance.random() < 0.7:
        await stage.pause(1, 4)
        mood = min(10, (script.mood or 4) + stage.chance.randint(0, 4))
        await seeker.gives_feedback(mood=mood, helped=stage.chance.choice(["yes", "a_bit"]))
