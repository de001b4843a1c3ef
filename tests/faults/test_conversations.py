"""Whole conversations through two servers on one cluster, whose masters die under them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from chat.entry import Line
from chat.log import Log
from client.seeker import Seeker
from client.supporter import Supporter
from config.ids import ConversationId
from config.settings import Settings, Store, Web
from store.client import connect
from tests.support.pairs import PATIENT, Pair
from tests.support.people import PASSPHRASE, employ
from tests.support.running import an_address
from tests.support.stores import Group, three_masters_with_replicas
from web.serve import running_app

PAIRS = 3
PAUSE = 10.0
"""Seconds that nobody may wait longer for an acknowledgement."""


async def test_people_talk_on_while_masters_of_their_cluster_die(tmp_path: Path) -> None:
    with three_masters_with_replicas(tmp_path) as cluster:
        async with connect(cluster.url) as store:
            await employ(store, "amina")
        settings = Settings(
            web=Web(port=0, trusted_proxies=("127.0.0.1",)),
            store=Store(url=cluster.url, replicas=1, folder=str(tmp_path / "data")),
        )
        async with (
            running_app(settings) as (first, app),
            running_app(settings) as (second, _),
            Supporter(second, "amina", PASSPHRASE, patience=PATIENT) as supporter,
            AsyncExitStack() as seekers,
        ):
            await supporter.becomes("available", capacity=PAIRS)
            pairs = [await _come(first, supporter, seekers) for _ in range(PAIRS)]
            await _talk_while_masters_die(cluster, pairs)
            for pair in pairs:
                await _compare(app.house.parts.log, pair)
    lines = sum(len(pair.acknowledged) for pair in pairs)
    longest = max(pair.longest for pair in pairs)
    print(f"two masters die: {lines} lines, 0 lost, 0 doubled, longest pause {longest:.1f} s")
    assert longest <= PAUSE


async def _come(server: str, supporter: Supporter, seekers: AsyncExitStack) -> Pair:
    seeker = Seeker(server, opening="hello", patience=PATIENT, forwarded_for=an_address())
    await seekers.enter_async_context(seeker)
    conversation = await supporter.takes(seconds=PATIENT)
    await seeker.matched(seconds=PATIENT)
    return Pair(seeker, conversation)


async def _talk_while_masters_die(cluster: Group, pairs: list[Pair]) -> None:
    """Kill the master of a conversation, and that of the waiting room."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as talks:
        for pair in pairs:
            talks.create_task(pair.talk(stop), name="pair")
        for key in (f"{{c:{pairs[0].seeker.conversation}}}", "{match:main}"):
            await asyncio.gather(*(pair.goes_on(4) for pair in pairs))
            master = cluster.master_of(key)
            await master.kill()
            await cluster.has_another_master(key, master)
            master.revive()
        await asyncio.gather(*(pair.goes_on(4) for pair in pairs))
        stop.set()


async def _compare(log: Log, pair: Pair) -> None:
    """Hold what each of both was told and shown against the log."""
    entries = await log.read(ConversationId(pair.seeker.conversation), 0)
    assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1))
    texts = {int(seq): entry.text for seq, entry in entries if isinstance(entry, Line)}
    assert {seq: texts.get(seq) for seq in pair.acknowledged} == pair.acknowledged
    assert len(set(texts.values())) == len(texts), "a line stands twice in the log"
    async with asyncio.timeout(PATIENT):
        while len(pair.seeker.transcript) < len(texts):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        while len(pair.conversation.transcript) < len(texts):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [line.text for line in pair.seeker.transcript] == list(texts.values())
    assert [line.text for line in pair.conversation.transcript] == list(texts.values())
