"""What is remembered along the way? Several states of a stream, and none of them needed."""

from __future__ import annotations

from dataclasses import replace

from core.stores import EventStore, StoredSnapshot


def kept(version: int, stream: str = "order-a") -> StoredSnapshot:
    """A state at this version, recorded at ten times that position."""
    return StoredSnapshot(stream, version, version * 10, "shape", b'{"version":%d}' % version)


def test_snapshots_are_found_newest_first(store: EventStore) -> None:
    store.save_snapshots([kept(50), kept(150)])
    store.save_snapshots([kept(100)])
    assert list(store.snapshots("order-a", 10_000)) == [kept(150), kept(100), kept(50)]


def test_no_snapshot_is_newer_than_the_moment(store: EventStore) -> None:
    store.save_snapshots([kept(version) for version in (50, 100, 150)])
    found = {at: [one.version for one in store.snapshots("order-a", at)] for at in (499, 500, 1499)}
    assert found == {499: [], 500: [50], 1499: [100, 50]}


def test_snapshots_of_different_streams_are_not_mixed(store: EventStore) -> None:
    store.save_snapshots([kept(50), kept(50, "order-b")])
    assert list(store.snapshots("order-b", 10_000)) == [kept(50, "order-b")]
    assert list(store.snapshots("order-c", 10_000)) == []


def test_a_snapshot_taken_again_takes_the_place_of_the_first(store: EventStore) -> None:
    again = replace(kept(50), fingerprint="another shape", state=b"{}")
    store.save_snapshots([kept(50), kept(100)])
    store.save_snapshots([again, kept(150)])
    assert list(store.snapshots("order-a", 10_000)) == [kept(150), kept(100), again]


def test_snapshots_can_all_be_forgotten(store: EventStore) -> None:
    store.save_snapshots([kept(50)])
    store.drop_snapshots()
    assert list(store.snapshots("order-a", 10_000)) == []
    store.save_snapshots([kept(50)])
    assert list(store.snapshots("order-a", 10_000)) == [kept(50)]


def test_a_snapshot_is_a_witness_of_how_far_the_log_had_reached(store: EventStore) -> None:
    assert store.reached() == 0
    store.save_snapshots([kept(50)])
    assert store.reached() == 500
