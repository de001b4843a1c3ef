"""How long the waiting room is patient: what an operator may set of its times."""

from dataclasses import dataclass

from matching.limits import GRACE_MS, LEASE_MS, OFFER_MS


@dataclass(frozen=True, slots=True)
class Patience:
    """Milliseconds; the defaults and their reasons stand in `limits`."""

    offer_ms: int = OFFER_MS
    """To answer an offer."""
    lease_ms: int = LEASE_MS
    """Until a silent supporter counts as lost."""
    grace_ms: int = GRACE_MS
    """That a silent seeker keeps the place."""


PATIENCE = Patience()
"""The defaults."""
