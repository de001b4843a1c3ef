"""The phrases of all lexicons, ready to be found in a line and weighed where they stand.

Responsible for turning lexicons into one finder: their words teach the normaliser, their
phrases go into the automaton, their frames decide what a phrase weighs. What several
findings mean together is `joining`'s business.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from safety.automaton import Automaton, Indexed, Match
from safety.compiled import Shelf
from safety.frames import FrameRules, Weighing
from safety.lexicon import Entry, Frames, Lexicon, LexiconError
from safety.normalise import Normaliser
from safety.phrases import Compiler, PhraseError
from safety.spelling import Speller, english
from safety.verdict import Author, Certainty, Reading

ENGLISH: Final = "en"
"""The language whose typing slips are mended."""
SHIELD: Final = "shield"
"""The signal of idioms: phrases that stand in their words mean nothing."""
OVER: Final = frozenset({"abuse_over"})
"""Signals that something is over: what `Entry.yields` may name."""
GOES_ON: Final = frozenset({"abuse_on", "minor"})
"""Signals by which nothing yields: it goes on, or a child speaks."""


class Finding(msgspec.Struct, frozen=True):
    """A phrase that counts, and what it weighs where it stands."""

    entry: Entry
    level: int
    start: int
    """Where it begins in the plain words."""
    end: int

    @property
    def certainty(self) -> Certainty:
        """How far it can be relied on: less if the sentence changed it, or for a draft."""
        plain = self.level == self.entry.level and not self.entry.jest
        certainty = Certainty.SURE if plain else Certainty.LIKELY
        return Certainty(certainty - 1) if self.entry.draft else certainty


class Found(NamedTuple):
    """What the phrases say of a line."""

    findings: list[Finding]
    quieted: bool
    """Whether a grave phrase was there and is denied, past, a song, a jest, someone else's:
    then the phrases know better what is meant than any likeness."""
    over: bool = False
    """Whether the line says that what was done to someone is over."""


class Finder:
    """Finds and weighs phrases. Immutable once built; may be shared by threads."""

    def __init__(self, lexicons: Sequence[Lexicon], shelf: Shelf | None = None) -> None:
        """Read the lexicons' phrases. Raises: LexiconError if one can't be read.

        What stands on the `shelf` of these lexicons need not be compiled again.
        """
        by_lang: dict[str, list[Lexicon]] = {}
        for lexicon in lexicons:
            by_lang.setdefault(lexicon.lang, []).append(lexicon)
        spellings = {k: v for lexicon in lexicons for k, v in lexicon.spellings.items()}
        own = [word for lexicon in lexicons for word in lexicon.not_slips]
        plain = Normaliser((), spellings, (), ()).plain
        indexed: list[Indexed] = []
        known = set[str]()
        native = set[str]()  # of English
        self._frames: dict[str, FrameRules] = {}
        for lang, files in by_lang.items():
            spaced = files[0].spaced
            compiler = Compiler(_classes(files), plain, spaced=spaced)
            indexed += _compiled(files, compiler, shelf)
            known |= compiler.vocabulary
            if lang == ENGLISH:
                native |= compiler.vocabulary
            frames = Compiler(_classes(files), plain, spaced=spaced)
            self._frames[lang] = _frame_rules(files, frames)
        guarded = [word for lexicon in lexicons for word in lexicon.guarded]
        speller = Speller(english(), native, known - native)
        disguised = [word for lexicon in lexicons for word in lexicon.disguised]
        self.normaliser = Normaliser(known, spellings, guarded, own, speller, disguised)
        self._automaton = Automaton(indexed)
        if shelf:
            shelf.save()

    def find(self, words: str, by: Author, lang: str | None = None) -> Found:
        """The phrases in these plain words that count when this author says them.

        A phrase is weighed by the small words of its own language, and by those of the
        language of the conversation: a borrowed word is denied as all others are.
        """
        matches = self._automaton.find(words)
        shields = [m for m in matches if m.entry.signal == SHIELD]
        found: list[Finding] = []
        weighings: dict[str, Weighing] = {}
        quieted = False
        for match in matches:
            grave = match.entry.level > 1
            if match.entry.signal == SHIELD or (shields and _shielded(match, shields)):
                quieted |= grave
                continue
            weighing = weighings.get(match.lang)
            if weighing is None:
                weighing = Weighing(self._frames[match.lang], words, by)
                weighings[match.lang] = weighing
            level = weighing.weigh(match)
            if level and lang in self._frames and match.lang not in (lang, ENGLISH):
                level = _lower(level, Weighing(self._frames[lang], words, by).weigh(match))
            quieted |= grave and (level is None or level < match.entry.level)
            if level is not None:
                found.append(Finding(match.entry, level, match.start, match.end))
        over = _over(found)
        return Found(_yielded(found, over) if over else found, quieted, bool(over))


def _lower(one: int, other: int | None) -> int | None:
    return None if other is None else min(one, other)


def tally(findings: Sequence[Finding]) -> Reading:
    """The highest level of each category, and the signals of all."""
    levels: dict[str, int] = {}
    signals: set[str] = set()
    for finding in findings:
        entry = finding.entry
        if entry.signal:
            signals.add(entry.signal)
        for category in (entry.category, entry.also):
            if category:
                levels[category] = max(finding.level, levels.get(category, 0))
    return Reading(levels, frozenset(signals))


def _over(found: Sequence[Finding]) -> frozenset[str]:
    """The signals to which others yield, if the line doesn't say that it goes on."""
    signals = frozenset([finding.entry.signal for finding in found])
    return frozenset() if signals & GOES_ON else signals & OVER


def _yielded(found: Sequence[Finding], over: frozenset[str]) -> list[Finding]:
    """The same findings, those that yield no graver than a thing of the past."""
    return [
        replace(finding, level=min(finding.level, finding.entry.past))
        if finding.entry.yields in over
        else finding
        for finding in found
    ]


def _classes(files: Sequence[Lexicon]) -> dict[str, str]:
    return {name: phrase for file in files for name, phrase in file.classes.items()}


def _compiled(files: Sequence[Lexicon], compiler: Compiler, shelf: Shelf | None) -> list[Indexed]:
    if shelf:
        shelf.lend(files[0].lang, compiler)
    indexed: list[Indexed] = []
    for file in files:
        for entry, line in zip(file.entries, file.lines, strict=True):
            for phrase in entry.phrases:
                try:
                    indexed.append(Indexed(compiler.compile(phrase), entry, file.lang))
                except PhraseError as error:
                    raise LexiconError(file.file, line, f"{entry.id}: {error}") from None
    if shelf:
        shelf.take(files[0].lang, compiler)
    return indexed


def _frame_rules(files: Sequence[Lexicon], compiler: Compiler) -> FrameRules:
    """The frames of the one file of a language that has them."""
    chosen = next((file for file in files if file.frames != Frames()), files[0])
    try:
        return FrameRules(chosen.frames, compiler, spaced=chosen.spaced)
    except PhraseError as error:
        raise LexiconError(chosen.file, 1, f"frames: {error}") from None


def _shielded(match: Match, shields: Sequence[Match]) -> bool:
    """Whether an idiom stands in the match. One with a category guards from that one only."""
    return any(
        shield.start < match.end
        and match.start < shield.end
        and shield.entry.category in ("", match.entry.category)
        for shield in shields
    )
