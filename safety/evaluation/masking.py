"""What is measured of masking: how much of what is personal in a text is masked.

The filter masks ways to reach or find someone. Names, organisations, dates and ages it
leaves by intent: they are counted, and reported last.
"""

from collections.abc import Sequence
from typing import Final

from safety.evaluation.cases import Judged, Mark, Marked
from safety.evaluation.counting import Measured, share, worst_first
from safety.evaluation.figures import Column, Row, Section
from safety.evaluation.measures import rate

_Case = Judged[Marked]
_Found = tuple[_Case, Mark]
CONTACTS: Final = frozenset(
    {"PHONE_NUMBER", "EMAIL_ADDRESS", "DOMAIN_NAME", "URL", "STREET_ADDRESS", "IP_ADDRESS"}
)
"""Kinds by which somebody could be reached or found."""
_NUMBERS: Final = frozenset(
    {"CREDIT_CARD", "IBAN_CODE", "US_SSN", "US_DRIVER_LICENSE", "US_BANK_NUMBER", "ZIP_CODE"}
)
"""Kinds that may be masked and need not be."""


def measure(judged: Sequence[_Case]) -> Measured:
    """Return how often each kind is masked, and how often a text that holds none is."""
    marks = [(each, mark) for each in judged for mark in each.case.marks]
    kinds = sorted({mark.kind for _, mark in marks})
    rows = {kind: _row(kind, [pair for pair in marks if pair[1].kind == kind]) for kind in kinds}
    contacts = [pair for pair in marks if pair[1].kind in CONTACTS]
    columns = (Column("masked wholly"), Column("masked in part"))
    ours = worst_first(rows[kind] for kind in kinds if kind in CONTACTS)
    others = worst_first(rows[kind] for kind in kinds if kind not in CONTACTS)
    return Measured(
        sections=(
            Section("Ways to reach somebody", "kind", columns, (_row("all", contacts), *ours)),
            Section("Other kinds, not asked for", "kind", columns, others),
            _without(judged),
        ),
        notes=("Formal English: contacts as people write them in chats are in the suites.",),
    )


def _row(name: str, pairs: Sequence[_Found]) -> Row:
    wholly = sum(any(a <= m.start and m.end <= b for a, b in e.outcome.contacts) for e, m in pairs)
    partly = sum(any(a < m.end and m.start < b for a, b in e.outcome.contacts) for e, m in pairs)
    return Row(name, len(pairs), (rate(wholly, len(pairs)), rate(partly, len(pairs))))


def _without(judged: Sequence[_Case]) -> Section:
    """Texts in which there is nothing to mask."""
    masked = CONTACTS | _NUMBERS
    bare = [each for each in judged if not any(m.kind in masked for m in each.case.marks)]
    row = Row(
        "without contact or number",
        len(bare),
        (share(bare, lambda each: bool(each.outcome.contacts)),),
        tuple(each.case.id for each in bare if each.outcome.contacts),
    )
    columns = (Column("something masked", "per_1000"),)
    return Section("Masked without need", "texts", columns, (row,), "masked")
