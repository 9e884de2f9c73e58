"""A small HTTP/1.1 server on loopback that answers from routes and records what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from provider_conformance.backends.faults import Faults
from provider_conformance.backends.model import Answer, Request, Route, answer_json, unknown_route
from provider_conformance.backends.record import Recorded, recorded

_LOOPBACK: Final = "127.0.0.1"
_POLL: Final = 0.1
"""Seconds within which a server that is closed comes to its end."""

_IDLE: Final = 60.0
"""Seconds after which a connection on which nothing is asked is closed."""

_CHUNKED: Final = "chunked"


class Server:
    """A server that answers from the moment it is made until it is closed; a context manager closes it.

    Each connection has a thread of its own, which never holds the process.

    Args:
        routes: What answers, in this order. A request that none takes is answered with 404 and
            the code `unknown_route`; a route that raises, with 500 and the code `stand_in_failed`.
        faults: What goes wrong on demand.

    Attributes:
        url: Scheme, host and port, without a slash at the end.
        served: The models that are served besides those of the catalogue.
        faults: The switch for what goes wrong.

    Raises:
        OSError: If there is no free port.
    """

    def __init__(self, routes: Sequence[Route], faults: Faults | None = None) -> None:
        self._routes, self.faults = tuple(routes), faults or Faults()
        self._requests: list[Recorded] = []
        self.served: frozenset[str] = frozenset()
        self._listener = _Listener((_LOOPBACK, 0), type("_Bound", (_Handler,), {"respond": self._respond}))
        self.url = f"http://{_LOOPBACK}:{self._listener.server_address[1]}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL,), name="stand-in", daemon=True
        )
        self._thread.start()

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """What it was asked up to now, in the order of the answers."""
        return tuple(self._requests)

    def close(self) -> None:
        """Stop answering. Closing twice is once."""
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
            self._listener.server_close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _respond(self, request: Request) -> Answer:
        request = replace(request, served=self.served)
        found = self._routed(request)
        fault, answer = self.faults.spoil(found or unknown_route(request))
        self._requests.append(recorded(request, answer.status, known=found is not None, fault=fault))
        return answer

    def _routed(self, request: Request) -> Answer | None:
        try:
            return next((found for route in self._routes if (found := route(request)) is not None), None)
        except Exception as error:
            # A fault of a route must not look like a lost connection.
            message = f"the stand-in failed: {type(error).__name__}: {error}"
            return answer_json({"error": {"message": message, "code": "stand_in_failed"}}, 500)


class _Listener(ThreadingHTTPServer):
    """The listening socket; the threads of its connections do not hold the process."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that go away in the middle of an answer."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    disable_nagle_algorithm = True

    respond: Any
    """Set by the server: from a request to its answer."""

    def handle_one_request(self) -> None:
        """Read one request, answer it, and keep the connection where the client does."""
        with suppress(ConnectionError, TimeoutError):
            super().handle_one_request()
            return
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: what was asked is recorded."""

    def _answer(self) -> None:
        self._send(self.respond(self._request()))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - as its base has it

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(
            method=self.command,
            host=urlsplit(f"//{headers.get('host', '')}").hostname or "",
            path=unquote(parts.path),
            query={name: tuple(v) for name, v in parse_qs(parts.query, keep_blank_values=True).items()},
            headers=headers,
            body=self._body(headers),
        )

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == _CHUNKED:
            return b"".join(iter(self._chunk, b""))
        length = headers.get("content-length", "0")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _chunk(self) -> bytes:
        """The next chunk of a body; empty at its end."""
        size = int(self.rfile.readline().partition(b";")[0] or b"0", 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, answer: Answer) -> None:
        if answer.delay:
            time.sleep(answer.delay)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            body = b"" if self.command == "HEAD" else answer.body
            self.wfile.write(body[: len(body) // 2] if answer.cut else body)
        else:
            self.send_header("transfer-encoding", _CHUNKED)
            self.end_headers()
            chunks = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in answer.chunks if chunk]
            for chunk in chunks[: len(chunks) // 2] if answer.cut else [*chunks, b"0\r\n\r\n"]:
                self.wfile.write(chunk)
        self.close_connection |= answer.cut
