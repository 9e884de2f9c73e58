"""Where clouds hand out access tokens for keys. Nothing is verified: whoever asks in the right form gets one.

Sources: https://cloud.ibm.com/apidocs/iam-identity-token-api, RFC 6749 for Google's.
"""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import parse_qs

from provider_conformance.backends.model import Answer, Request, answer_json

_LASTS: Final = 3600
_PLACES: Final = {
    "iam.cloud.ibm.com": ("/identity/token", "/oidc/token"),
    "oauth2.googleapis.com": ("/token",),
    "sts.googleapis.com": ("/v1/token",),
}
HOSTS: Final = tuple(_PLACES)
"""The hosts that are answered for."""


def handing_out_tokens(request: Request) -> Answer | None:
    """Answer who asks for a token; without a kind of grant it is refused."""
    if request.method != "POST" or request.path not in _PLACES.get(request.host, ()):
        return None
    grant = parse_qs(request.body.decode("utf-8", "replace")).get("grant_type")
    if not grant:
        return answer_json({"error": "invalid_request", "error_description": "grant_type is missing"}, 400)
    return answer_json(
        {
            "access_token": "stand-in-token",
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": _LASTS,
            "expiration": int(time.time()) + _LASTS,
            "scope": "",
        }
    )
