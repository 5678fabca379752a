"""What is on the disk after a power cut? Images rebuilt from a record of writes and syncs."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDER = Path(__file__).with_name("recorder.c")
SECTOR = 512
FILES = ("", "-wal", "-journal", ".told")
DATABASE, WAL, _, TOLD = range(len(FILES))
FATES = ("dropped", "kept", "torn")
"""What may become of the writes that no sync has followed."""

HEAD = struct.Struct("<cbqq")


@dataclass(frozen=True)
class Asked:
    """One thing the program asked of the disk: write, cut, sync or unlink, of one of FILES.

    A sync that failed is one of its own.
    """

    what: bytes
    file: int
    offset: int
    data: bytes


@dataclass
class Kept:
    """What one file holds for certain, and what was asked since."""

    certain: bytearray = field(default_factory=bytearray)
    pending: list[Asked] = field(default_factory=list)
    exists: bool = False


@dataclass(frozen=True)
class Image:
    """The files after a power cut, and how many events had been acknowledged by then."""

    files: dict[str, bytes]
    acknowledged: int
    fate: str


def built(source: Path, folder: Path) -> Path:
    """A library to preload; without a compiler the test is skipped, and fails in CI."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        reason = f"no C compiler (apt-get install gcc libc6-dev): {source.name} cannot be built"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    library = folder / f"{source.stem}.so"
    build = [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    subprocess.run(build, check=True)
    return library


def preloaded(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this project, unchanged, over the recorder; its files begin with `log.db`."""
    recorded = {"RECORDED": str(folder / "log.db"), "RECORD": str(folder / "record")}
    preload = {"LD_PRELOAD": str(built(RECORDER, folder))}
    command = [sys.executable, "-m", *arguments]
    environment = {**os.environ, **recorded, **preload}
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )


def read(record: Path) -> list[Asked]:
    """The record, oldest first."""
    held, place, asked = record.read_bytes(), 0, []
    while place < len(held):
        what, file, offset, length = HEAD.unpack_from(held, place)
        place += HEAD.size
        asked.append(Asked(what, file, offset, held[place : place + length]))
        place += length
    return asked


def images(asked: list[Asked], number: int, chance: random.Random) -> Iterator[Image]:
    """The power is cut at that many random points, each with a random fate."""
    points = sorted(chance.randrange(len(asked)) for _ in range(number))
    disk = [Kept() for _ in FILES]
    acknowledged, done = 0, 0
    for point in points:
        for one in asked[done:point]:
            _apply(disk[one.file], one)
            if one.file == TOLD:
                acknowledged = int(one.data)
        done = point
        fate = chance.choice(FATES)
        there = [(name, disk[n]) for n, name in enumerate(FILES) if n != TOLD and disk[n].exists]
        files = {name: _after(kept, fate, chance) for name, kept in there}
        yield Image(files, acknowledged, fate)


def after_failed_sync(asked: list[Asked]) -> tuple[dict[str, bytes], bool]:
    """What the disk holds for certain, and whether what the failed sync carried hung on it alone.

    It did not where nothing had been written since that file's last good sync, nor where the log
    was being folded back, all of which is safe in the log.
    """
    disk, needed = [Kept() for _ in FILES], False
    for one in asked:
        if one.what == b"f":
            log = disk[WAL]
            folding = one.file == DATABASE and bool(log.certain) and not log.pending
            needed |= bool(disk[one.file].pending) and not folding
        _apply(disk[one.file], one)
    files = {name: kept for name, kept in zip(FILES, disk, strict=True) if kept.exists}
    return {name: bytes(kept.certain) for name, kept in files.items()}, needed


def _apply(kept: Kept, one: Asked) -> None:
    if one.what == b"f":
        kept.pending = []  # a kernel may forget it: the next good sync does not carry it again
    elif one.what == b"u":
        kept.certain, kept.pending, kept.exists = bytearray(), [], False
    elif one.what == b"s":
        for pending in kept.pending:
            _change(kept.certain, pending)
        kept.pending = []
    else:
        kept.pending.append(one)
        kept.exists = True


def _after(kept: Kept, fate: str, chance: random.Random) -> bytes:
    content = bytearray(kept.certain)
    for one in kept.pending if fate != "dropped" else []:
        for part in _sectors(one) if fate == "torn" else [one]:
            if fate == "kept" or chance.random() < 0.5:
                _change(content, part)
    return bytes(content)


def _sectors(one: Asked) -> Iterator[Asked]:
    if one.what == b"c":
        yield one
    for start in range(0, len(one.data), SECTOR):
        yield Asked(one.what, one.file, one.offset + start, one.data[start : start + SECTOR])


def _change(content: bytearray, one: Asked) -> None:
    if one.what == b"c":
        del content[one.offset :]
    end = one.offset + (len(one.data) if one.what == b"w" else 0)
    content.extend(bytes(max(0, end - len(content))))
    content[one.offset : one.offset + len(one.data)] = one.data
