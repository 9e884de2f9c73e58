"""Which traffic leaves this machine, read off the arguments of audit events."""

from __future__ import annotations

import ipaddress
import socket
from functools import cache
from typing import Any, Final

EVENTS: Final = (
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
)
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
_LOCAL: Final = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost", "<broadcast>"})


def beyond(event: str, arguments: tuple[Any, ...]) -> str:
    """The host and port that an event is about, "" where it stays on this machine."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host, *rest = arguments
        return _shown(host, rest[0] if rest else None) if _is_foreign_name(host) else ""
    sender, address = arguments[0], arguments[-1]
    if not isinstance(address, tuple) or not address or sender.family not in _FAMILIES:
        return ""
    if event == "socket.connect" and sender.type == socket.SOCK_DGRAM:
        # Nothing is sent: connecting a datagram socket is how a program learns its own address.
        return ""
    host, port = address[0], address[1]
    return _shown(host, port) if _is_foreign(host) else ""


def refusal(event: str, target: str) -> OSError:
    """What a program without a network gets."""
    why = f"a provider is checked: no traffic beyond this machine ({target})"
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return socket.gaierror(socket.EAI_NONAME, why)
    return ConnectionRefusedError(111, why)


def _shown(host: Any, port: Any) -> str:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    return name if port in (None, 0, "") else f"{name}:{port}"


def _is_foreign(host: Any) -> bool:
    """Whether an address or a name leads off this machine."""
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return _is_foreign_name(host)
    local = address.is_loopback or address.is_unspecified
    return not local and str(address) not in _own_addresses()


def _is_foreign_name(host: Any) -> bool:
    """Whether looking a name up asks somebody else."""
    if host is None:
        return False
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    if name in _LOCAL or name.endswith(".localhost") or name.partition(".")[0] == _own_name():
        return False
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return True
    return False


def _own_name() -> str:
    return socket.gethostname().lower().partition(".")[0]


@cache
def _own_addresses() -> frozenset[str]:
    """The addresses that this machine's own name stands for."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)
