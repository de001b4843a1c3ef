"""Text to verdict: the one call the conversation makes for each line.

Puts the parts together: contacts are masked, the words put in plain spelling, phrases
found and weighed in their frames, and what they mean together is joined. A crisis line
is always delivered; the verdict only says who else should look.

This is the inline tier. A model tier may later raise what it returns, never lower it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.risk import Risk
from safety.automaton import Automaton, Indexed, Match
from safety.context import Asked, answered
from safety.frames import FrameRules
from safety.joining import Joined, Signs, join
from safety.lexicon import Entry, Frames, Lexicon, LexiconError, read_lexicons
from safety.normalise import NOWHERE, Normal, Normaliser
from safety.phrases import Compiler, PhraseError
from safety.redaction import Redacted, redact
from safety.verdict import NOTHING, UNSCREENED, Author, ContextLine, Screened, Span, Verdict

_CONDUCT: Final = frozenset({"harassment", "sexual", "contact"})
_CONTEXT: Final = 6  # earlier lines that are read again; older ones the caller has judged
_REREAD: Final = 24  # lines longer than so many words are taken to speak for themselves


@dataclass(frozen=True, slots=True)
class _Finding:
    """A phrase that counts, and what it weighs where it stands."""

    entry: Entry
    level: int
    start: int
    end: int


class Screen:
    """Reads lines. Loaded once; thread-safe, and pure but for the count of faults."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        """Read the lexicons' phrases. Raises: LexiconError if one can't be read."""
        self.faults = 0
        """How many lines could not be screened, for the metrics of the caller."""
        by_lang: dict[str, list[Lexicon]] = {}
        for lexicon in lexicons:
            by_lang.setdefault(lexicon.lang, []).append(lexicon)
        spellings = {k: v for lexicon in lexicons for k, v in lexicon.spellings.items()}
        own = [word for lexicon in lexicons for word in lexicon.not_slips]
        plain = Normaliser((), spellings, (), ()).plain
        indexed: list[Indexed] = []
        known = set[str]()
        self._frames: dict[str, FrameRules] = {}
        for lang, files in by_lang.items():
            spaced = files[0].spaced
            compiler = Compiler(_classes(files), plain, spaced=spaced)
            indexed += _compiled(files, compiler)
            known |= compiler.vocabulary
            frames = Compiler(_classes(files), plain, spaced=spaced)
            self._frames[lang] = _frame_rules(files, frames)
        guarded = [word for lexicon in lexicons for word in lexicon.guarded]
        self._normaliser = Normaliser(known, spellings, guarded, own)
        self._automaton = Automaton(indexed)

    def screen(
        self,
        text: str,
        *,
        by: Author,
        lang: str | None = None,
        context: Sequence[ContextLine] = (),
    ) -> Screened:
        """Judge one line by its words and by the lines before it, the oldest first.

        Takes any `str` and never raises: an internal fault gives the verdict
        `UNSCREENED` and is counted. `lang` is a hint for later tiers; this one reads
        every language at once, because people mix them.
        """
        try:
            redacted = redact(text)
        except Exception:  # noqa: BLE001 - the top of screening: a fault must not stop a line
            self.faults += 1
            return Screened(UNSCREENED, text, 0)
        try:
            verdict = self._judge(text, by, context, redacted)
        except Exception:  # noqa: BLE001 - as above; the contacts stay masked
            self.faults += 1
            verdict = UNSCREENED
        return Screened(verdict, redacted.text, len(redacted.spans))

    def _judge(
        self, text: str, by: Author, context: Sequence[ContextLine], redacted: Redacted
    ) -> Verdict:
        words, count = self._normaliser.read(text)
        findings = self._findings(words, by)
        earlier = context[-_CONTEXT:] if count <= _REREAD else ()
        joined = self._joined(text, findings, by, earlier)
        shown = [each for each in findings if each.entry.category or each.entry.also]
        if not (joined or redacted.spans or shown):
            return NOTHING
        normal = self._normaliser.normalise(text) if joined or shown else NOWHERE
        return _verdict(normal, shown, joined, redacted)

    def _findings(self, words: str, by: Author) -> list[_Finding]:
        matches = self._automaton.find(words)
        shields = [m for m in matches if m.entry.signal == "shield"]
        found: list[_Finding] = []
        for match in matches:
            if shields and _shielded(match, shields):
                continue
            level = self._frames[match.lang].weigh(match, words, by)
            if level is not None:
                found.append(_Finding(match.entry, level, match.start, match.end))
        return found

    def _joined(
        self, text: str, findings: list[_Finding], by: Author, context: Sequence[ContextLine]
    ) -> list[Joined]:
        levels, signals = _tally(findings)
        before: Mapping[str, int] = {}
        signals_before: frozenset[str] = frozenset()
        joined: list[Joined] = []
        if context:
            before, signals_before, questions = self._earlier(by, context)
            if by == "seeker" and questions:
                length = self._length(text)
                answer = answered(Asked(questions, signals, length, _self_danger(before)))
                if answer is not None:
                    joined.append(answer)
        if by == "seeker" or signals_before:
            joined += join(Signs(levels, signals, before, signals_before))
        return joined

    def _length(self, text: str) -> int:
        normal = self._normaliser.normalise(text)
        return sum(1 for start in normal.starts if normal.words[start] not in ".,?")

    def _earlier(
        self, by: Author, context: Sequence[ContextLine]
    ) -> tuple[Mapping[str, int], frozenset[str], frozenset[str]]:
        """What the author said before, the signals of all, and what was just asked."""
        levels: dict[str, int] = {}
        signals: set[str] = set()
        questions: frozenset[str] = frozenset()
        for line in context:
            words, _ = self._normaliser.read(line.text)
            theirs, seen = _tally(self._findings(words, line.by))
            if line.by == by:
                questions = frozenset()
                signals |= seen
                for category, level in theirs.items():
                    levels[category] = max(level, levels.get(category, 0))
            else:
                questions |= seen
                signals |= {f"{name}_before" for name in seen}
        return levels, frozenset(signals), questions


def load_screen(extra: Path | None = None) -> Screen:
    """A screen with the lexicons that ship with the server, and those in `extra`.

    Raises: LexiconError, with file and line, if one can't be used.
    """
    return Screen(read_lexicons(extra))


def _classes(files: Sequence[Lexicon]) -> dict[str, str]:
    return {name: phrase for file in files for name, phrase in file.classes.items()}


def _compiled(files: Sequence[Lexicon], compiler: Compiler) -> list[Indexed]:
    indexed: list[Indexed] = []
    for file in files:
        for entry, line in zip(file.entries, file.lines, strict=True):
            for phrase in entry.phrases:
                try:
                    indexed.append(Indexed(compiler.compile(phrase), entry, file.lang))
                except PhraseError as error:
                    raise LexiconError(file.file, line, f"{entry.id}: {error}") from None
    return indexed


def _frame_rules(files: Sequence[Lexicon], compiler: Compiler) -> FrameRules:
    """The frames of the one file of a language that has them."""
    chosen = next((file for file in files if file.frames != Frames()), files[0])
    try:
        return FrameRules(chosen.frames, compiler, spaced=chosen.spaced)
    except PhraseError as error:
        raise LexiconError(chosen.file, 1, f"frames: {error}") from None


def _shielded(match: Match, shields: Sequence[Match]) -> bool:
    return match.entry.signal != "shield" and any(
        shield.start < match.end and match.start < shield.end for shield in shields
    )


def _tally(findings: Sequence[_Finding]) -> tuple[dict[str, int], frozenset[str]]:
    levels: dict[str, int] = {}
    signals: set[str] = set()
    for finding in findings:
        entry = finding.entry
        if entry.signal:
            signals.add(entry.signal)
        for category in (entry.category, entry.also):
            if category:
                levels[category] = max(finding.level, levels.get(category, 0))
    return levels, frozenset(signals)


def _self_danger(levels: Mapping[str, int]) -> int:
    return max(levels.get("suicide", 0), levels.get("overdose", 0), levels.get("self_harm", 0))


def _verdict(
    normal: Normal, findings: Sequence[_Finding], joined: Sequence[Joined], redacted: Redacted
) -> Verdict:
    spans: list[Span] = []
    categories: set[str] = set()
    risk = 0
    for finding in findings:
        entry = finding.entry
        for category in (entry.category, entry.also):
            if category and (finding.level or category in _CONDUCT):
                categories.add(category)
                start, end = normal.origin(finding.start, finding.end)
                spans.append(Span(start, end, category, entry.id))
                risk = max(risk, finding.level)
    for each in joined:
        categories.add(each.category)
        risk = max(risk, each.level)
        start, end = normal.origin(0, len(normal.words))
        spans.append(Span(start, end, each.category, each.rule))
    for start, end in redacted.spans:
        categories.add("contact")
        spans.append(Span(start, end, "contact", "redaction.contact"))
    ordered = tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.rule)))
    return Verdict(Risk(risk), tuple(sorted(categories)), ordered, "inline")
