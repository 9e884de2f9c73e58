"""Which form of a spec file each release takes, read off its classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.contracts import snapshots
from provider_conformance.contracts.snapshots import Release
from provider_conformance.package.model import Problem
from provider_conformance.providers import views
from support.packages import write

NEWER = "adapter_type: mine\nmodule: my_pkg\nconfig_class: my_pkg.Config\n"
OLDER = "adapter:\n  adapter_type: mine\n  module: my_pkg\n  config_class: my_pkg.Config\n"
WITH_ADAPTER = ("0.0.42", "0.0.63", "0.1.9", "0.2.12")


def problem_of(folder: Path, text: str, release: Release) -> Problem | None:
    write(folder, {"my_pkg.py": "", "providers.d/remote/inference/mine.yaml": text})
    snapshot = snapshots.load(release)
    provider = views.load(str(folder / "providers.d"), view="source", root=folder, snapshot=snapshot)
    assert provider.unseen == ""
    if provider.problem is None:
        assert [(spec.provider_type, spec.module) for spec in provider.specs] == [("remote::mine", "my_pkg")]
    return provider.problem


@pytest.mark.parametrize("release", snapshots.available(), ids=str)
def test_a_release_takes_its_own_form_of_a_file_and_refuses_the_other(
    tmp_path: Path, release: Release
) -> None:
    older = release.stack == "llama-stack" and release.release in WITH_ADAPTER
    assert problem_of(tmp_path, OLDER if older else NEWER, release) is None
    refused = problem_of(tmp_path, NEWER if older else OLDER, release)
    assert refused is not None
    assert refused.location is not None
    assert (refused.kind, Path(refused.location.path).name) == ("spec-invalid", "mine.yaml")
