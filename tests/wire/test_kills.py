"""Kills under load: what was acknowledged is there, once and in order, and no escalation is lost.

Pairs talk without a pause through the SDK while the server, its store, or both are killed as if
the power had gone. The clients come back by themselves. At the end the log is compared with what
each of them was told.
"""

import asyncio
from pathlib import Path

import pytest

from chat.entry import Line
from chat.keyring_files import FolderKeyring
from chat.log_redis import RedisLog
from client.seeker import Seeker
from client.supporter import Supporter
from config.ids import ConversationId
from config.risk import ESCALATES_FROM
from safety.desk_redis import DeskRedis
from store.client import Store, connect
from store.embedded import embedded, socket_path
from tests.support.pairs import PACE, PATIENT, Pair
from tests.support.people import PASSPHRASE, employ
from tests.support.server import ServerProcess, server_process

PAIRS = 4
KILLS = 24


@pytest.mark.timeout(400)
async def test_no_acknowledged_line_and_no_escalation_is_lost_by_kills(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with embedded(folder) as url, connect(url) as store:
        await employ(store, "amina")
    stop = asyncio.Event()
    async with (
        server_process(folder) as server,
        Supporter(server.url, "amina", PASSPHRASE, patience=PATIENT) as supporter,
    ):
        await supporter.becomes("available", capacity=PAIRS)
        async with asyncio.TaskGroup() as tasks:
            pairs = [await _come(server, supporter) for _ in range(PAIRS)]
            talks = [tasks.create_task(pair.talk(stop), name="pair") for pair in pairs]
            for kill in range(KILLS):
                await _some_progress(pairs)
                await _kill(server, kill)
            await _some_progress(pairs)
            stop.set()
            await asyncio.gather(*talks)
            await _sweep_has_come(folder, pairs)
        transcripts = [(pair, list(pair.seeker.transcript)) for pair in pairs]
        doubles = [list(pair.conversation.transcript) for pair in pairs]
        for pair in pairs:
            await pair.seeker.__aexit__(None, None, None)
    async with embedded(folder) as url, connect(url) as store:
        for (pair, seen), other in zip(transcripts, doubles, strict=True):
            await _compare(
                folder, store, pair, [line.text for line in seen], [one.text for one in other]
            )


async def _come(server: ServerProcess, supporter: Supporter) -> Pair:
    seeker = await Seeker(server.url, opening="hello", patience=PATIENT).__aenter__()
    conversation = await supporter.takes(seconds=PATIENT)
    await seeker.matched(seconds=PATIENT)
    return Pair(seeker, conversation)


async def _some_progress(pairs: list[Pair]) -> None:
    """Wait until every pair has said some more, so that each kill falls into talk."""
    async with asyncio.timeout(PATIENT):
        await asyncio.gather(*(pair.goes_on(6) for pair in pairs))


async def _kill(server: ServerProcess, kill: int) -> None:
    match kill % 3:
        case 0:
            await server.kill()
            await server.start()
        case 1:
            server.kill_store()
        case _:
            server.kill_store()
            await server.kill()
            await server.start()


async def _sweep_has_come(folder: Path, pairs: list[Pair]) -> None:
    """Wait until the running server has made up for what its predecessors left out."""
    ids = [ConversationId(pair.seeker.conversation) for pair in pairs]
    async with asyncio.timeout(PATIENT), connect(f"unix://{socket_path(folder)}") as store:
        log = _log(folder, store)
        while await log.unraised(ids):  # noqa: ASYNC110
            await asyncio.sleep(PACE)


def _log(folder: Path, store: Store) -> RedisLog:
    """Open the log as the server does, with its keys."""
    keyring = FolderKeyring(folder.parent / "keys")
    return RedisLog(store, keyring, origin="test", retention=3600)


async def _compare(
    folder: Path, store: Store, pair: Pair, seen: list[str], other: list[str]
) -> None:
    log = _log(folder, store)
    id_ = ConversationId(pair.seeker.conversation)
    entries = await log.read(id_, 0)
    assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1))
    lines = {int(seq): entry for seq, entry in entries if isinstance(entry, Line)}
    for seq, text in pair.acknowledged.items():
        assert lines[seq].text == text
    texts = [line.text for line in lines.values()]
    assert len(set(texts)) == len(texts), "a line stands twice in the log"
    assert seen == texts
    assert other == texts
    high = [seq for seq, line in lines.items() if line.risk >= ESCALATES_FROM]
    assert high, "the crisis lines were not flagged"
    assert await log.unraised([id_]) == []
    causes = sum(one.causes for one in await DeskRedis(store).of(id_))
    assert causes == len(high)
