"""The one-turn batch over a store that answers as no store should."""

from collections.abc import Sequence

import pytest

from store.batch import Batch
from store.errors import StoreUnreachable
from store.replies import Argument, Reply
from store.tasks import beside


class Whimsical:
    """Fails in whatever way it is told, and otherwise echoes."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.short = False

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Reply | Exception]:
        if self.failure:
            raise self.failure
        return [parts[0] for parts in commands][self.short :]

    async def load(self, source: str) -> None:
        raise AssertionError("there are no scripts")


@pytest.mark.parametrize("failure", [RuntimeError("secret"), AttributeError("secret"), None])
async def test_a_fault_of_the_client_library_fails_its_batch_and_no_other(
    failure: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    store = Whimsical()
    batch = Batch(store.send, store.load)
    async with beside(batch=batch.run):
        store.failure, store.short = failure, failure is None
        asked = [batch.call("GET", "secret"), batch.call("GET", "b")]
        for one in asked[failure is None :]:
            with pytest.raises(StoreUnreachable) as caught:
                await one
            assert "secret" not in str(caught.value)
        store.failure, store.short = None, False
        assert await batch.call("PING") == "PING"
    assert "secret" not in caplog.text
