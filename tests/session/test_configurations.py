"""A provider is tried with the user's configuration: by a hook, by a file, and what wins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.hosts import refusals, trial  # noqa: F401

# Kept, or each inner run imports them anew, beside those that were imported before.
from provider_conformance.session import start  # noqa: F401
from provider_conformance.strategies import objects, stacks  # noqa: F401
from support.running import read_json

PROVIDER = '''\
"""A remote provider that needs a configuration, and a server."""

from pydantic import BaseModel

from provider_conformance.stack.apis.safety import RunShieldResponse
from provider_conformance.stack.specs import AdapterSpec, Api, remote_provider_spec


class Config(BaseModel):
    mode: str
    api_key: str = ""


class Shields:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.shields: dict = {}

    async def run_shield(
        self, shield_type: str, messages: list, params: dict | None = None
    ) -> RunShieldResponse:
        return RunShieldResponse()

    async def list_shields(self) -> list:
        if self.config.mode == "away":
            raise ConnectionRefusedError("nobody listens")
        return list(self.shields.values())

    async def register_shield(self, shield) -> None:
        self.shields[shield.identifier] = shield

    async def shutdown(self) -> None:
        pass


async def get_adapter_impl(config: Config, deps: dict) -> Shields:
    if config.mode == "broken":
        raise ConnectionRefusedError("nobody listens at the start either")
    return Shields(config)


def get_provider_spec():
    config = f"{__name__}.Config"
    adapter = AdapterSpec(adapter_type="given", pip_packages=[], module=__name__, config_class=config)
    return remote_provider_spec(Api.safety, adapter)
'''
ANSWERS = 'def pytest_provider_config(spec):\n    return {"mode": "there"}\n'
TYPE = "remote::given"


@pytest.fixture(autouse=True)
def _here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:anyio -p no:cacheprovider")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    package = pytester.mkpydir("given_provider")
    (package / "provider.py").write_text(PROVIDER, encoding="utf-8")
    monkeypatch.syspath_prepend(pytester.path)
    yield


def ran(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(
        "--provider=given_provider",
        "--provider-select=PC501,PC601",
        "--provider-report=json:r.json",
        *arguments,
    )


def outcomes(pytester: pytest.Pytester) -> dict[str, tuple[str, str]]:
    """Outcome and reason by code."""
    checks: list[dict[str, Any]] = read_json(Path("r.json"))["checks"]
    return {check["code"]: (check["outcome"], check.get("reason", "")) for check in checks}


def test_without_a_configuration_it_is_told_how_to_give_one(pytester: pytest.Pytester) -> None:
    ran(pytester)
    outcome, reason = outcomes(pytester)["PC501"]
    assert outcome == "inconclusive"
    assert "mode: Field required" in reason
    assert "--provider-config" in reason
    assert "pytest_provider_config" in reason


@pytest.mark.parametrize(
    "text",
    [
        "mode: there",
        f"{TYPE}: {{mode: there}}",
        f"providers: {{safety: [{{provider_type: '{TYPE}', config: {{mode: there}}}}]}}",
    ],
)
def test_a_file_gives_it(pytester: pytest.Pytester, text: str) -> None:
    Path("c.yaml").write_text(text, encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml")
    assert {code: outcome for code, (outcome, _) in outcomes(pytester).items()} == {
        "PC501": "passed",
        "PC601": "passed",
    }


def test_its_references_to_the_environment_are_resolved(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN_MODE", "away")
    Path("c.yaml").write_text("mode: ${env.GIVEN_MODE:=there}", encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml")
    assert outcomes(pytester)["PC601"][0] == "inconclusive"


def test_the_ini_file_and_the_environment_name_the_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("c.yaml").write_text("mode: there", encoding="utf-8")
    monkeypatch.setenv("PROVIDER_CONFORMANCE_CONFIG", "c.yaml")
    ran(pytester)
    assert outcomes(pytester)["PC501"][0] == "passed"
    pytester.makeini("[pytest]\nprovider_config = absent.yaml")
    result = ran(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --provider-config: there is no file *absent.yaml"])


def test_the_hook_goes_before_the_file(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(ANSWERS)
    Path("c.yaml").write_text("mode: broken", encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml")
    assert outcomes(pytester)["PC501"][0] == "passed"


def test_a_hook_that_answers_none_leaves_it_to_the_file(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_provider_config(spec):\n    return None\n")
    Path("c.yaml").write_text("mode: there", encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml")
    assert outcomes(pytester)["PC501"][0] == "passed"


def test_a_hook_may_answer_with_an_object(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from given_provider.provider import Config\n"
        "def pytest_provider_config(spec):\n"
        f"    assert spec.provider_type == {TYPE!r}\n"
        "    return Config(mode='there')\n"
    )
    ran(pytester)
    assert outcomes(pytester)["PC501"][0] == "passed"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "    raise KeyError('no key')",
            "*pytest_provider_config fails for remote::given: KeyError:*conftest.py:2*",
        ),
        ("    return 'settings'", "*pytest_provider_config returns a str for remote::given:*"),
    ],
)
def test_a_hook_that_fails_is_the_user_s_error(pytester: pytest.Pytester, body: str, told: str) -> None:
    pytester.makeconftest(f"def pytest_provider_config(spec):\n{body}\n")
    result = ran(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_settings_that_the_class_refuses_are_told_without_their_values(pytester: pytest.Pytester) -> None:
    Path("c.yaml").write_text("{mode: [sesame], api_key: [sesame]}", encoding="utf-8")
    result = ran(pytester, "--provider-config=c.yaml")
    outcome, reason = outcomes(pytester)["PC501"]
    assert (outcome, "c.yaml is refused" in reason) == ("inconclusive", True)
    assert "sesame" not in result.stdout.str() + Path("r.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["away", "broken"])
def test_a_back_end_that_is_not_there_leaves_a_remote_provider_inconclusive(
    pytester: pytest.Pytester, mode: str
) -> None:
    Path("c.yaml").write_text(f"mode: {mode}", encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml")
    found = outcomes(pytester)
    assert found["PC601"][0] == "inconclusive"
    assert "its back end is not there: nothing answers" in found["PC601"][1]
    assert "--provider-backend" in found["PC601"][1]
    assert found["PC501"][0] == ("passed" if mode == "away" else "inconclusive")


@pytest.mark.parametrize(("mode", "code"), [("away", "PC601"), ("broken", "PC501")])
def test_with_the_flag_what_cannot_reach_its_back_end_fails(
    pytester: pytest.Pytester, mode: str, code: str
) -> None:
    Path("c.yaml").write_text(f"mode: {mode}", encoding="utf-8")
    result = ran(pytester, "--provider-config=c.yaml", "--provider-backend")
    assert outcomes(pytester)[code][0] == "failed"
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_process_of_its_own_gets_the_file_and_the_flag(pytester: pytest.Pytester) -> None:
    Path("c.yaml").write_text("mode: away", encoding="utf-8")
    ran(pytester, "--provider-config=c.yaml", "--provider-backend", "--provider-isolate")
    assert outcomes(pytester)["PC601"][0] == "failed"


def test_a_process_of_its_own_gets_nothing_from_the_hook(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(ANSWERS)
    result = ran(pytester, "--provider-isolate")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: pytest_provider_config: *--provider-config with --provider-isolate"])
