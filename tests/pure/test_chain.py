"""The chain of the audit trail: whatever is done to it afterwards shows."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis
from config.ids import AccountId
from staff.audit import AuditEntry
from staff.chain import START, Broken, Chained, Head, chain, trail_key, verify
from staff.roles import Act

KEY, OTHER = trail_key(b"k" * 32), trail_key(b"o" * 32)
ENTRIES = st.builds(
    AuditEntry,
    at=st.integers(0, 10**15).map(Millis),
    who=st.text(max_size=8).map(AccountId),
    act=st.sampled_from(list(Act)),
    subject=st.text(max_size=12),
)
TRAILS = st.lists(ENTRIES, min_size=2, max_size=12)


def chained(entries: Sequence[AuditEntry], key: bytes = KEY) -> list[Chained]:
    trail: list[Chained] = []
    for entry in entries:
        trail.append(chain(trail[-1].head if trail else START, entry, key))
    return trail


@given(TRAILS, st.data())
def test_a_trail_that_nobody_touched_is_whole_also_when_old_entries_are_gone(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    trail = chained(entries)
    dropped = data.draw(st.integers(0, len(trail) - 1))
    assert verify(trail[dropped:], KEY) == trail[-1].head
    assert verify(trail[dropped:], KEY, trail[-1].head) == trail[-1].head
    assert verify([], KEY) == START


@given(TRAILS, TRAILS)
def test_entries_from_before_the_chain_began_break_nothing_where_they_stand(
    early: list[AuditEntry], entries: list[AuditEntry]
) -> None:
    unchained = [Chained(entry, 0, "", "") for entry in early]
    trail = chained(entries)
    assert verify([*unchained, *trail], KEY) == trail[-1].head
    assert isinstance(verify([*trail, *unchained], KEY), Broken)


@given(TRAILS, ENTRIES, st.data())
def test_an_entry_that_was_changed_is_found(
    entries: list[AuditEntry], other: AuditEntry, data: st.DataObject
) -> None:
    trail = chained(entries)
    place = data.draw(st.integers(0, len(trail) - 1))
    if other == trail[place].entry:
        return
    changed = [*trail[:place], replace(trail[place], entry=other), *trail[place + 1 :]]
    assert verify(changed, KEY) == Broken(place + 1, "changed")


@given(TRAILS, st.data())
def test_an_entry_that_is_missing_or_doubled_or_moved_is_found(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    trail = chained([*entries, entries[0]])
    place = data.draw(st.integers(1, len(trail) - 2))
    assert verify([*trail[:place], *trail[place + 1 :]], KEY) == Broken(place + 2, "gap")
    assert verify([*trail[: place + 1], *trail[place:]], KEY) == Broken(place + 1, "gap")
    swapped = [*trail[:place], trail[place + 1], trail[place], *trail[place + 2 :]]
    assert isinstance(verify(swapped, KEY), Broken)


@given(TRAILS, ENTRIES, st.data())
def test_who_can_write_to_the_store_but_has_no_key_can_not_mend_the_chain(
    entries: list[AuditEntry], other: AuditEntry, data: st.DataObject
) -> None:
    trail = chained(entries)
    place = data.draw(st.integers(0, len(trail) - 1))
    forged = list(trail[:place])
    for entry in [other, *entries[place + 1 :]]:
        forged.append(chain(forged[-1].head if forged else START, entry, OTHER))
    assert verify(forged, KEY) == Broken(place + 1, "unstamped")


@given(TRAILS, st.data())
def test_a_head_older_than_all_that_is_kept_shows_nothing_and_the_one_before_it_does(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    trail = chained([*entries, *entries])
    dropped = data.draw(st.integers(2, len(trail) - 1))
    kept = trail[dropped:]
    assert verify(kept, KEY, trail[dropped - 1].head) == trail[-1].head
    assert verify(kept, KEY, Head(dropped, "0" * 64)) == Broken(dropped, "head")
    assert verify(kept, KEY, trail[dropped - 2].head) == Broken(dropped - 1, "aged")


@given(TRAILS)
def test_entries_that_were_cut_off_are_missed_by_who_has_noted_the_head(
    entries: list[AuditEntry],
) -> None:
    trail = chained(entries)
    noted = trail[-1].head
    assert verify(trail[:-1], KEY, noted) == Broken(noted.number, "head")
    again = chain(trail[-2].head, replace(entries[-1], subject="another"), KEY)
    assert verify([*trail[:-1], again], KEY, noted) == Broken(noted.number, "head")
    assert verify(trail[:-1], KEY, Head(1, trail[0].digest)) == trail[-2].head
