"""How a conversation's record is spelled in the fields of a hash, both ways. Pure."""

from collections.abc import Mapping

from chat.conversation import Conversation
from chat.log import About, Record
from chat.protocol import Phase
from chat.sealing import Day, Wrapped
from config.clock import Millis
from config.ids import AccountId, ConversationId, Seq, TokenHash
from config.risk import Risk

KEY_FIELDS = ("day", "key")
"""The fields that hold a conversation's key, wrapped by that of a day."""

_MEMBER = "m:"
_PHASES: dict[bytes, Phase] = {b"waiting": "waiting", b"talking": "talking", b"ended": "ended"}


def fields_of_about(about: About, token: TokenHash) -> list[str | int]:
    """Return field, value, field, value ... for what is known from the beginning."""
    return [
        *("name", about.name),
        *("languages", " ".join(about.languages)),
        *("topics", " ".join(about.topics)),
        *("country", about.country),
        *("mood", -1 if about.mood is None else about.mood),
        *("began", about.began),
        *("token", token),
    ]


def fields_of_key(wrapped: Wrapped) -> list[str | bytes]:
    """Return field, value, field, value for the conversation's key, as it is kept."""
    return ["day", wrapped.day, "key", wrapped.key]


def wrapped_in(day: bytes | None, key: bytes | None) -> Wrapped | None:
    """Return the key in the values of `KEY_FIELDS`, or None where there is none."""
    return None if day is None or key is None else Wrapped(Day(day.decode()), key)


def fields_of_change(before: Conversation, after: Conversation, name: str) -> list[str]:
    """Return field, value ... for what a transition changes; an empty value removes the field."""
    fields = ["phase", after.phase]
    were, are = _members(before), _members(after)
    for account in sorted(were.keys() | are.keys()):
        if were.get(account) != are.get(account):
            fields += [f"{_MEMBER}{account}", are.get(account, "")]
    if after.supporter is None:
        fields += ["supporter_name", ""]
    elif name:
        fields += ["supporter_name", name]
    return fields


def record_of(id_: ConversationId, fields: Mapping[str, bytes]) -> Record | None:
    """Return the record in a hash, or None where there is no conversation.

    What has no key was kept by a version that sealed nothing: it is not read any more.
    """
    if "phase" not in fields or "key" not in fields:
        return None
    members = {
        AccountId(name.removeprefix(_MEMBER)): role
        for name, role in fields.items()
        if name.startswith(_MEMBER)
    }
    supporters = [account for account, role in members.items() if role == b"supporter"]
    state = Conversation(
        id=id_,
        phase=_PHASES[fields["phase"]],
        supporter=supporters[0] if supporters else None,
        supervisors=frozenset(members.keys() - set(supporters)),
        revision=int(fields["revision"]),
    )
    return Record(
        state=state,
        about=_about(fields),
        token=TokenHash(fields["token"].decode()),
        last=Seq(int(fields["seq"])),
        staff_last=int(fields.get("staff_seq", b"0")),
        risk=Risk(int(fields["risk"])),
        gone_since=Millis(int(fields.get("gone", b"0"))) or None,
        supporter_name=fields.get("supporter_name", b"").decode(),
        read_by_seeker=Seq(int(fields.get("read:seeker", b"0"))),
        read_by_supporter=Seq(int(fields.get("read:supporter", b"0"))),
    )


def _about(fields: Mapping[str, bytes]) -> About:
    mood = int(fields["mood"])
    return About(
        name=fields["name"].decode(),
        languages=tuple(fields["languages"].decode().split()),
        topics=tuple(fields["topics"].decode().split()),
        country=fields["country"].decode(),
        mood=None if mood < 0 else mood,
        began=Millis(int(fields["began"])),
    )


def _members(state: Conversation) -> dict[AccountId, str]:
    members = dict.fromkeys(state.supervisors, "supervisor")
    if state.supporter is not None:
        members[state.supporter] = "supporter"
    return members
