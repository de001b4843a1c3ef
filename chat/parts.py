"""The parts that the use cases of the conversation are given, put together by `web/app.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from chat.entry import Line
from chat.gauges import Gauges
from chat.log import Log
from chat.protocol import Helpline
from chat.relay import Relay
from chat.screener import Screener
from chat.tallies import Tallies
from config.clock import Millis
from config.ids import ConversationId, Seq
from config.settings import Settings
from matching.waiting_room import WaitingRoom
from safety.blocks import Blocks
from safety.desk import Desk
from safety.hindsight import Hindsight
from safety.holds import Holds
from safety.raid import Raids
from staff.accounts import Accounts
from staff.audit import Audit


@dataclass(frozen=True, slots=True)
class Parts:
    """Ports and values; nothing here decides."""

    settings: Settings
    log: Log
    relay: Relay
    room: WaitingRoom
    desk: Desk
    blocks: Blocks
    raids: Raids
    holds: Holds
    hindsight: Hindsight
    gauges: Gauges
    screener: Screener
    reread: Callable[[ConversationId, Seq, Line], None]
    """Has a line read again by a slower reader, if there is one and it may see more."""
    accounts: Accounts
    audit: Audit
    tallies: Tallies
    now: Callable[[], Millis]
    new_name: Callable[[], str]
    """Makes a friendly name for a seeker."""
    new_code: Callable[[], str]
    """Makes a return code of four words."""
    helplines: Callable[[str], list[Helpline]]
    """Returns the helplines of a country, or the international ones."""
    origin: str
    """This process."""
