"""The house: what every route and socket of one process is given. Put together by `app.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from chat.floor import Floor
from chat.holding import Holding
from chat.parts import Parts
from chat.waiting import WaitingNews
from config.settings import Settings
from staff.accounts import Account
from staff.factors import required
from staff.login import Login
from staff.roster import Roster
from staff.second_factor import SecondFactor
from staff.sessions import Sessions
from web.addresses import Addresses, Tags
from web.admissions import Admissions
from web.canary import Pulse
from web.gate import Gate
from web.metrics import Metrics
from web.pages import Asset
from web.proofs import Proofs
from web.siblings import Siblings
from web.visitors import Visitor, Visitors


@dataclass(frozen=True, slots=True)
class House:
    """Everything that delivery needs; nothing here decides."""

    settings: Settings
    parts: Parts
    floor: Floor
    news: WaitingNews
    gate: Gate
    addresses: Addresses
    visitors: Visitors
    siblings: Siblings | None
    admissions: Admissions
    proofs: Proofs
    login: Login
    factor: SecondFactor
    roster: Roster
    holding: Holding
    sessions: Sessions
    metrics: Metrics
    pulse: Pulse | None
    """How the canary is, if there is one."""
    assets: Mapping[str, Asset]
    pages: Mapping[str, Asset]
    info: bytes

    def owes_factor(self, account: Account) -> bool:
        """Say whether this person has to set up a second factor before anything else."""
        asked = required(self.settings.staff.second_factor, account.role)
        return asked and not account.factors.enrolled and not self.settings.demo.on

    def tag(self, scope: Scope) -> str:
        """Return the tag that stands for the address of whoever is asking."""
        return self._tags(scope).today

    @property
    def number(self) -> int:
        """Which of its server's workers this process is; 0 if it is alone."""
        return self.siblings.number if self.siblings is not None else 0

    def visitor(self, scope: Scope) -> Visitor:
        """Return what is remembered of the address of whoever is asking."""
        return self.visitors.of(self._tags(scope))

    def _tags(self, scope: Scope) -> Tags:
        client: tuple[str, int] | None = scope.get("client")
        peer = client[0] if client else ""
        return self.addresses.tags(peer, dict(scope["headers"]), self.parts.now())
