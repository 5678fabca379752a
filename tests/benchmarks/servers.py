"""Who answers the browser? A dashboard over the story, and a page with the same slider."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core import serving
from core.orders.story import LONG_VERSIONS
from tests.benchmarks.measuring import staged
from tests.benchmarks.places import machine_at

PLAIN = f"""
import streamlit as st

st.text(f"state of {{st.slider('Version', 1, {LONG_VERSIONS})}}")
"""
REDRAWN = f"""
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

moved = st.slider('Version', 1, {LONG_VERSIONS})
st.plotly_chart(go.Figure(go.Bar(y=[moved + bar for bar in range(100)])))
st.dataframe(pd.DataFrame([[moved + cell for cell in range(10)] for _ in range(15)]))
st.text(f"state of {{moved}}")
"""
OPTIONS = (
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)


@contextmanager
def dashboard(folder: Path) -> Iterator[str]:
    """Ours, over an order of 300 versions."""
    with closing(machine_at(folder)) as machine:
        serving.bring_in(machine, serving.STORY, None, lambda name: staged(name, {}))
    port = _free_port()
    asked = ["--store", machine.store.url, "--port", str(port), "--headless"]
    with _served(
        ["-c", f"from core.cli import main; main({asked!r})"], serving.PROJECT, port
    ) as base:
        yield base


@contextmanager
def page(folder: Path, name: str, source: str) -> Iterator[str]:
    """A bare page of Streamlit: its script under a name."""
    script, port = folder / f"{name}.py", _free_port()
    script.write_text(source)
    asked = ["-m", "streamlit", "run", str(script), f"--server.port={port}", *OPTIONS]
    with _served(asked, folder, port) as base:
        yield base


@contextmanager
def _served(command: list[str], folder: Path, port: int) -> Iterator[str]:
    base, silent = f"http://127.0.0.1:{port}", subprocess.DEVNULL
    server = subprocess.Popen([sys.executable, *command], cwd=folder, stdout=silent, stderr=silent)
    try:
        for _ in range(300):
            if _answers(base):
                break
            time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(10)


def _answers(base: str) -> bool:
    try:
        urllib.request.urlopen(f"{base}/_stcore/health", timeout=1)
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
