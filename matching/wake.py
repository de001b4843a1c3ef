"""What the processes of one installation tell each other about the waiting room.

A wake-up may be lost or come twice: it only says where to look now instead of at the next
sweep. The waiting room itself is the truth.
"""

from dataclasses import dataclass
from typing import Literal

from config.ids import AccountId, OfferId

Kind = Literal["pair", "offered", "withdrawn", "away"]


@dataclass(frozen=True, slots=True)
class Wake:
    """One wake-up.

    `pair`: something may be paired. `offered`: a supporter has an open offer. `withdrawn`: it
    is gone, answered by nobody. `away`: a supporter missed too many and counts as away.
    """

    kind: Kind
    supporter: AccountId | None = None
    offer: OfferId | None = None


def parse(payload: bytes) -> Wake:
    """Return the wake-up in a payload; what is not understood asks for a pairing pass."""
    match payload.decode("ascii", "replace").split(" "):
        case [("offered" | "withdrawn") as kind, supporter, offer]:
            return Wake(kind, AccountId(supporter), OfferId(offer))
        case ["away", supporter]:
            return Wake("away", AccountId(supporter))
        case _:
            return Wake("pair")
