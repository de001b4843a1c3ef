"""From what was seen in a line to the verdict on it.

Responsible for which of the things seen count, where in the text they are shown, and what
risk they come to. What is seen is `screening`'s business and that of the parts it asks.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from config.risk import Risk
from safety.finding import Finding
from safety.likeness import Likely
from safety.model import Opinion
from safety.normalise import Normal
from safety.redaction import Redacted
from safety.signs import Joined
from safety.verdict import Certainty, Reading, Span, Verdict

_CONDUCT: Final = frozenset({"harassment", "sexual", "contact"})
_LIKELY: Final = 0.9  # from this probability on, the model's word is more than possible


def highest(reading: Reading, joined: Sequence[Joined]) -> int:
    """The highest level that phrases and the rules over them saw."""
    return max((*reading.levels.values(), *(each.level for each in joined)), default=0)


def alike(likely: Likely, reading: Reading) -> list[Joined]:
    """What a line is like, where that says more than its phrases."""
    found = [
        Joined(category, 1, f"likeness.{category}", Certainty.POSSIBLE)
        for category in likely.conduct
        if category not in reading.levels
    ]
    if likely.level:
        certainty = Certainty.LIKELY if likely.odds > 0 else Certainty.POSSIBLE
        found.append(
            Joined(likely.category, likely.level, f"likeness.{likely.category}", certainty)
        )
    return found


def raised(opinion: Opinion, seen: int) -> list[Joined]:
    """What the model adds to what rules and likeness saw."""
    if opinion.supports <= seen:
        return []
    certainty = Certainty.LIKELY if opinion.score >= _LIKELY else Certainty.POSSIBLE
    return [Joined("suicide", int(opinion.supports), "model.suicide", certainty)]


def standing_on(verdict: Verdict, risk: Risk, before: Risk = Risk.NONE) -> Verdict:
    """The verdict with the risk of the conversation after its line, and whether that fell."""
    if verdict.standing == risk and risk >= before:
        return verdict
    return replace(verdict, standing=risk, lowers=risk < before)


def verdict_of(
    normal: Normal, findings: Sequence[Finding], joined: Sequence[Joined], redacted: Redacted
) -> Verdict:
    """The verdict on a line in which something was seen; `normal` leads back to its text."""
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
