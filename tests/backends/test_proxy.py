"""The proxy is each host that the stand-in knows, refuses the others, and outlives whatever it is asked."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest

from provider_conformance.backends.proxy import Proxy, host_of, proxying
from provider_conformance.errors import MissingExtraError

BIG = b"x" * 2_000_000


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = len(self.rfile.read(int(self.headers.get("content-length") or 0)))
        body = json.dumps({"host": self.headers["host"], "path": self.path, "length": length}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - named by http.server

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Proxy]:
    pytest.importorskip("trustme", reason="the extra `backends` is not installed")
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxying(f"http://127.0.0.1:{server.server_port}", lambda host: "known" in host) as proxy:
            yield proxy
        server.shutdown()


@pytest.fixture
def client(running: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    for name, value in running.variables().items():
        monkeypatch.setenv(name, value)
    with httpx.Client() as made:
        yield made


def raw(proxy: Proxy, line: bytes) -> bytes:
    parts = urlsplit(proxy.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(line)
        return connection.recv(65_536)


def test_a_known_host_is_stood_in_for_under_its_own_name(client: httpx.Client) -> None:
    answer = client.get("https://api.known.example/v1?x=1").json()
    assert answer == {"host": "api.known.example", "path": "/v1?x=1", "length": 0}


def test_a_connection_carries_several_requests(client: httpx.Client) -> None:
    answers = [client.post("https://known.example/", content=BIG).json() for _ in range(3)]
    assert [answer["length"] for answer in answers] == [len(BIG)] * 3


def test_an_unknown_host_is_answered_502_and_named(running: Proxy, client: httpx.Client) -> None:
    with pytest.raises(httpx.ProxyError, match="502"):
        client.get("https://nobody.example/")
    assert "nobody.example" in running.refused


def test_who_does_not_trust_its_ca_is_not_led_astray(running: Proxy) -> None:
    context = ssl.create_default_context()
    context.load_default_certs()
    with (
        httpx.Client(proxy=running.url, verify=context, trust_env=False) as own,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        own.get("https://known.example/")


@pytest.mark.parametrize(
    "host",
    [
        "us-east-2 known.example",
        "known..example",
        "-known.example",
        "k" * 64 + "nown",
        "[::known",
        "",
        "knöwn",
    ],
)
def test_a_name_that_is_none_is_refused(running: Proxy, host: str) -> None:
    asked = f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode()
    assert raw(running, asked).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_whatever_it_is_sent_it_goes_on(running: Proxy, client: httpx.Client, sent: bytes) -> None:
    assert raw(running, sent).startswith(b"HTTP/1.1 405 ")
    assert client.get("https://known.example/").status_code == 200


def test_it_is_gone_after_the_context(running: Proxy) -> None:
    with proxying(running.url, lambda _host: True) as short:
        pass
    with pytest.raises(OSError):
        raw(short, b"CONNECT known.example:443 HTTP/1.1\r\n\r\n")
    assert not short.bundle.exists()


def test_loopback_is_reached_directly(running: Proxy) -> None:
    variables = running.variables()
    assert set(variables["NO_PROXY"].split(",")) == {"localhost", "127.0.0.1", "::1"}
    assert variables["no_proxy"] == variables["NO_PROXY"]


def test_without_trustme_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with (
        pytest.raises(MissingExtraError, match="pip install trustme"),
        proxying("http://127.0.0.1:1", lambda _host: True),
    ):
        pass


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("API.Known.example:443", "api.known.example"),
        ("known.example.:443", "known.example"),
        ("under_score.example:443", "under_score.example"),
        ("a b:443", ""),
        ("a:b:443", ""),
        ("443", ""),
    ],
)
def test_the_host_that_is_asked_for(authority: str, host: str) -> None:
    assert host_of(authority) == host
