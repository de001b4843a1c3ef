"""Text to verdict: the one call the conversation makes for each line.

Puts the parts together: contacts are masked, the words put in plain spelling, phrases
found and weighed in their frames, and what they mean together is joined. A crisis line
is always delivered; the verdict only says who else should look.

This is the inline tier. A model tier may later raise what it returns, never lower it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from safety.compiled import Shelf
from safety.concluding import alike, highest, raised, standing_on, verdict_of
from safety.context import Asked, answered
from safety.earlier import (
    Earlier,
    danger_to_self,
    levels_before,
    own,
    questions_before,
    signals_before,
)
from safety.finding import Finder, Found, tally
from safety.joining import join
from safety.lexicon import Lexicon, read_lexicons
from safety.likeness import NOT_LIKELY, Likely, Likeness, load_likeness
from safety.model import UNREAD, Model, Opinion, load_model
from safety.normalise import NOWHERE, Read
from safety.redaction import Redacted, redact
from safety.signs import Joined, Signs
from safety.standing import stand, standing
from safety.verdict import (
    NOTHING,
    UNSCREENED,
    Author,
    ContextLine,
    Reading,
    Said,
    Screened,
    Verdict,
)

_DONE_TO: Final = frozenset({"abuse", "violence", "child_at_risk"})
"""Categories of what is done to others, which may be over."""
_CONTEXT: Final = 6  # earlier lines that a line may continue or answer
_CUT_UP: Final = 3  # own earlier lines over which a contact may be cut up
_REREAD: Final = 24  # lines longer than so many words are taken to speak for themselves


@dataclass(slots=True, repr=False, eq=False)
class _Line:
    """A line on its way through the stages; what a stage finds is there for those after it."""

    said: Said
    redacted: Redacted | None = None
    read: Read = field(init=False)
    found: Found = field(init=False)
    reading: Reading = field(init=False)
    joined: list[Joined] = field(default_factory=list[Joined])
    likely: Likely = NOT_LIKELY
    opinion: Opinion = UNREAD
    screened: Screened | None = None
    failed: bool = False


class Screen:
    """Reads lines. Loaded once; thread-safe, and pure but for the count of faults.

    What it sees in an earlier line it notes on that `ContextLine`, so that a caller who
    keeps its context lines has each of them read once.
    """

    def __init__(
        self,
        lexicons: Sequence[Lexicon],
        likeness: Likeness | None = None,
        model: Model | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Read the lexicons' phrases. Raises: LexiconError if one can't be read.

        Without `likeness` or `model` the phrases alone judge. See `Finder` for the `shelf`.
        """
        self._likeness = likeness
        self._model = model
        self.faults = 0
        """How many lines could not be screened, for the metrics of the caller."""
        self._finder = Finder(lexicons, shelf)
        self._normaliser = self._finder.normaliser

    def screen(
        self,
        text: str,
        *,
        by: Author,
        lang: str | None = None,
        context: Sequence[ContextLine] = (),
    ) -> Screened:
        """Judge one line: see `screen_all`."""
        return self.screen_all([Said(text, by, lang, context)])[0]

    def screen_all(self, lines: Sequence[Said]) -> list[Screened]:
        """Judge lines by their words and by the lines before them.

        Takes any `str` and never raises: an internal fault gives the line a verdict of the
        tier `unscreened` and is counted. What one line comes to does not hang on the others.
        They are taken through the stages together, since a stage costs about half as much for
        the next line while its code and tables are still at hand.
        """
        all_ = [_Line(line) for line in lines]
        for stage in (self._mask, self._find, self._join):
            for line in all_:
                self._try(stage, line)
        try:
            self._liken([line for line in all_ if not line.failed and line.said.by == "seeker"])
        except Exception:  # noqa: BLE001 - one of them spoils it for all: then each by itself
            for line in all_:
                self._try(self._liken_one, line)
        for line in all_:
            self._try(self._conclude, line)
        return [line.screened or self._unscreened(line) for line in all_]

    def _try(self, stage: Callable[[_Line], None], line: _Line) -> None:
        if not line.failed:
            try:
                stage(line)
            except Exception:  # noqa: BLE001 - the top of screening: a fault must not stop a line
                line.failed = True

    def _unscreened(self, line: _Line) -> Screened:
        """What is said of a line in which a stage failed; the contacts stay masked."""
        self.faults += 1
        verdict = standing_on(UNSCREENED, standing(line.said.context))
        redacted = line.redacted or Redacted(line.said.text, ())
        return Screened(verdict, redacted.text, len(redacted.spans))

    def _mask(self, line: _Line) -> None:
        said = line.said
        line.redacted = redact(said.text, own(said.context, said.by, _CUT_UP))

    def _find(self, line: _Line) -> None:
        said = line.said
        line.read = self._normaliser.read(said.text)
        line.found = self._finder.find(line.read.words, said.by, said.lang)
        line.reading = tally(line.found.findings)

    def _join(self, line: _Line) -> None:
        said = line.said
        context = said.context if line.read.tokens <= _REREAD else ()
        line.joined = self._joined(line, context)

    def _liken_one(self, line: _Line) -> None:
        if line.said.by == "seeker":
            self._liken([line])

    def _liken(self, lines: Sequence[_Line]) -> None:
        """Ask likeness and model about lines of seekers.

        Supporters ask and say back what was said: of theirs only phrases are believed.
        """
        if self._likeness is not None:
            some = [line for line in lines if not line.found.quieted]
            for line, scores in zip(
                some, self._likeness.scores_of([line.read.words for line in some]), strict=True
            ):
                line.likely = self._likeness.likely(
                    scores, highest(line.reading, line.joined), line.said.lang
                )
        if self._model is not None:
            some = [line for line in lines if line.read.tokens]
            words, readings = [line.read.words for line in some], [line.reading for line in some]
            for line, opinion in zip(some, self._model.read_all(words, readings), strict=True):
                line.opinion = opinion

    def _conclude(self, line: _Line) -> None:
        said, found, reading, joined = line.said, line.found, line.reading, line.joined
        if not found.quieted:
            likely = alike(line.likely, reading)
            joined += [each for each in likely if not (found.over and each.category in _DONE_TO)]
            joined += raised(line.opinion, highest(reading, joined))
        redacted = line.redacted or Redacted(said.text, ())
        verdict = self._verdict(line, redacted)
        if line.opinion.score:
            verdict = replace(verdict, score=line.opinion.score)
        before = standing(said.context)
        if said.by == "supporter":
            verdict = standing_on(verdict, max(before, verdict.risk))
        else:
            after = stand(said.context, verdict.risk, retracts="retracts" in reading.signals)
            verdict = standing_on(verdict, after, before)
        count = len(redacted.spans)
        line.screened = Screened(verdict, redacted.text, count, None if count else reading)

    def _verdict(self, line: _Line, redacted: Redacted) -> Verdict:
        findings = line.found.findings
        shown = [each for each in findings if each.entry.category or each.entry.also]
        if not (line.joined or redacted.spans or shown):
            return NOTHING
        told = line.joined or shown
        normal = self._normaliser.normalise(line.said.text) if told else NOWHERE
        return verdict_of(normal, shown, line.joined, redacted)

    def _joined(self, line: _Line, context: Sequence[ContextLine]) -> list[Joined]:
        by, lang, reading = line.said.by, line.said.lang, line.reading
        joined: list[Joined] = []
        last = self._read_before(context[-_CONTEXT:], lang)
        before = levels_before(last, by)
        if by == "seeker" and (questions := questions_before(last, by)):
            asked = Asked(questions, reading.signals, _length(line.read), danger_to_self(before))
            answer = answered(asked)
            if answer is not None:
                joined.append(answer)
        if not reading.signals and not reading.levels:
            return joined  # there is nothing to join with what was told

        def told() -> frozenset[str]:
            return signals_before(self._read_before(context, lang), by)

        if by == "seeker" or any(
            (each.reading or self._reading(each, lang)).signals for each in context
        ):
            signals = signals_before(last, by)
            joined += join(Signs(reading.levels, reading.signals, before, signals, told))
        return joined

    def _read_before(self, context: Sequence[ContextLine], lang: str | None) -> list[Earlier]:
        return [(line, line.reading or self._reading(line, lang)) for line in context]

    def _reading(self, line: ContextLine, lang: str | None) -> Reading:
        """What the rules see in an earlier line by itself; read once, then kept there."""
        if line.reading is None:
            words, _ = self._normaliser.read(line.text)
            line.reading = tally(self._finder.find(words, line.by, lang).findings)
        return line.reading


def load_screen(extra: Path | None = None) -> Screen:
    """A screen with the lexicons that ship with the server, and those in `extra`.

    Raises: LexiconError, with file and line, if one can't be used; LikenessError or
        ModelError if what was fitted can't be.
    """
    lexicons = read_lexicons(extra)
    return Screen(lexicons, load_likeness(), load_model(), Shelf.of(lexicons))


def _length(read: Read) -> int:
    """How many words the line has, without its signs."""
    return read.tokens - sum([word in ".,?" for word in read.words.split()])
