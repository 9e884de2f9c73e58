"""Whether an error is for want of a back end: nobody answers, or who answers refuses a placeholder.

Client libraries are known by the names of their errors, and none of them is imported.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from provider_conformance.backends.model import DOES_NOT_ANSWER
from provider_conformance.package import chains
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro
from provider_conformance.sandbox.constructing import FactoryTimeoutError

_UNREACHABLE: Final = (
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.EHOSTDOWN,
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.ETIMEDOUT,
)
_NAMES: Final = frozenset(
    {
        # httpx and httpcore
        *("ConnectError", "ConnectTimeout", "ReadError", "ReadTimeout", "PoolTimeout", "RemoteProtocolError"),
        "ProxyError",
        # openai, anthropic, groq, together, llama_stack_client: all made by one generator
        *("APIConnectionError", "APITimeoutError", "AuthenticationError", "PermissionDeniedError"),
        # aiohttp
        *("ClientConnectionError", "ServerTimeoutError", "ServerDisconnectedError"),
        # requests and urllib3
        *("ConnectionError", "Timeout", "MaxRetryError", "NewConnectionError", "NameResolutionError"),
        *("ConnectTimeoutError", "ReadTimeoutError", "ProtocolError"),
        # botocore
        *(
            "EndpointConnectionError",
            "HTTPClientError",
            "ProxyConnectionError",
            "NoCredentialsError",
            "CredentialRetrievalError",
        ),
        # data bases
        *("ServerSelectionTimeoutError", "ServiceUnavailable", "WeaviateConnectionError", "AuthError"),
        *("ConnectionTimeout", "ResponseHandlingException", "WeaviateStartUpError"),
        # websockets
        *("InvalidHandshake",),
    }
)
"""Errors by which client libraries say that they could not talk to a server, or were not let in."""

_LIBRARIES_OWN: Final = {"OperationalError": ("psycopg", "psycopg2", "asyncpg", "pymysql", "MySQLdb")}
"""Names that only in these libraries mean a server."""

_EXTENDING: Final = ("enable_load_extension", "load_extension")
"""What connections of SQLite have only where Python was built for it."""

_WHOLE: Final = 4000
"""So much of an answer is looked at."""

_REFUSED: Final = frozenset({401, 403, 407})
_ABSENT: Final = frozenset({502, 503, 504})
_RPC: Final = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "UNAUTHENTICATED", "PERMISSION_DENIED"})
_REFUSALS: Final = (ConnectionRefusedError, ConnectionResetError, ConnectionAbortedError)


def missing_backend(error: BaseException | None) -> str:
    """Why an error is for want of a back end: who does not answer, and what was said; "" if it is not.

    Args:
        error: What was raised. What it was raised from or while handling, and the parts of a
            group, are looked at as well. A time limit of this tool says nothing about a back end.
    """
    found = list(_behind(error))
    if any(chains.is_about_loops(one) for one in found):
        return ""  # a client library says of any failure that it could not connect
    if unknown := next((told for one in found if (told := not_answered(one))), ""):
        return unknown
    for one in found:
        if kind := _kind(one):
            endpoint = next((seen for other in found if (seen := _endpoint(other))), "")
            at = f" at {endpoint}" if endpoint else ""
            return f"{kind}{at} ({careful.class_name(type(one))})"
    return ""


def not_answered(error: BaseException) -> str:
    """What the stand-in says that it does not answer, "" where an error does not tell of that.

    Client libraries put an answer into the text of their error, or keep it beside the error.
    """
    response = _attribute(error, "response")
    for text in (careful.text(error, _WHOLE), careful.text(_attribute(response, "text") or "", _WHOLE)):
        if found := DOES_NOT_ANSWER.search(text):
            return found[0]
    return ""


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what tells of a back end behind it."""

    def tells(one: BaseException) -> bool:
        return not chains.is_a(one, FactoryTimeoutError) and not is_refusal_of_a_connection(one)

    return (one for one in chains.chain(error, tells) if not chains.is_a(one, FactoryTimeoutError))


def is_refusal_of_a_connection(error: BaseException) -> bool:
    """Whether the system itself says that nobody answers; what was being handled then is another story."""
    if error.__cause__ is not None:
        return False
    return type(error) in (socket.gaierror, *_REFUSALS)


def _kind(error: BaseException) -> str:
    status = status_of(error)
    if status in _REFUSED:
        return f"its back end refuses the credentials with {status}"
    if status in _ABSENT:
        return f"its back end is not there: {status} is answered"
    if chains.is_a(error, (ConnectionError, TimeoutError, socket.gaierror)) or _is_known(error):
        return "its back end is not there: nothing answers"
    if chains.is_a(error, OSError) and _attribute(error, "errno") in _UNREACHABLE:
        return "its back end is not there: nothing answers"
    if cannot_extend_sqlite(error):
        return "its back end is not there: the sqlite3 of this Python cannot load extensions"
    return ""


def cannot_extend_sqlite(error: BaseException) -> bool:
    """Whether this Python was built without the extensions of SQLite that somebody wants to load."""
    if type(error) is not AttributeError or error.name not in _EXTENDING:
        return False
    return any(careful.class_module(cls) == "sqlite3" for cls in mro(type(error.obj)))


def _is_known(error: BaseException) -> bool:
    for cls in mro(type(error)):
        name, module = careful.class_name(cls), careful.class_module(cls).partition(".")[0]
        if name in _NAMES and module != "builtins":
            return True
        if module in _LIBRARIES_OWN.get(name, ()):
            return True
    return _rpc_code(error) in _RPC


def _rpc_code(error: BaseException) -> str:
    """The name of the status of a gRPC error."""
    code = _attribute(error, "code")
    if not any(careful.class_name(cls) in ("RpcError", "AioRpcError") for cls in mro(type(error))):
        return ""
    with suppress(Exception):
        return str(code().name)
    return ""


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an error tells of: a number, or one of an enumeration of them."""
    for name in ("status_code", "status"):
        for holder in (error, _attribute(error, "response")):
            value = _attribute(holder, name)
            if issubclass(type(value), int) and type(value) is not bool:
                return int(value)
    return None


def _endpoint(error: BaseException) -> str:
    """The address that could not be reached: scheme, host and port."""
    for holder in (error, _attribute(error, "request")):
        url = _attribute(holder, "url")
        if url is not None:
            parts = _split(url)
            if parts is not None and parts.hostname:
                return f"{parts.scheme}://{_host(parts.hostname, _attribute(parts, 'port'))}"
    for holder in (error, _attribute(error, "pool")):
        host, port = _attribute(holder, "host"), _attribute(holder, "port")
        if isinstance(host, str) and isinstance(port, int):
            return _host(host, port)
    return ""


def _split(url: object) -> Any:
    with suppress(Exception):
        return urlsplit(careful.text(url))
    return None


def _host(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"


def _attribute(holder: Any, name: str) -> Any:
    """An attribute of a library's error; properties among them raise where there is nothing."""
    return careful.attribute(holder, name)
