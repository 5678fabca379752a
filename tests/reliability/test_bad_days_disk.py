"""What happens when the disk is full, or may not be written? A sentence, and nothing is lost."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.digests import verify
from core.errors import StoreUnavailable
from core.orders import OrderCancelled
from core.stores import EventStore, open_store
from tests.cli.conftest import Ask, ask
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import ended, facts, fork
from tests.reliability.figures import short_and_long

__all__ = ["ask"]

MEBIBYTE = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte, where this account may mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this account may mount no disk: a limit on files is tested instead")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def append_until_refused(store: EventStore, sentence: str) -> int:
    """How many events of four kilobytes were acknowledged before one was refused."""
    version = store.version_at("order-a")
    reason = "nobody was refused"
    for _ in range(1000):
        big = OrderCancelled("a", os.urandom(2000).hex(), "ada")
        try:
            version = store.append("order-a", [big], version)[-1].version
        except StoreUnavailable as error:
            reason = error.reason
            break
    assert re.search(sentence, reason)
    return version


def test_a_full_disk_is_told_and_takes_nothing(small_disk: Path, tell: Tell) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    store = open_store(f"sqlite:///{small_disk}/log.db", CODEC)
    acknowledged = append_until_refused(store, "the disk is full")
    assert verify(store.rows()).events == acknowledged
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        store.append("order-a", [OrderCancelled("a", "x" * 500_000, "ada")], acknowledged)
    ballast.unlink()
    store.append("order-a", facts(1), acknowledged)
    tell(f"a full disk: {acknowledged} acknowledged, all there; it goes on when there is space")
    assert verify(store.rows()).events == acknowledged + 1
    store.close()


def meet_limit(url: str, limit: int) -> None:
    """No file of this process may grow beyond a limit, until it is lifted."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = open_store(url, CODEC)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
    acknowledged = append_until_refused(store, "the disk (is full|refuses)")
    assert verify(store.rows()).events == acknowledged
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    store.append("order-a", facts(1), acknowledged)
    store.close()
    again = open_store(url, CODEC)
    assert verify(again.rows()).events == acknowledged + 1
    again.close()


@pytest.mark.parametrize("sizes", short_and_long(20, 200))
def test_a_file_that_may_not_grow_is_told_and_takes_nothing(
    tmp_path: Path, sizes: int, tell: Tell
) -> None:
    for number in range(sizes):
        url = f"sqlite:///{tmp_path}/log-{number}.db"
        limit = 150_000 + MEBIBYTE * number // sizes
        assert ended([fork(lambda url=url, limit=limit: meet_limit(url, limit))]) == [0]
    tell(f"{sizes} limits of a file's size: each told, nothing acknowledged was missing")


def read_only_file(url: str, path: Path) -> None:
    """As an account that owns nothing here: it reads, and its append is refused in a sentence."""
    os.setgid(65534)
    os.setuid(65534)
    store = open_store(url, CODEC)
    assert len(list(store.read_all())) == 3
    with pytest.raises(StoreUnavailable, match="it is read-only"):
        store.append("order-a", facts(1), 3)
    assert path.exists()
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_a_file_that_may_only_be_read_is_read_and_never_written() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        url = f"sqlite:///{folder}/log.db"
        store = open_store(url, CODEC)
        store.append("order-a", facts(3), 0)
        for file in folder.iterdir():
            file.chmod(0o644)
        assert ended([fork(lambda: read_only_file(url, folder / "log.db"))]) == [0]
        store.close()


def test_a_full_disk_is_a_sentence_on_the_command_line(small_disk: Path, ask: Ask) -> None:
    (small_disk / "ballast").write_bytes(bytes(700_000))
    said = ask("import", "story", "--store", f"sqlite:///{small_disk}/s.db")
    assert said.code == 2
    assert "the disk is full" in said.err
    assert "Traceback" not in said.err
    status = ask("status", "--store", f"sqlite:///{small_disk}/s.db", "--json")
    assert status.json["position"] in (0, 364)  # wholly there, only not in the figures, or not
    (small_disk / "ballast").unlink()
    ask("import", "story", "--store", f"sqlite:///{small_disk}/s.db")
    status = ask("status", "--store", f"sqlite:///{small_disk}/s.db", "--json")
    assert status.json["position"] == 364
    assert set(status.json["checkpoints"].values()) == {364}
