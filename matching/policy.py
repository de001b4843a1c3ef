"""Who is offered to whom: the pure rules of pairing.

Hard rules, never bent: a common language; the supporter is available, below capacity and
without an open offer; the supporter has a valid training record.

Training for the risk is the rule with one exception. A ticket needs training up to its own
risk, but never above `HIGH`: an imminent seeker is not kept waiting for a rarer certificate
than "high". If somebody on duty with the language is trained enough, but busy, the ticket is
kept for them for `TRAINING_PATIENCE_MS` of its wait. After that, or at once where nobody on
duty is trained enough, the best trained of those who are free is asked. The other choices are
worse: a person in danger left alone in a queue until a shift changes, or sent away. It is
bearable because nobody is left alone with it: from `HIGH` on a supervisor has been called by
the escalation, who can join or take over; the seeker has helplines on the screen; and the
supporter sees the risk in the offer and may decline it.

Wishes, in this order: not somebody who has just let this very ticket go (they are asked again
only as a last resort, after everybody else on the page was served, and never within
`DECLINE_PAUSE_MS`); shared topics; then who has been idle the longest.

Tickets are served strictly in the order given, so one that stays behind stays only because
nobody may take it: nobody starves, and equals are served first come, first served.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.clock import Millis
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.limits import DECLINE_MEMORY_MS, DECLINE_PAUSE_MS, TRAINING_PATIENCE_MS
from matching.ticket import Availability, Supporter, Ticket

Declined = Mapping[tuple[ConversationId, AccountId], Millis]
"""When a supporter last declined or missed a ticket."""
Pairing = tuple[Ticket, Supporter]
_Refusals = dict[ConversationId, list[tuple[AccountId, Millis]]]
_Profile = tuple[frozenset[str], frozenset[str], Risk]
"""Languages, topics and training of a supporter."""
_Need = tuple[tuple[str, ...], tuple[str, ...], Risk]
"""Languages, topics and needed training of a ticket."""


def pair(
    tickets: Sequence[Ticket], supporters: Iterable[Supporter], now: Millis, declined: Declined
) -> list[Pairing]:
    """Return who should be offered to whom; each ticket and each supporter at most once.

    Args:
        tickets: in queue order.
        supporters: all who are on duty, the busy ones too: they decide whether it is worth
            waiting for somebody trained.
        now: the time at which waits and declines are judged.
        declined: declines and misses of the last minute; older ones do no harm.
    """
    floor = _Floor.of(supporters)
    refusals = _by_ticket(declined)
    pairs: list[Pairing] = []
    left: list[Ticket] = []
    for ticket in tickets:
        if not floor.free:
            break
        shunned = _shunned(refusals, ticket, now, DECLINE_MEMORY_MS)
        if chosen := floor.take(ticket, now, shunned):
            pairs.append((ticket, chosen))
        elif shunned:
            left.append(ticket)
    for ticket in left:
        shunned = _shunned(refusals, ticket, now, DECLINE_PAUSE_MS)
        if chosen := floor.take(ticket, now, shunned):
            pairs.append((ticket, chosen))
    return pairs


def needed_training(risk: Risk) -> Risk:
    """Return the training that a ticket of this risk asks for."""
    return min(risk, Risk.HIGH)


def _by_ticket(declined: Declined) -> _Refusals:
    refusals: _Refusals = {}
    for (conversation, account), at in declined.items():
        refusals.setdefault(conversation, []).append((account, at))
    return refusals


def _shunned(
    refusals: _Refusals, ticket: Ticket, now: Millis, within_ms: int
) -> frozenset[AccountId]:
    """Return who has let this ticket go so recently."""
    asked = refusals.get(ticket.conversation, ())
    return frozenset(account for account, at in asked if now - at < within_ms)


@dataclass(slots=True)
class _Floor:
    """Those on duty, in groups of the same languages, topics and training.

    A ticket looks at the first of each group, not at every supporter, and tickets of one kind
    share the ranking of the groups: the cost of a page hardly grows with the supporters.
    """

    groups: dict[_Profile, list[Supporter]]
    """The free ones of a profile, idle the shortest first: the next one is at the end."""
    trained: Mapping[str, Risk]
    """The best training on duty for each language, free or not."""
    free: int
    speaking: dict[tuple[str, ...], list[_Profile]] = field(
        default_factory=dict[tuple[str, ...], list[_Profile]]
    )
    ranked: dict[_Need, list[list[_Profile]]] = field(
        default_factory=dict[_Need, list[list[_Profile]]]
    )

    @classmethod
    def of(cls, supporters: Iterable[Supporter]) -> "_Floor":
        groups: dict[_Profile, list[Supporter]] = {}
        trained: dict[str, Risk] = {}
        free = 0
        for one in supporters:
            if one.trained_to is None or one.state is not Availability.AVAILABLE:
                continue
            for language in one.languages:
                trained[language] = max(trained.get(language, Risk.NONE), one.trained_to)
            if one.free:
                free += 1
                profile = (frozenset(one.languages), frozenset(one.topics), one.trained_to)
                groups.setdefault(profile, []).append(one)
        for group in groups.values():
            group.sort(key=lambda one: (one.idle_since, one.account), reverse=True)
        return cls(groups, trained, free)

    def take(self, ticket: Ticket, now: Millis, shunned: frozenset[AccountId]) -> Supporter | None:
        """Take the best supporter for a ticket off the floor."""
        training = needed_training(ticket.risk)
        chosen = self._first(self._tiers(ticket, training), shunned)
        if chosen is None and not self._worth_waiting(ticket, training, now):
            chosen = self._first(self._tiers_below(ticket, training), shunned)
        if chosen is None:
            return None
        profile, index = chosen
        self.free -= 1
        return self.groups[profile].pop(index)

    def _worth_waiting(self, ticket: Ticket, training: Risk, now: Millis) -> bool:
        if now - ticket.waiting_since >= TRAINING_PATIENCE_MS:
            return False
        known = [self.trained[spoken] for spoken in ticket.languages if spoken in self.trained]
        return bool(known) and max(known) >= training

    def _tiers(self, ticket: Ticket, training: Risk) -> list[list[_Profile]]:
        """Groups trained enough, by the number of shared topics, the most first."""
        need = (ticket.languages, ticket.topics, training)
        if need not in self.ranked:
            fit = [p for p in self._speaking(ticket.languages) if p[2] >= training]
            self.ranked[need] = _by_shared_topics(fit, ticket)
        return self.ranked[need]

    def _tiers_below(self, ticket: Ticket, training: Risk) -> list[list[_Profile]]:
        """Groups trained less than asked for, the best trained first, then by shared topics."""
        fit = [p for p in self._speaking(ticket.languages) if p[2] < training]
        return [
            tier
            for level in sorted({p[2] for p in fit}, reverse=True)
            for tier in _by_shared_topics([p for p in fit if p[2] == level], ticket)
        ]

    def _speaking(self, languages: tuple[str, ...]) -> list[_Profile]:
        if languages not in self.speaking:
            self.speaking[languages] = [
                profile for profile in self.groups if not profile[0].isdisjoint(languages)
            ]
        return self.speaking[languages]

    def _first(
        self, tiers: list[list[_Profile]], shunned: frozenset[AccountId]
    ) -> tuple[_Profile, int] | None:
        """Return where the one idle the longest of the first tier with anybody stands."""
        for tier in tiers:
            heads = [head for profile in tier if (head := self._head(profile, shunned))]
            if heads:
                _, _, profile, index = min(heads)
                return profile, index
        return None

    def _head(
        self, profile: _Profile, shunned: frozenset[AccountId]
    ) -> tuple[Millis, AccountId, _Profile, int] | None:
        group = self.groups[profile]
        for index in range(len(group) - 1, -1, -1):
            one = group[index]
            if one.account not in shunned:
                return one.idle_since, one.account, profile, index
        return None


def _by_shared_topics(profiles: Iterable[_Profile], ticket: Ticket) -> list[list[_Profile]]:
    wanted = set(ticket.topics)
    if not wanted:
        return [list(profiles)]
    tiers: dict[int, list[_Profile]] = {}
    for profile in profiles:
        tiers.setdefault(len(wanted & profile[1]), []).append(profile)
    return [tiers[shared] for shared in sorted(tiers, reverse=True)]
