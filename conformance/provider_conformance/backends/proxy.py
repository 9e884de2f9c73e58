"""A proxy on loopback that lets hosts with a fixed name be stood in for, over TLS with a CA of its own.

A client that is told of it by ``HTTPS_PROXY`` asks for ``CONNECT host:443``. The proxy accepts, is that host
by a certificate that its own CA signs, and hands what comes to the stand-in, which sees the name in ``Host``.
"""

from __future__ import annotations

import importlib
import re
import selectors
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from provider_conformance.backends.model import does_not_answer
from provider_conformance.errors import BACKENDS_EXTRA, MissingExtraError

LOOPBACK: Final = "127.0.0.1"
_HEAD_LIMIT: Final = 65_536
_PATIENCE: Final = 30.0
"""Seconds that a client may take for its own part of opening a connection."""
_PIECE: Final = 65_536
_LONGEST: Final = 253
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")


class Signer(Protocol):
    """A certificate authority."""

    def context(self, host: str) -> ssl.SSLContext:
        """Be a host.

        Raises:
            ValueError: There can be no certificate for such a name.
        """

    def bundle(self) -> bytes:
        """The CA's own certificate, PEM."""


class TrustMe:
    """A certificate authority that nobody but this process and its trials trusts; made by ``trustme``."""

    def __init__(self) -> None:
        """Make its key.

        Raises:
            MissingExtraError: ``trustme`` is not installed.
        """
        try:
            self._trustme: Any = importlib.import_module("trustme")
        except ImportError as error:
            raise MissingExtraError(
                f"hosts with a fixed name are stood in for with: {BACKENDS_EXTRA}"
            ) from error
        self._authority = self._trustme.CA(organization_name="provider-conformance")
        self._context = cache(self._made)

    def context(self, host: str) -> ssl.SSLContext:
        """Be a host; what has been made for it once is used again."""
        return self._context(host)

    def _made(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        self._authority.issue_cert(host).configure_cert(context)
        return context

    def bundle(self) -> bytes:
        """The CA's own certificate, PEM."""
        pem: bytes = self._authority.cert_pem.bytes()
        return pem


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy.

    Attributes:
        url: Where it listens.
        bundle: A file with the certificate of its CA.
        refused: The hosts that it was asked for and does not know, each once, in that order.
    """

    url: str
    bundle: Path
    refused: list[str] = field(default_factory=list)

    def variables(self) -> Mapping[str, str]:
        """What leads the clients of a process here; to be set before they are made.

        Both spellings, since the one in small letters wins where a user has set it.
        """
        direct = f"localhost,{LOOPBACK},::1"
        proxied = {"HTTPS_PROXY": self.url, "https_proxy": self.url, "NO_PROXY": direct, "no_proxy": direct}
        # ssl, httpx and what builds on them; requests; botocore.
        trusted = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"), str(self.bundle))
        return {**proxied, **trusted}


@contextmanager
def proxying(
    target: str, knows: Callable[[str], bool], signer: Callable[[], Signer] = TrustMe
) -> Iterator[Proxy]:
    """Run a proxy for as long as the context lasts.

    Args:
        target: The URL of the stand-in that hosts are led to.
        knows: Whether the stand-in answers for a host, by its name in small letters.
        signer: Makes the CA.

    Raises:
        MissingExtraError: ``trustme`` is not installed.
    """
    authority, parts = signer(), urlsplit(target)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="provider-conformance-ca-")))
        bundle = folder / "ca.pem"
        bundle.write_bytes(authority.bundle())
        listener = stack.enter_context(socket.create_server((LOOPBACK, 0)))
        proxy = Proxy(f"http://{LOOPBACK}:{listener.getsockname()[1]}", bundle)
        serving = _Serving(authority, (parts.hostname or LOOPBACK, parts.port or 80), knows, proxy.refused)
        _in_a_thread(serving.accept, listener)
        try:
            yield proxy
        finally:
            # Closing alone does not wake who waits for a connection.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class _Serving:
    """Answers the clients of a proxy."""

    signer: Signer
    target: tuple[str, int]
    knows: Callable[[str], bool]
    refused: list[str]

    def accept(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True, name="backend-proxy"
                ).start()

    def _serve(self, client: socket.socket) -> None:
        # A client that goes away, or does not trust the CA, is no trouble of the proxy's.
        with client, suppress(OSError, ValueError):
            client.settimeout(_PATIENCE)
            method, asked = _asked(client)
            if method != "CONNECT":
                client.sendall(_refusal(405, "this proxy answers CONNECT only"))
                return
            host = host_of(asked)
            context = self._context(host)
            if context is None:
                self._refuse(client, host or asked)
                return
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(client, server_side=True) as inner:
                inner.settimeout(None)
                with socket.create_connection(self.target) as server:
                    _pipe(inner, server)

    def _context(self, host: str) -> ssl.SSLContext | None:
        """Be a host; None where it is not known, or is no name that a certificate can be made for."""
        if not host or not self.knows(host):
            return None
        with suppress(ValueError):
            return self.signer.context(host)
        return None

    def _refuse(self, client: socket.socket, host: str) -> None:
        if host not in self.refused:
            self.refused.append(host)
        client.sendall(_refusal(502, does_not_answer("CONNECT", host)))


def _in_a_thread(work: Callable[[socket.socket], None], connection: socket.socket) -> None:
    threading.Thread(target=work, args=(connection,), daemon=True, name="backend-proxy").start()


def host_of(authority: str) -> str:
    """The host that ``CONNECT`` names, in small letters; "" where that is no host name.

    Varied configurations make names up: with blanks, with labels that are too long.
    """
    host = authority.rpartition(":")[0].rstrip(".").lower()
    return host if len(host) <= _LONGEST and _HOST.fullmatch(host) else ""


def _asked(client: socket.socket) -> tuple[str, str]:
    """The method and the target of a request; what stands between the first and the last blank.

    Raises:
        ValueError: There is no request.
    """
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        head += piece
        if not piece or len(head) > _HEAD_LIMIT:
            raise ValueError("no request")
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    return method, rest.rpartition(" ")[0]


def _refusal(status: int, why: str) -> bytes:
    """A refusal that says why in its first line: of a proxy's answer, clients show no more."""
    told = why.encode("ascii", "backslashreplace").replace(b"\r", b"").replace(b"\n", b"")
    return b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (status, told)


def _pipe(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Hand on what comes from either side until one of them ends.

    In one thread: an object of OpenSSL is not to be read and written by two at a time.
    """
    goals: dict[socket.socket, socket.socket] = {client: server, server: client}
    with selectors.DefaultSelector() as selector:
        for source, goal in goals.items():
            selector.register(source, selectors.EVENT_READ, (source, goal))
        while True:
            for key, _ in selector.select():
                source, goal = key.data
                waiting = True
                while waiting:
                    if not (piece := source.recv(_PIECE)):
                        return
                    goal.sendall(piece)
                    # The selector does not tell of what is decrypted already.
                    waiting = source is client and client.pending() > 0
