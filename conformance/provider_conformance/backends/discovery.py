"""How clouds list their models, where that is another thing than OpenAI's ``GET /models``.

Signatures (AWS, OCI) and tokens are never verified: an answer says nothing about them.

Sources: https://docs.databricks.com/api/workspace/servingendpoints/list,
https://cloud.ibm.com/apidocs/watsonx-ai#list-foundation-model-specs, https://docs.together.ai/reference/models-1,
https://docs.oracle.com/iaas/api/#/en/generative-ai/20231130,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from provider_conformance.backends.catalogue import DIMENSION, MODELS
from provider_conformance.backends.model import Answer, Request, answer_json

HOSTS: Final = (
    "api.anthropic.com",
    "api.openai.com",
    "api.together.ai",
    "api.together.xyz",
    "bedrock-mantle.*.api.aws",
    "bedrock-runtime.*.amazonaws.com",
    "bedrock.*.amazonaws.com",
    "generativeai.*.oci.oraclecloud.com",
    "generativelanguage.googleapis.com",
    "inference.generativeai.*.oci.oraclecloud.com",
)
"""The hosts with a fixed name that models are listed and asked at; ``*`` is a region."""

_TOGETHER: Final = ("api.together.ai", "api.together.xyz")
_CREATED: Final = "2024-01-01T00:00:00Z"
_CONTEXT: Final = 8192
Form = Callable[[Request], Answer]


def discovering(request: Request) -> Answer | None:
    """List the models in the form of whoever is asked."""
    if request.method != "GET":
        return None
    return next((form(request) for asks, form in _LISTINGS if asks(request)), None)


def embeds(model: str) -> bool:
    """Whether a model makes embeddings, by its name."""
    return "embed" in model


def _talks(model: str) -> bool:
    return not embeds(model) and "rerank" not in model


def _watsonx(_request: Request) -> Answer:
    return answer_json({"resources": [_specification(name) for name in MODELS]})


def _specification(name: str) -> Mapping[str, Any]:
    function = "embedding" if embeds(name) else "rerank" if "rerank" in name else "text_chat"
    limits = {"max_sequence_length": _CONTEXT} | ({"embedding_dimension": DIMENSION} if embeds(name) else {})
    return {"model_id": name, "label": name, "functions": [{"id": function}], "model_limits": limits}


def _databricks(_request: Request) -> Answer:
    """Each model is an endpoint of its own."""
    return answer_json(
        {
            "endpoints": [
                {
                    "name": name,
                    "id": name,
                    "task": "llm/v1/embeddings" if embeds(name) else "llm/v1/chat",
                    "state": {"ready": "READY", "config_update": "NOT_UPDATING"},
                }
                for name in MODELS
            ]
        }
    )


def _databricks_host(request: Request) -> Answer:
    return answer_json({"oidc_endpoint": f"http://{request.headers.get('host', request.host)}/oidc"})


def _together(_request: Request) -> Answer:
    """A bare list."""
    return answer_json(
        [
            {
                "id": name,
                "object": "model",
                "created": 0,
                "type": "embedding" if embeds(name) else "chat" if _talks(name) else "rerank",
                "display_name": name,
                "context_length": _CONTEXT,
            }
            for name in MODELS
        ]
    )


def _oci(_request: Request) -> Answer:
    return answer_json(
        {
            "items": [
                {
                    "id": f"ocid1.generativeaimodel.oc1..{name}",
                    "compartmentId": "ocid1.compartment.oc1..stand-in",
                    "displayName": name,
                    "capabilities": [
                        "TEXT_EMBEDDINGS" if embeds(name) else "CHAT" if _talks(name) else "TEXT_RERANK"
                    ],
                    "lifecycleState": "ACTIVE",
                    "timeCreated": _CREATED,
                    "type": "BASE",
                    "vendor": "stand-in",
                    "version": "1",
                }
                for name in MODELS
            ]
        }
    )


def _bedrock(request: Request) -> Answer:
    return answer_json(
        {
            "modelSummaries": [
                {
                    "modelArn": f"arn:aws:bedrock:us-east-2::foundation-model/{name}",
                    "modelId": name,
                    "modelName": name,
                    "providerName": "stand-in",
                    "inputModalities": ["TEXT"],
                    "outputModalities": ["EMBEDDING" if embeds(name) else "TEXT"],
                    "responseStreamingSupported": _talks(name),
                    "customizationsSupported": [],
                    "inferenceTypesSupported": request.query.get("byInferenceType", ("ON_DEMAND",))[:1],
                    "modelLifecycle": {"status": "ACTIVE"},
                }
                for name in MODELS
            ]
        }
    )


def _at(path: str, *hosts: str) -> Callable[[Request], object]:
    """Whether a path is asked for, at one of some hosts where they are named."""
    asked = re.compile(path)

    def asks(request: Request) -> bool:
        at_one = not hosts or any(fnmatchcase(request.host, host) for host in hosts)
        return at_one and asked.fullmatch(request.path) is not None

    return asks


_LISTINGS: Final[tuple[tuple[Callable[[Request], object], Form], ...]] = (
    (_at(r"(?:/.*)?/ml/v1/foundation_model_specs"), _watsonx),
    (_at(r"/api/2\.0/serving-endpoints"), _databricks),
    (_at(r"/\.well-known/databricks-config"), _databricks_host),
    (_at(r"/v1/models|/models|/v2/projects/[^/]+/models", *_TOGETHER), _together),
    (_at(r"/20231130/models"), _oci),
    (_at(r"/foundation-models", "bedrock.*"), _bedrock),
)
