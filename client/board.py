"""The supervisors' board as one client keeps it: the whole once, then changes merged in. Pure."""

from collections.abc import Mapping

from client.wire import Fact

TABLES = ("waiting", "conversations", "supporters", "escalations", "blocks", "proposals")


class Board:
    """Rows by id in six tables, the numbers on top, and raid mode."""

    def __init__(self) -> None:
        """Begin empty."""
        self.lights: Mapping[str, object] = {}
        self._tables: dict[str, dict[str, Fact]] = {name: {} for name in TABLES}
        self.waiting = self._tables["waiting"]
        self.conversations = self._tables["conversations"]
        self.supporters = self._tables["supporters"]
        self.escalations = self._tables["escalations"]
        self.blocks = self._tables["blocks"]
        self.proposals = self._tables["proposals"]
        self.raid: Mapping[str, object] = {}

    def take(self, fact: Fact) -> None:
        """Take `board` (everything anew) or `board_changed` (what is new, and what is gone).

        Gone rows are named `table:id`: a ticket that is matched goes on as a conversation of the
        same id.
        """
        self.lights, self.raid = fact.row("lights").fields, fact.row("raid").fields
        gone = fact.texts("gone")
        for name, table in self._tables.items():
            if fact.kind == "board":
                table.clear()
            for row in gone:
                table.pop(row.removeprefix(f"{name}:"), None)
            table.update((row.text("id"), row) for row in fact.rows(name))

    def __repr__(self) -> str:
        """Counts only: rows hold words that raised an escalation."""
        return f"Board({len(self.waiting)} waiting, {len(self.conversations)} talking)"
