"""Models are listed in the form of whoever is asked, and tokens are handed out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provider_conformance.backends.catalogue import DIMENSION, MODELS
from provider_conformance.backends.discovery import discovering
from provider_conformance.backends.known_hosts import is_known
from provider_conformance.backends.model import Request
from provider_conformance.backends.tokens import handing_out_tokens


def listed(host: str, path: str) -> Any:
    answer = discovering(Request("GET", host, path))
    return None if answer is None else json.loads(answer.body)


def test_databricks_lists_endpoints() -> None:
    endpoints = listed("127.0.0.1", "/api/2.0/serving-endpoints")["endpoints"]
    assert [endpoint["name"] for endpoint in endpoints] == list(MODELS)


def test_databricks_tells_where_tokens_are() -> None:
    host = {"host": "127.0.0.1:1"}
    answer = discovering(Request("GET", "127.0.0.1", "/.well-known/databricks-config", {}, host))
    assert answer is not None
    told = json.loads(answer.body)
    assert told["oidc_endpoint"] == "http://127.0.0.1:1/oidc"


@pytest.mark.parametrize("path", ["/ml/v1/foundation_model_specs", "//ml/v1/foundation_model_specs"])
def test_watsonx_tells_what_a_model_can_do(path: str) -> None:
    found = {one["model_id"]: one for one in listed("127.0.0.1", path)["resources"]}
    assert found["tiny-embed"]["functions"] == [{"id": "embedding"}]
    assert found["tiny-embed"]["model_limits"]["embedding_dimension"] == DIMENSION
    assert found["tiny-chat"]["functions"] == [{"id": "text_chat"}]


@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v2/projects/p/models"])
def test_together_lists_without_an_envelope(path: str) -> None:
    assert [model["id"] for model in listed("api.together.xyz", path)] == list(MODELS)


def test_oci_tells_what_a_model_can_do() -> None:
    items = listed("generativeai.us-ashburn-1.oci.oraclecloud.com", "/20231130/models")["items"]
    told = {item["displayName"]: item["capabilities"] for item in items}
    assert told == {"tiny-chat": ["CHAT"], "tiny-embed": ["TEXT_EMBEDDINGS"], "tiny-rerank": ["TEXT_RERANK"]}


def test_bedrock_tells_which_are_active() -> None:
    found = listed("bedrock.us-east-2.amazonaws.com", "/foundation-models")["modelSummaries"]
    assert [(one["modelId"], one["modelLifecycle"]["status"]) for one in found] == [
        (name, "ACTIVE") for name in MODELS
    ]


@pytest.mark.parametrize(
    ("host", "path"),
    [("127.0.0.1", "/v1/models"), ("api.openai.com", "/v1/models"), ("h", "/foundation-models")],
)
def test_another_listing_is_not_its_own(host: str, path: str) -> None:
    assert listed(host, path) is None


def test_a_listing_is_not_posted() -> None:
    assert discovering(Request("POST", "h", "/.well-known/databricks-config")) is None


@pytest.mark.parametrize(
    "host",
    [
        "api.exa.ai",
        "bedrock.us-east-2.amazonaws.com",
        "us-central1-aiplatform.googleapis.com",
        "iam.cloud.ibm.com",
    ],
)
def test_a_host_is_known(host: str) -> None:
    assert is_known(host)


@pytest.mark.parametrize(
    "host", ["example.com", "bedrock.a.b.amazonaws.com", "exa.ai", "bedrock.amazonaws.com", ""]
)
def test_a_host_is_not_known(host: str) -> None:
    assert not is_known(host)


@pytest.mark.parametrize(
    ("host", "path"), [("iam.cloud.ibm.com", "/identity/token"), ("oauth2.googleapis.com", "/token")]
)
def test_a_token_is_handed_out(host: str, path: str) -> None:
    answer = handing_out_tokens(Request("POST", host, path, body=b"grant_type=x&apikey=y"))
    assert answer is not None
    assert json.loads(answer.body)["access_token"]


def test_a_request_without_a_grant_is_refused() -> None:
    answer = handing_out_tokens(Request("POST", "iam.cloud.ibm.com", "/identity/token", body=b"apikey=y"))
    assert answer is not None
    assert answer.status == 400
