"""Which fields lead to a server, and where they lead then."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, HttpUrl, SecretStr

from provider_conformance.configuration.backend_fields import Leading

SERVER = "http://127.0.0.1:4711"


class Plain(BaseModel):
    url: str | None = None
    api_key: SecretStr | None = None


class Typed(BaseModel):
    base_url: HttpUrl | None = None
    messages_url: HttpUrl = HttpUrl("https://api.example.com/anthropic")


class Elsewhere(BaseModel):
    proxy_url: str = "http://proxy.example.com"
    callback_url: str = "http://me.example.com"
    rerank_urls: dict[str, str] = {}
    knowledge_base: str = "mine"
    curl: str = "x"


def led(config: BaseModel, base: str = "/v1") -> dict[str, Any]:
    return Leading(SERVER, base)(config)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://api.example.com/openai/v1", "/openai/v1"),
        ("https://api.example.com/v1/", "/v1/"),
        ("https://api.example.com", ""),
        ("https://api.example.com/", ""),
        ("http://localhost:11434/v1", "/v1"),
    ],
)
def test_a_url_keeps_its_path(given: str, wanted: str) -> None:
    assert led(Plain(url=given))["url"] == SERVER + wanted


@pytest.mark.parametrize("given", [None, "conformance", "http://localhost:1", "http://localhost:1/"])
def test_a_url_that_nobody_has_given_gets_the_base_and_that_is_told(given: str | None) -> None:
    leading = Leading(SERVER, "/v1")
    assert leading(Plain(url=given))["url"] == f"{SERVER}/v1"
    assert leading.guesses


def test_a_url_whose_path_is_known_is_no_guess() -> None:
    leading = Leading(SERVER, "/v1")
    leading(Plain(url="https://api.example.com/v1"))
    assert (leading.leads, leading.guesses) == (True, False)


def test_a_url_of_the_class_itself_keeps_its_path_and_its_type() -> None:
    found = led(Typed())
    assert found == {"base_url": HttpUrl(f"{SERVER}/v1"), "messages_url": HttpUrl(f"{SERVER}/anthropic")}


def test_an_empty_secret_gets_a_placeholder_and_a_given_one_is_left_alone() -> None:
    assert led(Plain())["api_key"].get_secret_value()
    assert "api_key" not in led(Plain(api_key=SecretStr("mine")))


def test_what_is_asked_for_no_answer_leads_nowhere() -> None:
    leading = Leading(SERVER, "/v1")
    assert leading(Elsewhere()) == {}
    assert not leading.leads


class Served(BaseModel):
    model: str = "one"
    allowed_models: list[str] = ["two"]
    models: list[dict[str, str]] = [{"identifier": "mine", "llama_model": "three"}]
    embedding_model_id: str | None = "four"
    llama_model_dir: str = "elsewhere"
    retries: dict[str, int] = {"model": 3}


def test_the_models_that_a_configuration_names_are_served() -> None:
    served: set[str] = set()
    Leading(SERVER, "/v1", serve=served.update)(Served())
    assert served == {"one", "two", "three", "four"}
