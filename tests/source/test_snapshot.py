"""A provider judged by a snapshot: no stack is installed, and one of another release is not read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from provider_conformance import rules
from provider_conformance.contracts import stacks
from provider_conformance.contracts.snapshots import Release, Snapshot, load
from provider_conformance.findings import Finding, Outcome
from provider_conformance.providers import views
from provider_conformance.run.checks import Result
from provider_conformance.run.engine import execute
from provider_conformance.run.planning import plan
from support.packages import package, write
from support.views import READ_OFF_SOURCE

INIT = """
async def get_adapter_impl(config, deps):
    from .adapter import Adapter

    return Adapter(config=config)
"""
SPEC = """
from ogx_api import Api, RemoteProviderSpec


def get_provider_spec():
    return RemoteProviderSpec(
        api=Api.{api},
        adapter_type="mixed",
        provider_type="remote::mixed",
        module="{name}",
        config_class="{name}.config.Config",
    )
"""
CONFIG = """
from ogx.providers.utils.inference.model_registry import RemoteInferenceProviderConfig


class Config(RemoteInferenceProviderConfig):
    url: str = "http://localhost"
"""
ADAPTER = """
from ogx.providers.utils.inference.openai_mixin import OpenAIMixin
from ogx_api import InferenceProvider

from .config import Config


class Adapter(OpenAIMixin, InferenceProvider):
    config: Config

    def get_base_url(self) -> str:
        return self.config.url
{more}
"""


def ogx(release: str = "1.5.0") -> Snapshot:
    return load(Release("ogx", release))


def mixed(folder: Path, name: str, more: str = "", api: str = "inference", adapter: str = ADAPTER) -> str:
    """A provider that has nearly everything from a mixin of the stack's."""
    text = adapter.replace("{more}", more)
    spec = SPEC.format(name=name, api=api)
    return str(package(folder, name, INIT, provider=spec, config=CONFIG, adapter=text))


def judged(argument: str, snapshot: Snapshot, root: Path) -> list[Result]:
    provider = views.load(argument, view="auto", root=root, snapshot=snapshot)
    wanted = [rule for rule in rules.all_rules() if rule.code.startswith(READ_OFF_SOURCE)]
    find = views.finder("source")
    checks = plan([provider], {provider.name: snapshot.contract}, wanted, find=find)
    return [execute(check) for check in checks]


def findings(results: list[Result]) -> list[Finding]:
    assert not [result.reason for result in results if result.outcome is Outcome.INCONCLUSIVE]
    return [finding for result in results for finding in result.findings]


def test_what_a_mixin_of_the_stack_brings_is_there(tmp_path: Path) -> None:
    results = judged(mixed(tmp_path, "mixed_well"), ogx(), tmp_path)
    assert findings(results) == []
    assert sum(result.outcome is Outcome.PASSED for result in results) > 60


def test_without_the_mixin_it_is_not(tmp_path: Path) -> None:
    bare = ADAPTER.replace("Adapter(OpenAIMixin, InferenceProvider)", "Adapter(InferenceProvider)")
    found = findings(judged(mixed(tmp_path, "mixed_not", adapter=bare), ogx(), tmp_path))
    assert {"PC201", "PC202", "PC301"} & {finding.code for finding in found}


def test_a_method_that_does_not_fit_is_found_at_its_line(tmp_path: Path) -> None:
    more = "\n    async def openai_completion(self, model, prompt):\n        return None\n"
    found = findings(judged(mixed(tmp_path, "mixed_badly", more), ogx(), tmp_path))
    assert [(f.code, f.method, f.location and f.location.line) for f in found] == [
        ("PC203", "openai_completion", 13)
    ]


def test_a_protocol_before_the_mixin_hides_it(tmp_path: Path) -> None:
    turned = ADAPTER.replace("OpenAIMixin, InferenceProvider", "InferenceProvider, OpenAIMixin")
    found = findings(judged(mixed(tmp_path, "mixed_turned", adapter=turned), ogx(), tmp_path))
    assert ("PC202", "openai_chat_completion") in {(f.code, f.method) for f in found}


def test_a_member_that_the_release_does_not_have(tmp_path: Path) -> None:
    (found,) = findings(judged(mixed(tmp_path, "mixed_up", api="eval"), ogx(), tmp_path))
    assert found.code == "PC104"
    assert "ogx 1.5.0" in found.message


def test_a_name_that_the_release_does_not_have(tmp_path: Path) -> None:
    argument = mixed(tmp_path, "mixed_away")
    write(tmp_path / "mixed_away", {"provider.py": "from ogx_api import Eval\n"})
    (found,) = findings(judged(argument, ogx(), tmp_path))
    assert found.code == "PC101"
    assert "`Eval`" in found.message
    assert "ogx 1.5.0" in found.message


def test_a_stack_that_is_not_chosen_is_not_there(tmp_path: Path) -> None:
    argument = mixed(tmp_path, "mixed_of_old")
    (found,) = findings(judged(argument, load(Release("llama-stack", "0.7.3")), tmp_path))
    assert found.code == "PC101"
    assert "written for ogx" in found.message


def test_an_installed_stack_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not even parse; and a module that only it has is not there."""
    other = {"ogx_api/__init__.py": "class (", "ogx_api/brand_new.py": "Eval = 1", "llama_stack.py": ""}
    monkeypatch.syspath_prepend(write(tmp_path / "site", other))
    argument = mixed(tmp_path, "mixed_beside")
    assert findings(judged(argument, ogx(), tmp_path)) == []
    argument = mixed(tmp_path, "mixed_ahead")
    write(tmp_path / "mixed_ahead", {"provider.py": "from ogx_api.brand_new import Eval\n"})
    (found,) = findings(judged(argument, ogx(), tmp_path))
    assert "ogx_api.brand_new" in found.message


def test_nothing_is_imported(tmp_path: Path) -> None:
    before = set(sys.modules)
    judged(mixed(tmp_path, "mixed_and_still"), ogx(), tmp_path)
    assert not [name for name in set(sys.modules) - before if name.startswith(("mixed", "ogx", "openai"))]


def test_the_snapshot_says_which_release_there_is(tmp_path: Path) -> None:
    provider = views.load(mixed(tmp_path, "mixed_told"), view="auto", root=tmp_path, snapshot=ogx())
    assert provider.notes[-1] == "read off its source, the stack off the snapshot of ogx 1.5.0"
    with stacks.read_instead(provider.reader.releases):
        assert stacks.title("ogx") == "ogx 1.5.0"
        assert stacks.version_of("llama-stack") == ""


@pytest.mark.parametrize("release", ["1.4.1", "1.5.0"])
def test_two_releases_side_by_side_do_not_mix(tmp_path: Path, release: str) -> None:
    """Their modules have the same names, and functions at the same lines."""
    argument = mixed(tmp_path, f"mixed_{release[2]}")
    both = {name: judged(argument, ogx(name), tmp_path) for name in ("1.4.1", "1.5.0")}
    assert both[release] == judged(argument, ogx(release), tmp_path)
    assert findings(both[release]) == []
