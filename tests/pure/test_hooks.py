"""The guards fit the uvicorn that is installed, and say so when they do not."""

import pytest
import uvicorn

from web.cli.failing import sentence
from web.guarded import GuardedSocket
from web.guarded_http import GuardedHttp
from web.hooks import CALLED, HookGone, check_hooks


def test_the_installed_uvicorn_has_every_hook() -> None:
    check_hooks()


@pytest.mark.parametrize("guard", [GuardedSocket, GuardedHttp])
def test_every_method_that_a_guard_overrides_is_looked_for(guard: type) -> None:
    owner = guard.__mro__[1]
    own = {name for name, value in vars(guard).items() if callable(value)}
    overrides = {name for name in own if hasattr(owner, name) and not name.startswith("__")}
    called = {name for names in CALLED[owner].values() for name in names}
    assert overrides <= called | set(CALLED[owner])


def test_a_uvicorn_without_a_hook_is_refused_by_its_version() -> None:
    class Newer:
        def data_received(self, data: bytes) -> None:
            self.taken = data

    for hooks in ({"on_data": ()}, {"data_received": ("feed_data",)}):
        with pytest.raises(HookGone) as refused:
            check_hooks({Newer: hooks})
        said = sentence(refused.value) or ""
        assert refused.value.hook.rpartition(".")[2] in ("on_data", "data_received")
        assert uvicorn.__version__ in said
        assert "requirements.lock" in said
