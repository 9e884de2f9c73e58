"""The pytest plugin: options and hooks only.

Everything else is imported when a provider is asked for, so that a run without one costs nothing.
"""

from __future__ import annotations

import os
from argparse import ArgumentError
from collections.abc import Callable, Generator
from contextlib import suppress
from importlib import import_module
from itertools import pairwise, takewhile
from typing import Any, Final

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.options import OPTIONS, PROVIDER_HELP
from provider_conformance.session import tables

_TITLE: Final = "provider conformance"
_PREFIX: Final = "provider_conformance_"
_EXPLAIN: Final = "print the page of a rule and exit"
_UNSUPPORTED: Final = "methods that a provider does not offer, one a line: remote::foo.method: reason"
_KNOWN: Final = "failures that are accepted, one a line: PC2xx[remote::foo.method]: reason"


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let a conftest have hooks for the configuration and the calls to try a provider with."""
    pluginmanager.add_hookspecs(import_module("provider_conformance.hookspecs"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their ini keys; ``--provider`` itself comes later."""
    group = parser.getgroup("provider-conformance", _TITLE)
    for key, text, attributes in OPTIONS:
        group.addoption(f"--{key.replace('_', '-')}", dest=_PREFIX + key, help=text, **attributes)
        parser.addini(key, text, type=_ini_type(attributes.get("action")), default=None)
    group.addoption("--provider-explain", dest=f"{_PREFIX}explain", metavar="CODE", help=_EXPLAIN)
    parser.addini("provider", PROVIDER_HELP, type="linelist", default=None)
    parser.addini("provider_known_failures", _KNOWN, type="linelist", default=None)
    parser.addini("provider_unsupported", _UNSUPPORTED, type="linelist", default=None)


def _ini_type(action: str | None) -> Any:
    return {"append": "linelist", "store_true": "bool"}.get(action or "", "string")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, Any, Any]:
    """Add ``--provider`` after the conftest files: where one of them has such an option, it keeps it.

    pytest has looked at the arguments once by now, and has taken the value of an option that it
    did not know for a path to look for conftest files in.
    """
    paths = early_config.known_args_namespace.file_or_dir
    for option, value in pairwise(args):
        if option == "--provider" and value in paths:
            paths.remove(value)
    try:
        done = yield
    finally:
        _add_provider(parser)
    _refuse_misspelt(parser, args)
    return done


def _add_provider(parser: pytest.Parser) -> None:
    # A second option of one name raises now or, before pytest 9, when the command line is parsed.
    if "--provider" in _known(parser):
        return
    with suppress(ValueError, ArgumentError):
        parser.getgroup("provider-conformance").addoption(
            "--provider", dest=f"{_PREFIX}provider", metavar="PROVIDER", action="append", help=PROVIDER_HELP
        )


def _known(parser: pytest.Parser) -> set[str]:
    """The names of all options that there are."""
    groups = (getattr(parser, "_anonymous", None), *getattr(parser, "_groups", ()))
    return {name for group in groups if group for option in group.options for name in option.names()}


def _refuse_misspelt(parser: pytest.Parser, args: list[str]) -> None:
    """Say which option was meant, where pytest would only say that it knows none of that name."""
    known = _known(parser)
    given = (argument.partition("=")[0] for argument in takewhile(lambda argument: argument != "--", args))
    for name in given:
        if name.startswith("--provider-") and name not in known:
            ours = sorted(option for option in known if option.startswith("--provider"))
            if hint := import_module("provider_conformance.run.selection").did_you_mean(name, ours):
                raise pytest.UsageError(f"there is no option {name}{hint}")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer ``--provider-explain``."""
    code = config.getoption(f"{_PREFIX}explain", None)
    if code is None:
        return None
    explained = import_module("provider_conformance.run.pages").explained
    try:
        print(explained(code, "--provider-explain"))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    return 0


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and start a run if a provider is asked for."""
    config.addinivalue_line("markers", "conformance: a check of a provider, see --provider")
    if config.option.help or config.option.version:
        return
    if _asked(config):
        import_module("provider_conformance.session.start").start(config)
    elif lonely := [option for option in _lonely(config) if option]:
        raise pytest.UsageError(f"{lonely[0]} does nothing without --provider")


def _asked(config: pytest.Config) -> bool:
    try:
        written = tables.read((config.rootpath, config.invocation_params.dir)).values
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    for key in ("provider", "provider_stack_rules"):
        environment = f"PROVIDER_CONFORMANCE_{(key.removeprefix('provider_') or key).upper()}"
        given = config.getoption(_PREFIX + key, None) or config.getini(key) or written.get(key)
        if given or os.environ.get(environment, "").strip(" ,"):
            return True
    return False


@pytest.fixture(scope="session")
def provider_on_stack() -> Callable[..., Any]:
    """Run a coroutine function on a provider that runs on its stack: `provider_on_stack(work, "my_pkg")`.

    It is `provider_conformance.testing.run_on_stack`, and takes what that takes.
    """
    run_on_stack: Callable[..., Any] = import_module("provider_conformance.testing").run_on_stack
    return run_on_stack


def _lonely(config: pytest.Config) -> Generator[str]:
    for key, _text, _attributes in OPTIONS:
        if config.getoption(_PREFIX + key, None):
            yield f"--{key.replace('_', '-')}"
