"""Is the default store filled once, wholly, and is the dashboard started on it?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import cli, serving
from core.machine import TimeMachine
from core.projector import Progress
from tests.importers.conftest import olist

__all__ = ["olist"]

EVENTS = 11
ROOT = Path(__file__).parents[2]
Served = list[tuple[str, list[str]]]


@contextmanager
def quietly(name: str) -> Iterator[Progress]:
    yield lambda done, total: None


@pytest.fixture
def served(
    olist: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """A project of its own with a small sample, and the dashboards it would have started."""
    started: Served = []
    monkeypatch.delenv("EVENTSCOPE_STORE", raising=False)
    monkeypatch.setattr(serving, "SAMPLE", olist())
    monkeypatch.setattr(serving, "DEFAULT_STORE", f"sqlite:///{tmp_path}/orders.db")
    monkeypatch.setattr(os, "execv", lambda path, command: started.append((path, command)))
    monkeypatch.setattr(os, "chdir", lambda path: None)
    yield started
    os.environ.pop("EVENTSCOPE_STORE", None)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return int(ended.value.code or 0)


def position(url: str) -> int:
    machine = TimeMachine.open(url, create=False)
    status = machine.status()
    machine.close()
    assert set(status.checkpoints.values()) == {status.position}
    return status.position


def test_the_first_start_fills_the_default_store_and_opens_the_dashboard(served: Served):
    assert run() == 0
    assert position(serving.DEFAULT_STORE) == EVENTS
    ((path, command),) = served
    assert path == sys.executable
    assert command[1:5] == ["-m", "streamlit", "run", "dashboard/app.py"]
    assert os.environ["EVENTSCOPE_STORE"] == serving.DEFAULT_STORE


def test_the_second_start_adds_nothing(served: Served):
    run("serve")
    run("serve")
    assert position(serving.DEFAULT_STORE) == EVENTS
    assert len(served) == 2


def test_options_alone_are_meant_for_serve(served: Served):
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    assert run("--port", str(port), "--headless") == 0
    command = served[0][1]
    assert f"--server.port={port}" in command
    assert "--server.headless=true" in command


@pytest.mark.parametrize("killed", ["load", "project"])
def test_a_killed_fill_is_completed_by_the_next_start(
    served: Served, monkeypatch: pytest.MonkeyPatch, killed: str
):
    whole = getattr(TimeMachine, killed)

    def half(self: TimeMachine, *given: Any) -> None:
        if killed == "load":
            entries = given[0]
            whole(self, (entries[n] if n < 5 else stop() for n in range(len(entries))))
        stop()

    def stop() -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TimeMachine, killed, half)
        assert run("serve") != 0
    assert not served
    assert run("serve") == 0
    assert position(serving.DEFAULT_STORE) == EVENTS


def test_a_bad_sample_leaves_nothing_half_written(served: Served, olist: Callable[..., Path]):
    olist(order_items=["o1,1,p1,s1,NaN,4.5"])
    assert run("serve") == 2
    assert not served
    assert position(serving.DEFAULT_STORE) == 0


def test_importing_twice_adds_nothing(served: Served, tmp_path: Path):
    machine = TimeMachine.open(f"sqlite:///{tmp_path}/twice.db")
    counts = [serving.bring_in(machine, "olist", serving.SAMPLE, quietly) for _ in range(2)]
    assert counts == [EVENTS, 0]
    machine.close()


def test_many_bad_rows_are_cut_short_and_counted(
    served: Served, olist: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    bad = [f"o1,{number},p1,s1,NaN,4.5" for number in range(1, 31)]
    assert run("import", "olist", str(olist(order_items=bad))) == 2
    lines = capsys.readouterr().err.splitlines()
    assert sum("'NaN' is not an amount of money" in line for line in lines) == 20
    assert lines[-2:] == ["and 10 more.", "Nothing was imported."]


def test_a_named_store_is_served_as_it_is(served: Served, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/mine.db"
    assert run("serve", "--store", url) == 2
    TimeMachine.open(url).close()
    assert run("serve", "--store", url) == 0
    assert position(url) == 0
    assert os.environ["EVENTSCOPE_STORE"] == url


def test_a_relative_store_is_served_by_its_absolute_name(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert serving.absolute("sqlite:///mine.db") == f"sqlite:///{Path.cwd() / 'mine.db'}"
    assert serving.absolute("sqlite:////var/mine.db?x=1") == "sqlite:////var/mine.db?x=1"
    assert serving.absolute("memory:") == "memory:"


def test_a_taken_port_is_a_sentence(served: Served, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run("serve", "--port", str(port)) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"Port {port} cannot be used: ")
    assert not served


@pytest.mark.skipif(os.name == "nt", reason="signals a process group as a terminal does")
def test_the_dashboard_answers_and_ends_quietly(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/real.db"
    TimeMachine.open(url).close()
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    script = "from core.cli import main; main()"
    line = [sys.executable, "-c", script, "--store", url, "--port", str(port), "--headless"]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health", process)
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert b"Traceback" not in output


def answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    for _ in range(300):
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=1) as reply:
                return bool(reply.status == 200)
        except OSError:
            time.sleep(0.2)
    return False
