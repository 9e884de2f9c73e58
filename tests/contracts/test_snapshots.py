"""The snapshots that the package ships: what they are of, what they tell, what is said of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import provider_conformance
from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import Role
from provider_conformance.contracts.snapshots import Release, Snapshot, available, load
from provider_conformance.errors import UsageError

OF_AN_INSTALLATION = ("/tmp/", "site-packages", "/python3.")  # noqa: S108 - what must not be found

RELEASES = """
llama-stack 0.0.42, llama-stack 0.0.63, llama-stack 0.1.9, llama-stack 0.2.12, llama-stack 0.2.24,
llama-stack 0.3.5, llama-stack 0.4.7, llama-stack 0.5.4, llama-stack 0.6.1, llama-stack 0.7.3,
ogx 0.8.0, ogx 1.0.4, ogx 1.1.3, ogx 1.2.5, ogx 1.3.1, ogx 1.4.1, ogx 1.5.0
"""


@pytest.fixture(scope="module", params=available(), ids=str)
def snapshot(request: pytest.FixtureRequest) -> Iterator[Snapshot]:
    yield load(request.param)


def newest() -> Snapshot:
    return load(Release("ogx", "1.5.0"))


def test_the_releases_are_listed_oldest_first() -> None:
    assert [str(release) for release in available()] == " ".join(RELEASES.split()).split(", ")
    assert provider_conformance.snapshots() == tuple((one.stack, one.release) for one in available())


def test_every_module_can_be_read_and_compiled(snapshot: Snapshot) -> None:
    for name in snapshot.paths:
        found = snapshot.finder(name)
        assert found is not None
        compile(found.text, found.path, "exec", dont_inherit=True)


def test_a_contract_says_whose_it_is_and_what_is_routed(snapshot: Snapshot) -> None:
    contract = snapshot.contract
    assert contract.title == snapshot.title == str(snapshot.release)
    assert contract.apis["inference"].role is Role.ROUTED
    assert contract.apis["inference"].public
    assert contract.factories
    assert load_contract(f"{contract.stack}=={contract.release}") is contract


def test_nothing_tells_where_a_snapshot_was_taken(snapshot: Snapshot) -> None:
    texts = "\n".join([str(snapshot.data["contract"]), *map(snapshot.text, snapshot.paths)])
    assert not [path for path in OF_AN_INSTALLATION if path in texts]


def test_every_api_with_a_protocol_has_its_module_and_its_name_there(snapshot: Snapshot) -> None:
    for api in snapshot.contract.apis.values():
        for protocol in (api.public, api.private):
            if protocol is not None:
                assert protocol.name in (snapshot.names(protocol.module) or ())


def test_names_are_those_that_an_import_finds() -> None:
    names = newest().names("ogx_api") or frozenset()
    assert {"Inference", "Api", "inference", "__path__"} <= names
    assert "Eval" not in names
    assert "OpenAIMixin" in (newest().names("ogx.providers.utils.inference.openai_mixin") or ())


def test_a_module_of_which_only_names_are_kept_has_them_too() -> None:
    module = "ogx.providers.remote.inference.vllm.vllm"
    assert "VLLMInferenceAdapter" in (newest().names(module) or ())
    assert "VLLMInferenceAdapter" in newest().text(module)


def test_a_module_that_a_release_does_not_have() -> None:
    assert newest().has_module("ogx_api.inference")
    assert not newest().has_module("llama_stack.apis.inference")
    assert newest().names("llama_stack.apis.inference") is None
    assert newest().finder("llama_stack.apis.inference") is None


def test_a_folder_without_a_file_is_a_package() -> None:
    found = load(Release("llama-stack", "0.0.42")).finder("llama_stack.providers.registry")
    assert found is not None
    assert found.package


@pytest.mark.parametrize("asked", ["ogx==9.9", "ogx == 9.9"])
def test_an_unknown_release_is_answered_with_the_known_ones(asked: str) -> None:
    with pytest.raises(
        UsageError, match=r"no snapshot of ogx 9\.9; those of ogx are of 0\.8\.0, .*, 1\.5\.0"
    ):
        load_contract(asked)


def test_an_unknown_family_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="llama-stack and ogx"):
        load_contract("ogre==1.0")


def test_a_places_path_names_the_release() -> None:
    found = newest().finder("ogx_api")
    assert found is not None
    assert found.path == "ogx-1.5.0/ogx_api/__init__.py"
