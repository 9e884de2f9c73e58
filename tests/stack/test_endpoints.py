"""The HTTP side of the protocols."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provider_conformance.stack.apis.messages import UserMessage
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING
from provider_conformance.stack.apis.webmethod import routes_of
from provider_conformance.stack.endpoints import Endpoint, endpoints_of
from provider_conformance.stack.specs import Api, api_protocol_map


def endpoint(api: Api, name: str) -> Endpoint:
    return next(found for found in endpoints_of(api) if found.name == name)


@pytest.mark.parametrize("api", list(Api))
def test_every_route_of_a_protocol_is_an_endpoint(api: Api) -> None:
    routes = {found.name: found.route for found in endpoints_of(api)}
    assert routes == dict(routes_of(api_protocol_map()[api]))
    assert routes


def test_a_request_is_read_and_what_is_left_out_is_the_protocols_default() -> None:
    chat = endpoint(Api.inference, "chat_completion")
    request = chat.request.model_validate({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    arguments = chat.arguments(request)
    assert arguments["messages"] == [UserMessage(content="hi")]
    assert arguments["sampling_params"] == DEFAULT_SAMPLING
    assert (arguments["stream"], arguments["tools"]) == (False, None)


@pytest.mark.parametrize("data", [{}, {"model": "m"}, {"model": "m", "contents": ["a"], "strem": True}])
def test_a_request_that_lacks_or_misspells_something_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        endpoint(Api.inference, "embeddings").request.model_validate(data)


def test_methods_that_can_stream_know_both_of_their_results() -> None:
    streaming = {found.name for api in Api for found in endpoints_of(api) if found.chunk}
    assert streaming == {"completion", "chat_completion", "create_agent_turn"}
    chat = endpoint(Api.inference, "chat_completion")
    assert chat.streams({"stream": True})
    assert not chat.streams({"stream": None})
    assert not endpoint(Api.inference, "embeddings").streams({"stream": True})


def test_results_are_read_as_the_protocol_promises_them() -> None:
    listing = endpoint(Api.models, "list_models").response
    data = [{"identifier": "a", "llama_model": "b", "provider_id": "c"}]
    assert listing.validate_python(data)[0].provider_id == "c"
    assert endpoint(Api.models, "get_model").response.validate_python(None) is None
    assert endpoint(Api.telemetry, "log_event").response.validate_python(None) is None
