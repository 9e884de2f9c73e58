"""The snapshot of an installed release against the stack itself. Runs where a stack is installed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.contracts.model import Contract
from provider_conformance.contracts.probe import FAMILIES, open_stack
from provider_conformance.contracts.snapshots import Release, Snapshot, available, load
from provider_conformance.contracts.snapshots.codec import portable
from provider_conformance.contracts.snapshots.store import text_of
from provider_conformance.protocols.defaults import same_default
from provider_conformance.protocols.signature import MISSING

pytestmark = pytest.mark.skipif(len(installed_families()) != 1, reason="needs exactly one installed stack")


@cache
def contract() -> Contract:
    return installed_contract()


@pytest.fixture
def snapshot() -> Snapshot:
    release = Release(contract().stack, contract().release)
    if release not in available():
        pytest.skip(f"there is no snapshot of {release}")
    return load(release)


def test_the_snapshot_equals_the_probed_contract(snapshot: Snapshot) -> None:
    stack = open_stack(FAMILIES[contract().stack])
    assert snapshot.contract == portable(contract(), stack.root)


def test_but_for_places_and_objects_that_are_defaults_the_two_are_the_same(snapshot: Snapshot) -> None:
    kept, probed = snapshot.contract, contract()
    assert replace(kept, apis={}) == replace(probed, apis={})
    for name, api in probed.apis.items():
        assert replace(kept.apis[name], public=None, private=None) == replace(api, public=None, private=None)
        for mine, real in ((kept.apis[name].public, api.public), (kept.apis[name].private, api.private)):
            assert (mine is None) is (real is None)
            if mine is not None and real is not None:
                assert [*mine.methods] == [*real.methods]
                assert mine.attributes == real.attributes


def test_every_default_stands_for_the_one_of_the_protocol(snapshot: Snapshot) -> None:
    compared = 0
    for name, api in contract().apis.items():
        for method in api.public.methods.values() if api.public else ():
            kept = snapshot.contract.apis[name].public
            assert kept is not None
            own = kept.methods[method.name].signature.parameters
            for mine, real in zip(own, method.signature.parameters, strict=True):
                assert (mine.name, mine.kind, mine.required) == (real.name, real.kind, real.required)
                assert mine.default is MISSING or same_default(mine.default, real.default)
                compared += mine.default is not MISSING
    # the youngest releases hand every method one request object, or almost
    assert compared > 0


def test_a_new_capture_gives_the_same_file(
    snapshot: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.json"
    assert main(["snapshot", "--output", str(file)]) == 0
    assert str(file) in capsys.readouterr().out
    assert file.read_bytes() == text_of(snapshot.release)
