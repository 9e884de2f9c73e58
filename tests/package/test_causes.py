"""The true cause of an import that fails, in one sentence."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_conformance.contracts import stacks
from provider_conformance.package import causes
from provider_conformance.package.loading import Home
from provider_conformance.package.model import Problem, Provider

Make = Callable[..., Provider]
HOME = Home("my_pkg")


def _explained(error: BaseException) -> Problem:
    try:
        raise error
    except BaseException as raised:
        return causes.explain(raised, HOME, "importing `my_pkg`")


def _problem(provider: Provider) -> Problem:
    assert provider.problem is not None
    return provider.problem


def _with_helper(make: Make, source: str) -> Provider:
    return make(helper=source, provider="from NAME import helper\n")


def test_a_missing_module_is_named_with_the_line_that_imports_it(make: Make) -> None:
    problem = _problem(_with_helper(make, "x = 1\nimport no_such_module.part\n"))
    assert problem.kind == causes.MISSING_MODULE
    assert "`no_such_module`" in problem.message
    assert problem.location is not None
    assert (Path(problem.location.path).name, problem.location.line) == ("helper.py", 2)


def test_a_missing_module_below_another_one_names_the_one_between(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "between_lib.py").write_text("import no_such_module\n")
    monkeypatch.syspath_prepend(library)
    problem = _problem(make("x = 1\n\nimport between_lib\n"))
    assert "imported by `between_lib`" in problem.message
    assert problem.location is not None
    assert problem.location.line == 3


@pytest.mark.parametrize(("family", "is_stacks"), [("", False), ("ogx", True)])
def test_what_a_stack_imports_is_missed_by_the_stack(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, is_stacks: bool
) -> None:
    for name, source in (("between_lib", "import deeper_lib\n"), ("deeper_lib", "import no_such_module\n")):
        (tmp_path / "library").mkdir(exist_ok=True)
        (tmp_path / "library" / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path / "library")
    monkeypatch.setitem(stacks._FAMILIES, "between_lib", family)  # type: ignore[attr-defined]
    assert causes.is_stacks(_problem(make("import between_lib\n"))) is is_stacks


def test_a_missing_module_is_seen_through_what_was_raised_of_it(make: Make) -> None:
    init = (
        "try:\n    import no_such_module\nexcept ImportError as e:\n    raise RuntimeError('sorry') from e\n"
    )
    problem = _problem(make(init))
    assert problem.kind == causes.MISSING_MODULE
    assert "`no_such_module`" in problem.message


def test_the_last_of_several_tries_is_the_cause(make: Make) -> None:
    init = "try:\n    import no_such_module\nexcept ImportError:\n    import no_other_module\n"
    assert "`no_other_module`" in _problem(make(init)).message


def test_a_stack_that_is_not_installed_is_one_sentence() -> None:
    problem = _explained(ModuleNotFoundError("No module named 'ogx'", name="ogx"))
    assert problem.kind == "stack-missing"
    assert problem.message.startswith("the provider is written for ogx, which is not installed here")


def test_an_installed_stack_beside_the_missing_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "installed", lambda: ("ogx 1.5.0",))
    error = ModuleNotFoundError("No module named 'llama_stack'", name="llama_stack")
    assert "installed is ogx 1.5.0" in _explained(error).message


def test_a_module_that_the_stack_no_longer_has_is_the_stacks() -> None:
    name = "provider_conformance.stack.gone"
    problem = _explained(ModuleNotFoundError(f"No module named {name!r}", name=name))
    assert problem.kind == "stack-module"
    assert "which the built-in stack does not have" in problem.message


def test_a_name_that_the_stack_no_longer_has_is_named_with_near_ones(make: Make) -> None:
    problem = _problem(make("from provider_conformance.stack.specs import InlineProvidrSpec\n"))
    assert problem.kind == "stack-name"
    assert "`InlineProvidrSpec`" in problem.message
    assert "near: `InlineProviderSpec`" in problem.message


def test_an_attribute_that_the_stacks_module_does_not_have_is_the_stacks(make: Make) -> None:
    problem = _problem(make("import provider_conformance.stack.specs as s\ns.InlineProvidrSpec\n"))
    assert problem.kind == "stack-name"
    assert "`InlineProvidrSpec`" in problem.message


def test_a_name_that_the_package_itself_does_not_have_is_its_own(make: Make) -> None:
    problem = _problem(make(helper="", provider="from NAME.helper import absent\n"))
    assert problem.kind == "missing-own-name"


def test_a_circle_of_imports_is_called_so(make: Make) -> None:
    modules = {"a": "from NAME.b import y\nx = 1\n", "b": "from NAME.a import x\n"}
    problem = _problem(make("from NAME.a import x\n", **modules))
    assert problem.kind == "circular-import"


def test_a_module_of_another_release_of_a_library_is_not_called_missing() -> None:
    problem = _explained(ModuleNotFoundError("No module named 'pydantic.gone'", name="pydantic.gone"))
    assert problem.kind == "missing-submodule"
    assert "the installed `pydantic`" in problem.message


def test_an_api_that_is_gone_is_named_and_so_is_the_enumeration() -> None:
    class Api(enum.Enum):
        evals = "evals"

    Api.__module__ = "provider_conformance.stack.specs"
    with pytest.raises(AttributeError) as caught:
        Api.eval  # noqa: B018 - what a provider's module does
    problem = causes.explain(caught.value, HOME, "importing `my_pkg`")
    assert problem.kind == "unknown-api"
    assert problem.message == "the API `eval` is not in the built-in stack's Api (near: `evals`)"


def test_an_api_looked_up_by_its_value_is_named_too() -> None:
    assert "`eval`" in _explained(ValueError("'eval' is not a valid Api")).message


def test_an_attribute_of_the_packages_own_class_is_just_an_error() -> None:
    class Own:
        pass

    with pytest.raises(AttributeError) as caught:
        Own.absent  # type: ignore[attr-defined]  # noqa: B018
    assert causes.explain(caught.value, HOME, "importing `my_pkg`").kind == "import-error"


def test_an_exit_is_told_with_its_status() -> None:
    assert "sys.exit(3)" in _explained(SystemExit(3)).message


def test_syntax_is_told_with_its_own_place(make: Make) -> None:
    problem = _problem(make("x = 1\ny = = 2\n"))
    assert problem.location is not None
    assert problem.location.line == 2


def test_an_error_that_cannot_be_shown_is_told_by_its_class() -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    assert "SilentError" in _explained(SilentError()).message
