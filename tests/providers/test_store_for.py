"""Which providers are led to a store that an installed package brings."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, SecretStr

from provider_conformance.backends.stores import Stores
from provider_conformance.configuration.backend_fields import Settled
from provider_conformance.configuration.given import Given, Trying
from provider_conformance.package.model import Spec, SpecKind

SPEC = Spec(
    api="vector_io",
    provider_type="remote::mine",
    kind=SpecKind.REMOTE,
    module="mine",
    config_class=None,
    raw=SimpleNamespace(pip_packages=["chardet", "client[all]>=2,<3"]),
)


class Recording(Stores):
    """Stores that lead everybody to the same."""

    def settings(self, clients: object, fields: object) -> dict[str, object]:
        return {"clients": clients, "fields": fields}


def test_a_store_is_looked_for_by_the_spec_s_requirements_and_the_fields() -> None:
    found = Trying(stores=Recording()).store_for(SPEC, ["url"])
    assert found == {"clients": ["chardet", "client"], "fields": ["url"]}


@pytest.mark.parametrize(
    ("trying", "spec"),
    [
        (Trying(), SPEC),
        (Trying(backend=True, stores=Recording()), SPEC),
        (Trying(given={("vector_io", "remote::mine"): Given({}, "a test")}, stores=Recording()), SPEC),
        (Trying(stores=Recording()), replace(SPEC, kind=SpecKind.INLINE)),
    ],
    ids=["none is wanted", "there is a back end", "there is a configuration", "it is inline"],
)
def test_who_is_led_to_no_store(trying: Trying, spec: Spec) -> None:
    assert trying.store_for(spec, ["url"]) is None


class Config(BaseModel):
    url: str | None = None
    password: SecretStr | None = None
    name: str = "mine"


def test_settings_get_the_class_of_their_field_and_others_are_left() -> None:
    filled = Settled({"url": "here", "password": "x", "location": "nowhere"})(Config())
    assert filled == {"url": "here", "password": SecretStr("x")}
