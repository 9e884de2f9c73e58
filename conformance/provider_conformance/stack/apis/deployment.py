"""Tools that run elsewhere: the HTTP request that executes one."""

from enum import Enum
from typing import Any

from pydantic import BaseModel

from provider_conformance.stack.apis.media import URL


class RestAPIMethod(Enum):
    """HTTP methods."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


class RestAPIExecutionConfig(BaseModel):
    """The request that executes a tool remotely."""

    url: URL
    method: RestAPIMethod
    params: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
