"""A supervisor: sees the board, reads along, whispers, joins, and looks after escalations."""

from collections.abc import Sequence

from client.board import Board
from client.conversation import Conversation
from client.person import PATIENCE_SECONDS
from client.staff import Code, Staff
from client.wire import Fact, encode


class Supervisor(Staff):
    """One supervisor's socket."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        *,
        code: Code | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Nothing is sent before the context is entered."""
        super().__init__(url, name, password, code=code, patience=patience)
        self.board = Board()
        """The board, kept up to date once `opens_board` was called."""
        self._at_board = False

    async def opens_board(self) -> Board:
        """Ask for the board, now and after each reconnect."""
        self._at_board = True
        await self._ask(encode("board"), "board", lambda fact: fact.kind in ("board", "refused"))
        return self.board

    async def watches(self, conversation: str) -> Conversation:
        """Read along in a conversation. Audited."""
        return await self._opens("watch", conversation)

    async def joins(self, conversation: str) -> Conversation:
        """Join a conversation, visibly to the seeker. Audited."""
        return await self._opens("join", conversation)

    async def takes_over(self, conversation: str) -> Conversation:
        """Take the supporter's place. Audited."""
        return await self._opens("take_over", conversation)

    async def acknowledges(self, escalation: str) -> Fact:
        """Look after an escalation; the fact says who does (`by`), who may have been faster.

        Raises:
            Refused: somebody else does, or it is unknown.
        """
        frame = encode("acknowledge", escalation=escalation)
        return await self._about_escalation(frame, "acknowledged", escalation)

    async def resolves(self, escalation: str, outcome: str, note: str = "") -> Fact:
        """Close an escalation with its outcome."""
        frame = encode("resolve", escalation=escalation, outcome=outcome, note=note)
        return await self._about_escalation(frame, "resolved", escalation)

    async def blocks(
        self, conversation: str, reason: str, grade: str = "paused", *, hours: int = 24
    ) -> Fact:
        """End an abusive conversation and lay a block; the fact says until when. Audited."""
        frame = encode("block", conversation=conversation, reason=reason, grade=grade, hours=hours)
        return await self._about_block(frame, "blocked", conversation)

    async def extends(self, conversation: str, *, hours: int) -> Fact:
        """Let a block hold so many hours longer. Audited."""
        frame = encode("extend", conversation=conversation, hours=hours)
        return await self._about_block(frame, "blocked", conversation)

    async def lifts(self, conversation: str) -> Fact:
        """Take a block away. Audited."""
        return await self._about_block(
            encode("lift", conversation=conversation), "lifted", conversation
        )

    async def sets_raid(self, *, minutes: int) -> Fact:
        """Switch raid mode on for so many minutes, or off (0). Audited."""
        frame = encode("set_raid", minutes=minutes)
        return await self._ask(frame, "raid_set", lambda fact: fact.kind == "raid_set")

    async def _opens(self, kind: str, conversation: str) -> Conversation:
        part = {"watch": "", "join": "member", "take_over": "supporter"}[kind]
        await self._ask(
            encode(kind, conversation=conversation),
            "opened",
            lambda fact: (
                fact.kind in ("opened", "refused")
                and fact.text("conversation") == conversation
                and fact.text("part") in (part or fact.text("part"), "")
            ),
        )
        return self.conversations[conversation]

    async def _about_block(self, frame: bytes, kind: str, conversation: str) -> Fact:
        return await self._ask(
            frame,
            kind,
            lambda fact: (
                fact.kind in (kind, "refused") and fact.text("conversation") == conversation
            ),
        )

    async def _about_escalation(self, frame: bytes, kind: str, escalation: str) -> Fact:
        return await self._ask(
            frame,
            kind,
            lambda fact: (
                (fact.kind == kind and fact.text("escalation") == escalation)
                or (fact.kind == "refused" and fact.text("subject") == escalation)
            ),
        )

    def _take(self, fact: Fact) -> Sequence[bytes]:
        if fact.kind in ("board", "board_changed"):
            self.board.take(fact)
        return super()._take(fact)

    def _again(self) -> Sequence[bytes]:
        """Ask again for the board, for what was being read along, and for what was joined."""
        asked = {"watcher": "watch", "member": "resume"}
        views = [
            encode(asked[conversation.part], conversation=conversation.id)
            for conversation in self.conversations.values()
            if conversation.part in asked and conversation.phase != "ended"
        ]
        return [encode("board"), *views] if self._at_board else views
