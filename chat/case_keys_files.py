"""The keys of cases in the folder of keys: one file each, beside those of the days."""

import asyncio
import re
from pathlib import Path

from config.ids import ConversationId
from store.key_files import destroy_key, made_key, read_key

_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_NAME = re.compile(r"case-([\w-]{1,64})\.key", re.ASCII)


class FolderCaseKeys:
    """Keys of cases in a folder. Its files are read and written in a thread."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that `prepared_folder` has returned."""
        self._folder = folder

    async def make(self, conversation: ConversationId) -> bytes:
        """See `CaseKeys.make`."""
        return await asyncio.to_thread(made_key, self._path(conversation))

    async def of(self, conversation: ConversationId) -> bytes | None:
        """See `CaseKeys.of`."""
        return await asyncio.to_thread(read_key, self._path(conversation))

    async def all(self) -> tuple[ConversationId, ...]:
        """See `CaseKeys.all`."""
        return await asyncio.to_thread(self._all)

    async def destroy(self, conversation: ConversationId) -> None:
        """See `CaseKeys.destroy`."""
        await asyncio.to_thread(destroy_key, self._path(conversation))

    def _all(self) -> tuple[ConversationId, ...]:
        names = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return tuple(ConversationId(name[1]) for name in names if name)

    def _path(self, conversation: ConversationId) -> Path:
        if not _ID.fullmatch(conversation):
            raise ValueError("not the id of a conversation")
        return self._folder / f"case-{conversation}.key"
