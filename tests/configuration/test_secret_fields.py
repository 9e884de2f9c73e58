"""Which settings are secrets, and what is put in their place."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, SecretStr, model_validator

from provider_conformance.configuration.sample import PLACEHOLDER
from provider_conformance.configuration.secret_fields import (
    Filling,
    empty_secret_fields,
    empty_text_fields,
    is_secret_name,
    seed,
)


@pytest.mark.parametrize(
    "name",
    [
        "api_key", "apiKey", "openai_api_key", "token", "hf_token", "api_token", "password", "db_password",
        "client_secret", "aws_secret_access_key", "private_key", "auth_credential", "credentials", "APIKey",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens", "token_limit", "tokenizer", "use_auth_tokens", "api_key_env_var", "secret_name",
        "pad_token", "eos_token", "next_page_token", "key", "partition_key", "public_key", "keyboard",
        "aws_access_key_id", "password_file", "credentials_path", "",
    ],
)  # fmt: skip
def test_names_that_only_look_like_it(name: str) -> None:
    assert not is_secret_name(name)


class Store(BaseModel):
    user: str = ""
    password: Annotated[str | None, Field(min_length=2)] = None


class Config(BaseModel):
    api_key: SecretStr | None = None
    token: str = ""
    use_auth_token: bool = False
    credentials: dict[str, str] = {}
    opaque: SecretStr = SecretStr("")
    named: str | None = Field(default=None, alias="client_secret")
    secret: str = Field(default="", alias="hidden")
    store: Store | None = None


def _places(values: dict[str, Any], **more: Any) -> set[str]:
    return {*seed(Config, values, **more).canaries}


def test_every_secret_gets_something_of_its_own() -> None:
    seeded = seed(Config, {"token": "x", "store": {"user": "me"}})
    assert set(seeded.canaries) == {"api_key", "token", "opaque", "hidden", "store.password"}
    assert len(set(seeded.canaries.values())) == 5
    assert seeded.plain == {"token", "hidden", "store.password"}
    made = Config(**seeded.values)
    assert made.store is not None
    assert made.store.password == seeded.canaries["store.password"]
    assert made.store.user == "me"


def test_a_nested_model_that_the_values_do_not_have_is_left_out() -> None:
    assert "store.password" not in _places({})


def test_places_can_be_left_as_they_are() -> None:
    assert _places({}, without=frozenset({"api_key", "token", "hidden"})) == {"opaque"}


def test_the_values_given_are_not_changed() -> None:
    values = {"store": {"user": "me"}}
    seed(Config, values)
    assert values == {"store": {"user": "me"}}


def test_what_a_text_shows_is_told_by_its_place() -> None:
    seeded = seed(Config, {})
    assert seeded.seen_in(f"token={seeded.canaries['token']!r}") == ("token",)
    assert seeded.seen_in("token='**'") == ()


def test_a_class_that_is_no_model_has_no_secrets() -> None:
    assert not seed(dict, {"token": "x"}).canaries


def test_fields_without_a_text_are_filled_in_their_own_type() -> None:
    filled = empty_text_fields(Config(token="x"))  # noqa: S106 - a value in a test
    assert isinstance(filled.pop("api_key"), SecretStr)
    assert filled == {"named": "conformance", "secret": "conformance"}
    assert empty_text_fields(None) == {}


class Exclusive(BaseModel):
    api_key: SecretStr | None = None
    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None

    @model_validator(mode="after")
    def only_one(self) -> Exclusive:
        if self.api_key and self.access_token:
            raise ValueError("api_key and access_token are mutually exclusive")
        return self


def test_of_fields_that_exclude_each_other_the_first_is_filled() -> None:
    made = Filling(Exclusive, empty_secret_fields)()
    filled = {name for name in Exclusive.model_fields if getattr(made, name) is not None}
    assert filled == {"api_key", "refresh_token"}
    assert Exclusive.model_validate(made) is made


def test_an_address_that_a_sample_leaves_open_becomes_one_where_nobody_answers() -> None:
    class Config(BaseModel):
        url: str = PLACEHOLDER
        name: str = PLACEHOLDER
        endpoint: str = "http://theirs"

    assert empty_text_fields(Config()) == {"url": "http://localhost:1"}
