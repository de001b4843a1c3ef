"""The checker: what each person saw beside what the log says, and every way the two may differ.

Pure. It is given what people sent and were told, what their screens showed, and the final state
of the store, and it returns each promise that was broken as a `Violation`; none is the only good
answer. `tests/faults/test_checker.py` plants every kind of violation to see that it is found.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

STAFF_MARK = "zq-staff-only"
"""Stands in every note that simulated staff write, so that it is known where it must not be."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: its number in docs/invariants.md, which conversation, and what."""

    promise: int
    conversation: str
    what: str


@dataclass(frozen=True, slots=True)
class Said:
    """One line that somebody said, and what became of it."""

    conversation: str
    sender: str
    ref: str
    text: str
    seq: int = 0
    """What it was acknowledged as; 0 if it never was."""


@dataclass(slots=True)
class View:
    """What one screen showed of one conversation, entry after entry as the person saw it."""

    conversation: str
    watcher: str
    shown: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Seq and text; an entry that is no line has no text."""
    resets: int = 0
    whole: bool = True
    """Whether this person stayed to the end, so that nothing may be missing at the end."""
    holes: int = 0
    """Entries that were shown though the one before had not been."""

    def show(self, seq: int, text: str) -> None:
        """Show the next entry."""
        if self.shown and seq != self.shown[-1][0] + 1:
            self.holes += 1
        self.shown.append((seq, text))

    def reset(self) -> None:
        """Begin again, as the server said."""
        self.resets += 1
        self.shown.clear()


@dataclass(frozen=True, slots=True)
class Logged:
    """One line in the final log."""

    seq: int
    sender: str
    ref: str
    text: str
    high: bool = False
    """Whether it asks for an escalation."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds of one conversation at the end."""

    lines: Sequence[Logged]
    last: int
    """The last seq, of whatever kind the entry is."""
    seqs: Sequence[int] = ()
    """The seqs of all entries, in the order of the log."""
    causes: int = 0
    """How many causes were brought to the desk for it."""
    unraised: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """The waiting room at one moment."""

    waiting: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    seats: Mapping[str, str] = field(default_factory=dict[str, str])
    """Conversation to supporter."""
    capacities: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(slots=True)
class Story:
    """All that happened."""

    said: list[Said] = field(default_factory=list[Said])
    views: list[View] = field(default_factory=list[View])
    kept: dict[str, Kept] = field(default_factory=dict[str, Kept])
    rooms: list[Room] = field(default_factory=list[Room])
    seekers: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Each seeker, and the conversations that they were told are theirs."""
    leaks: list[str] = field(default_factory=list[str])
    """Conversations whose seeker was sent something that only staff may see."""


def violations(story: Story) -> list[Violation]:
    """Return every broken promise."""
    found = [*_acknowledgements(story), *_leaks(story), *_seekers(story)]
    for id_, kept in story.kept.items():
        found += _log(id_, kept)
    for view in story.views:
        found += _view(view, story.kept.get(view.conversation))
    for room in story.rooms:
        found += _room(room)
    return list(dict.fromkeys(found))


def _acknowledgements(story: Story) -> Iterator[Violation]:
    """Acknowledged is durable: each line stands where its sender was told."""
    lines = {(id_, line.seq): line for id_, kept in story.kept.items() for line in kept.lines}
    for said in story.said:
        if not said.seq:
            continue
        line = lines.get((said.conversation, said.seq))
        if line is None:
            yield Violation(1, said.conversation, f"acknowledged line {said.seq} is lost")
        elif (line.sender, line.ref, line.text) != (said.sender, said.ref, said.text):
            yield Violation(1, said.conversation, f"line {said.seq} is another's")


def _log(id_: str, kept: Kept) -> Iterator[Violation]:
    if list(kept.seqs) != list(range(1, kept.last + 1)):
        yield Violation(2, id_, "the log has a hole or a double")
    refs = Counter((line.sender, line.ref) for line in kept.lines)
    for (_, ref), times in refs.items():
        if times > 1:
            yield Violation(3, id_, f"the line with ref {ref} stands in the log {times} times")
    high = sum(line.high for line in kept.lines)
    if kept.unraised or kept.causes < high:
        yield Violation(7, id_, f"{high} lines at high risk, {kept.causes} causes on the desk")
    elif kept.causes > high:
        yield Violation(7, id_, f"{high} lines at high risk brought {kept.causes} causes")


def _view(view: View, kept: Kept | None) -> Iterator[Violation]:
    """One order, no silent holes, nothing shown that is not in the log."""
    id_ = view.conversation
    if kept is None:
        if any(text for _, text in view.shown):
            yield Violation(1, id_, f"{view.watcher} saw lines of a conversation that is gone")
        return
    texts = {line.seq: line.text for line in kept.lines}
    numbers = [seq for seq, _ in view.shown]
    if view.holes or numbers != sorted(set(numbers)):
        yield Violation(2, id_, f"{view.watcher} was shown a hole, a double or another order")
    for seq, text in view.shown:
        if seq > kept.last or (text and texts.get(seq) != text):
            yield Violation(1, id_, f"{view.watcher} saw entry {seq}, which the log has not")
    lines = {seq for seq, text in view.shown if text}
    begin = numbers[0] if numbers else 1
    reach = kept.last if view.whole else (numbers[-1] if numbers else 0)
    missing = sum(begin <= seq <= reach and seq not in lines for seq in texts)
    if missing:
        yield Violation(2, id_, f"{view.watcher} never saw {missing} lines")
    if view.whole and begin != 1:
        yield Violation(2, id_, f"{view.watcher} began at entry {begin}")


def _room(room: Room) -> Iterator[Violation]:
    places = Counter([*room.waiting, *room.offered, *room.seats])
    for id_, states in places.items():
        if states > 1:
            yield Violation(5, id_, "a ticket is in two states")
    for supporter, load in Counter(room.seats.values()).items():
        if load > room.capacities.get(supporter, load):
            yield Violation(5, supporter, f"a supporter has {load} conversations")


def _seekers(story: Story) -> Iterator[Violation]:
    owners = Counter(id_ for told in story.seekers.values() for id_ in told)
    for id_, many in owners.items():
        if many > 1:
            yield Violation(5, id_, f"{many} seekers are in one conversation")
    for told in story.seekers.values():
        if len(told) > 1:
            yield Violation(5, min(told), f"a seeker was in {len(told)} conversations")


def _leaks(story: Story) -> Iterator[Violation]:
    for id_ in story.leaks:
        yield Violation(8, id_, "what staff wrote reached a seeker")
