"""Text to verdict: the one call the conversation makes for each line.

Puts the parts together: contacts are masked, the words put in plain spelling, phrases
found and weighed in their frames, and what they mean together is joined. A crisis line
is always delivered; the verdict only says who else should look.

This is the inline tier. A model tier may later raise what it returns, never lower it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from config.risk import Risk
from safety.compiled import Shelf
from safety.context import Asked, answered
from safety.finding import Finder, Finding, tally
from safety.joining import join
from safety.lexicon import Lexicon, read_lexicons
from safety.likeness import Likeness, load_likeness
from safety.model import UNREAD, Model, Opinion, load_model
from safety.normalise import NOWHERE, Normal, Read
from safety.redaction import Redacted, redact
from safety.signs import Joined, Signs
from safety.standing import stand, standing
from safety.verdict import (
    NOTHING,
    UNSCREENED,
    Author,
    Certainty,
    ContextLine,
    Reading,
    Screened,
    Span,
    Verdict,
)

_CONDUCT: Final = frozenset({"harassment", "sexual", "contact"})
_DONE_TO: Final = frozenset({"abuse", "violence", "child_at_risk"})
"""Categories of what is done to others, which may be over."""
_CONTEXT: Final = 6  # earlier lines that a line may continue or answer
_CUT_UP: Final = 3  # own earlier lines over which a contact may be cut up
_LIKELY: Final = 0.9  # from this probability on, the model's word is more than possible
_REREAD: Final = 24  # lines longer than so many words are taken to speak for themselves


_Earlier = tuple[ContextLine, Reading]
"""An earlier line, and what the rules see in it."""


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
        """Judge one line by its words and by the lines before it, the oldest first.

        Takes any `str` and never raises: an internal fault gives a verdict of the tier
        `unscreened` and is counted. `lang` is a hint for later tiers; this one reads
        every language at once, because people mix them.
        """
        try:
            redacted = redact(text, _own(context, by))
        except Exception:  # noqa: BLE001 - the top of screening: a fault must not stop a line
            self.faults += 1
            return Screened(_standing_on(UNSCREENED, standing(context)), text, 0)
        try:
            verdict, reading = self._judge(text, by, lang, context, redacted)
        except Exception:  # noqa: BLE001 - as above; the contacts stay masked
            self.faults += 1
            verdict, reading = _standing_on(UNSCREENED, standing(context)), None
        count = len(redacted.spans)
        return Screened(verdict, redacted.text, count, None if count else reading)

    def _judge(
        self,
        text: str,
        by: Author,
        lang: str | None,
        context: Sequence[ContextLine],
        redacted: Redacted,
    ) -> tuple[Verdict, Reading]:
        read = self._normaliser.read(text)
        words, count = read
        findings, quieted, over = self._finder.find(words, by, lang)
        reading = tally(findings)
        joined = self._joined(read, reading, by, lang, context if count <= _REREAD else ())
        opinion = UNREAD
        if self._model is not None and by == "seeker" and count:
            opinion = self._model.read(words, reading)
        if not quieted:
            likely = self._likely(words, by, lang, reading, joined)
            joined += [each for each in likely if not (over and each.category in _DONE_TO)]
            joined += _raised(opinion, reading, joined)
        shown = [each for each in findings if each.entry.category or each.entry.also]
        if not (joined or redacted.spans or shown):
            verdict = NOTHING
        else:
            normal = self._normaliser.normalise(text) if joined or shown else NOWHERE
            verdict = _verdict(normal, shown, joined, redacted)
        if opinion.score:
            verdict = replace(verdict, score=opinion.score)
        if by == "supporter":
            return _standing_on(verdict, max(standing(context), verdict.risk)), reading
        retracts = "retracts" in reading.signals
        after = stand(context, verdict.risk, retracts=retracts)
        return _standing_on(verdict, after, standing(context)), reading

    def _joined(
        self,
        read: Read,
        reading: Reading,
        by: Author,
        lang: str | None,
        context: Sequence[ContextLine],
    ) -> list[Joined]:
        joined: list[Joined] = []
        readings = [line.reading or self._reading(line, lang) for line in context]
        earlier = list(zip(context, readings, strict=True))
        last = earlier[-_CONTEXT:]
        before = _levels(last, by)
        if by == "seeker" and (questions := _questions(last, by)):
            asked = Asked(questions, reading.signals, _length(read), _self_danger(before))
            answer = answered(asked)
            if answer is not None:
                joined.append(answer)
        if not reading.signals and not reading.levels:
            return joined  # there is nothing to join with what was told
        told = _signals(earlier, by)
        if by == "seeker" or told:
            joined += join(Signs(reading.levels, reading.signals, before, _signals(last, by), told))
        return joined

    def _likely(
        self,
        words: str,
        by: Author,
        lang: str | None,
        reading: Reading,
        joined: Sequence[Joined],
    ) -> list[Joined]:
        """What a seeker's line is like, where that says more than its phrases.

        Supporters ask and say back what was said: of theirs only phrases are believed.
        """
        if self._likeness is None or by == "supporter":
            return []
        seen = max((*reading.levels.values(), *(each.level for each in joined)), default=0)
        likely = self._likeness.likely(words, seen, lang)
        found = [
            Joined(category, 1, f"likeness.{category}", Certainty.POSSIBLE)
            for category in likely.conduct
            if category not in reading.levels
        ]
        if likely.level:
            certainty = Certainty.LIKELY if likely.odds > 0 else Certainty.POSSIBLE
            rule = f"likeness.{likely.category}"
            found.append(Joined(likely.category, likely.level, rule, certainty))
        return found

    def _reading(self, line: ContextLine, lang: str | None) -> Reading:
        """What the rules see in an earlier line by itself; read once, then kept there."""
        if line.reading is None:
            words, _ = self._normaliser.read(line.text)
            line.reading = tally(self._finder.find(words, line.by, lang).findings)
        return line.reading


def _own(context: Sequence[ContextLine], by: Author) -> Sequence[str]:
    """The author's own last lines: a contact may be cut up over them."""
    return [line.text for line in context if line.by == by][-_CUT_UP:]


def load_screen(extra: Path | None = None) -> Screen:
    """A screen with the lexicons that ship with the server, and those in `extra`.

    Raises: LexiconError, with file and line, if one can't be used; LikenessError or
        ModelError if what was fitted can't be.
    """
    lexicons = read_lexicons(extra)
    return Screen(lexicons, load_likeness(), load_model(), Shelf.of(lexicons))


def _raised(opinion: Opinion, reading: Reading, joined: Sequence[Joined]) -> list[Joined]:
    """What the model adds to what rules and likeness saw."""
    seen = max((*reading.levels.values(), *(each.level for each in joined)), default=0)
    if opinion.supports <= seen:
        return []
    certainty = Certainty.LIKELY if opinion.score >= _LIKELY else Certainty.POSSIBLE
    return [Joined("suicide", int(opinion.supports), "model.suicide", certainty)]


def _levels(earlier: Sequence[_Earlier], by: Author) -> Mapping[str, int]:
    """The highest level of each category in what the author said before."""
    levels: dict[str, int] = {}
    for line, reading in earlier:
        if reading.levels and line.by == by:
            for category, level in reading.levels.items():
                levels[category] = max(level, levels.get(category, 0))
    return levels


def _signals(earlier: Sequence[_Earlier], by: Author) -> frozenset[str]:
    """The signals of the author's earlier lines, and of the other's with `_before` behind them."""
    signals: set[str] = set()
    for line, reading in earlier:
        if reading.signals:
            if line.by == by:
                signals |= reading.signals
            else:
                signals |= _before(reading.signals)
    return frozenset(signals)


@lru_cache(4096)
def _before(signals: frozenset[str]) -> frozenset[str]:
    """The names of the other's signals; few different sets of them are ever seen."""
    return frozenset([f"{name}_before" for name in signals])


def _questions(earlier: Sequence[_Earlier], by: Author) -> frozenset[str]:
    """The signals of what the other person said since the author's last line."""
    questions: frozenset[str] = frozenset()
    for line, reading in reversed(earlier):
        if line.by == by:
            break
        questions |= reading.signals
    return questions


def _length(read: Read) -> int:
    """How many words the line has, without its signs."""
    return read.tokens - sum([word in ".,?" for word in read.words.split()])


def _self_danger(levels: Mapping[str, int]) -> int:
    return max(levels.get("suicide", 0), levels.get("overdose", 0), levels.get("self_harm", 0))


def _standing_on(verdict: Verdict, risk: Risk, before: Risk = Risk.NONE) -> Verdict:
    if verdict.standing == risk and risk >= before:
        return verdict
    return replace(verdict, standing=risk, lowers=risk < before)


def _verdict(
    normal: Normal, findings: Sequence[Finding], joined: Sequence[Joined], redacted: Redacted
) -> Verdict:
    spans: set[Span] = set()
    risk = 0
    for finding in findings:
        entry = finding.entry
        for category in (entry.category, entry.also):
            if category and (finding.level or category in _CONDUCT):
                start, end = normal.origin(finding.start, finding.end)
                spans.add(Span(start, end, category, entry.id, finding.certainty))
                risk = max(risk, finding.level)
    for each in joined:
        risk = max(risk, each.level)
        start, end = normal.origin(0, len(normal.words))
        spans.add(Span(start, end, each.category, each.rule, each.certainty))
    for start, end in redacted.spans:
        spans.add(Span(start, end, "contact", "redaction.contact", Certainty.SURE))
    categories = sorted({span.category for span in spans})
    return Verdict(Risk(risk), tuple(categories), _in_order(spans), "inline")


def _in_order(spans: set[Span]) -> tuple[Span, ...]:
    """By place; of the same rule in the same place once, the surest."""
    ordered = sorted(spans, key=lambda s: (s.start, s.end, s.rule, s.category, -s.certainty))
    first = ordered[:1]
    return tuple(
        first
        + [
            span
            for before, span in pairwise(ordered)
            if (before.start, before.end, before.rule, before.category)
            != (span.start, span.end, span.rule, span.category)
        ]
    )
