"""A run config of the built-in stack, looked at: what is found, where, and that nothing is run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.preflight.look import look
from provider_conformance.preflight.model import Fault, Preflight
from support.packages import write

GUARD = """
from pydantic import BaseModel, Field
from provider_conformance.stack.apis.safety import Safety

(open(__file__ + ".run", "w")).close()

class Config(BaseModel):
    {extra}
    limit: int = 3
    secret: str | None = Field(default=None, alias="api_key")
    {more}

class Guard(Safety):
    async def run_shield(self, shield_id, messages, params=None):
        return None

async def get_provider_impl(config, deps):
    return Guard()
"""
SPEC = "module: kept_flight.guard\nconfig_class: kept_flight.guard.Config\n"
PROVIDER = """
from provider_conformance.stack.specs import Api, InlineProviderSpec

def get_provider_spec():
    return [
        InlineProviderSpec(
            api=Api.memory, provider_type="inline::store", module="kept_flight.guard",
            config_class="kept_flight.guard.Config", api_dependencies=[Api.inference],
            pip_packages=["not-a-package-of-anybody>=2", "pydantic>=1"],
        ),
    ]
"""
RUN = """version: "2"
external_providers_dir: providers.d
providers:
  safety:
  - provider_id: guard
    provider_type: inline::guard
    config:
      limit: ${env.KEPT_LIMIT:=4}
"""
MEMORY = """  memory:
  - provider_id: store
    provider_type: inline::store
    module: kept-flight==1.0
"""
INFERENCE = """  inference:
  - provider_id: far
    provider_type: remote
    config: {host: localhost, port: 1}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that leaves a file when it is run, its specs, and a folder to look from."""
    write(
        tmp_path,
        {
            "kept_flight/__init__.py": "",
            "kept_flight/guard.py": GUARD.format(extra="", more=""),
            "kept_flight/provider.py": PROVIDER,
            "providers.d/inline/safety/guard.yaml": SPEC,
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def looked(project: Path, text: str, **environment: str) -> Preflight:
    (project / "run.yaml").write_text(text)
    found = look(project / "run.yaml", stack="builtin", environment=environment)
    assert "kept_flight" not in sys.modules
    assert not [*project.rglob("*.run")]
    return found


def told(found: Preflight) -> list[tuple[str, str, int | None]]:
    """Severity, kind and line of each fault."""
    return [
        (str(one.severity), one.kind, one.location.line if one.location else None) for one in found.faults
    ]


def only(found: Preflight) -> Fault:
    (fault,) = found.faults
    return fault


def test_a_sound_one_has_its_plan_and_its_settings(project: Path) -> None:
    found = looked(project, RUN)
    assert (found.faults, found.unseen) == ((), ())
    assert found.levels == (
        ("safety inline::guard `guard`",),
        ("shields (routing table)",),
        ("safety (router)",),
    )
    assert found.settings["safety", "guard"] == {"limit": "${env.KEPT_LIMIT:=4}"}


def test_what_a_provider_needs_starts_before_it(project: Path) -> None:
    found = looked(project, RUN + MEMORY + INFERENCE)
    order = [node for level in found.levels for node in level]
    assert order.index("inference (router)") < order.index("memory inline::store `store`")
    assert {"memory_banks (routing table)", "memory (router)"} <= set(order)


def test_what_is_not_installed_is_one_warning_for_a_provider(project: Path) -> None:
    fault = only(looked(project, RUN + MEMORY + INFERENCE))
    assert (str(fault.severity), fault.kind) == ("warning", "missing-requirement")
    assert "`not-a-package-of-anybody>=2`" in fault.message
    assert "pydantic" not in fault.message


def test_a_dependency_without_a_provider_is_found(project: Path) -> None:
    assert ("warning", "unmet-dependency", 11) in told(looked(project, RUN + MEMORY))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("inline::guard", "inline::gaurd", ("error", "unknown-type", 6)),
        ("safety:", "safty:", ("error", "unknown-api", 5)),
        ("safety:", "shields:", ("error", "unknown-api", 5)),
        ("limit: ", "limits: ", ("warning", "unknown-key", 8)),
        ("KEPT_LIMIT:=4", "KEPT_LIMIT", ("error", "unset-variable", 8)),
        ('version: "2"', "image_name: ${env.KEPT_IMAGE}", ("error", "unset-variable", 1)),
        ("providers.d", "specs.d", ("error", "no-folder", 2)),
    ],
)
def test_a_mistake_is_found_at_its_line(
    project: Path, before: str, after: str, expected: tuple[str, str, int]
) -> None:
    assert expected in told(looked(project, RUN.replace(before, after)))


def test_a_near_name_is_offered(project: Path) -> None:
    assert "`limit`" in only(looked(project, RUN.replace("limit: ", "limits: "))).fix
    assert "`inline::guard`" in only(looked(project, RUN.replace("inline::guard", "inline::gaurd"))).fix


@pytest.mark.parametrize(
    ("text", "line"),
    [(SPEC.replace("flight.guard\n", "flight.gaurd\n", 1), 1), (SPEC.replace("Config", "Confg"), 2)],
)
def test_a_mistake_in_a_spec_file_is_found_at_its_line(project: Path, text: str, line: int) -> None:
    file = project / "providers.d" / "inline" / "safety" / "guard.yaml"
    file.write_text(text)
    assert str(only(looked(project, RUN)).location) == f"{file}:{line}"


def test_a_variable_that_is_set_is_no_fault(project: Path) -> None:
    assert looked(project, RUN.replace("KEPT_LIMIT:=4", "KEPT_LIMIT"), KEPT_LIMIT="3").faults == ()


def test_a_provider_without_an_id_is_not_started(project: Path) -> None:
    text = RUN.replace("provider_id: guard", "provider_id: ${env.KEPT_GUARD:+guard}").replace(
        "limit: ", "limits: "
    )
    assert (looked(project, text).levels, looked(project, text).faults) == ((), ())
    assert len(looked(project, text, KEPT_GUARD="1").faults) == 1


@pytest.mark.parametrize(
    ("extra", "more", "settings", "expected"),
    [
        ("model_config = {'extra': 'forbid'}", "", "{limits: 1}", [("error", "unknown-key")]),
        ("model_config = {'extra': 'allow'}", "", "{limits: 1}", []),
        ("", "", "{api_key: x}", []),
        ("", "", "{secret: x}", []),
        ("", "model: str", "{limit: 1}", [("error", "missing-key")]),
        ("", "model: str", "{model: x}", []),
        ("", "# mode='before' is what a validator would have", "{limits: 1}", []),
    ],
)
def test_keys_are_those_of_the_class(
    project: Path, extra: str, more: str, settings: str, expected: list[tuple[str, str]]
) -> None:
    write(project, {"kept_flight/guard.py": GUARD.format(extra=extra, more=more)})
    text = RUN.partition("    config:")[0] + f"    config: {settings}\n"
    assert [one[:2] for one in told(looked(project, text))] == expected


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            GUARD.format(extra="", more="# mode='before' is what a validator would have"),
            "may change settings",
        ),
        (GUARD.format(extra="", more="").replace("BaseModel)", "nowhere.Base)"), "cannot|does not show"),
    ],
)
def test_settings_that_cannot_be_looked_at_are_not_seen(project: Path, source: str, why: str) -> None:
    write(project, {"kept_flight/guard.py": source})
    (said,) = looked(project, RUN).unseen
    assert re.search(f"the settings of safety inline::guard .*{why}", said)


def test_a_secret_that_is_written_down_is_not_shown(project: Path) -> None:
    text = RUN.partition("    config:")[0] + "    config: {api_key: mine, limit: 3}\n"
    assert looked(project, text).settings["safety", "guard"] == {"api_key": "***", "limit": "3"}


def test_two_providers_of_one_id_are_found(project: Path) -> None:
    twice = RUN + "  - {provider_id: guard, provider_type: 'inline::guard'}\n"
    assert [one[1] for one in told(looked(project, twice))] == ["duplicate-id"]


def test_a_module_that_is_not_there_is_found_at_its_line(project: Path) -> None:
    found = looked(project, RUN + MEMORY.replace("kept-flight==1.0", "kept_fligth"))
    assert ("error", "no-module", 12) in told(found)


def test_what_is_no_run_config_is_refused(project: Path) -> None:
    (project / "run.yaml").write_text(SPEC)
    with pytest.raises(UsageError, match="is no run config"):
        look(project / "run.yaml")
