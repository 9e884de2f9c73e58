"""The checks of a provider as a parametrized test."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from provider_conformance import rules
from provider_conformance.configuration.given import Trying
from provider_conformance.configuration.servers import servers_for
from provider_conformance.findings import Outcome
from provider_conformance.providers import views
from provider_conformance.run.blocks import Telling, block
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.planning import plan
from provider_conformance.run.selection import parse_codes
from provider_conformance.testing.loaded import Named


@dataclass(frozen=True, slots=True)
class ConformanceCheck:
    """One check of a provider; calling it judges.

    Attributes:
        id: Its stable id, that of an item of ``pytest --provider=...``.
        code: The code of its rule.
    """

    id: str
    code: str
    _judge: Callable[[], Result]
    _rule: str

    def __call__(self) -> None:
        """Judge: pass, fail or skip the test that calls.

        Raises:
            AssertionError: The check fails; the message tells what, where, why and what to do. Also where
                the check itself came to no end.
        """
        __tracebackhide__ = True
        result = self._judge()
        if result.broken or result.outcome is Outcome.FAILED:
            told = [
                line.text
                for finding in result.findings
                for line in block(finding, self._rule, self.id, Telling(width=100))
            ]
            pytest.fail("\n".join([*told, *([result.reason] if result.reason else [])]), pytrace=False)
        if result.outcome is not Outcome.PASSED:
            pytest.skip(f"{result.outcome.value}: {result.reason}")


def provider_checks(
    provider: str,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    stack: str = "auto",
    strict: bool = False,
) -> pytest.MarkDecorator:
    """Parametrize a test with the checks of a provider, under the argument name ``check``.

    The provider is imported where the decorator stands, and tried when the first check needs it. A remote
    provider is led to the stand-in, as in a run with ``--provider``.

    Args:
        provider: What ``--provider`` takes: an import name, ``module:callable``, or a path.
        select: The codes of the rules to apply, or their beginnings: ``["PC2", "PC301"]``. By default all.
        ignore: Those to leave out.
        stack: What ``--provider-stack`` takes; the stack has to be installed, or the built-in one.
        strict: Whether warnings and what could not be seen fail.

    Returns:
        A mark; each parameter is a :class:`ConformanceCheck` that the test has to call.

    Raises:
        ConformanceError: There is no such provider or stack, or no rule has such a code.
    """
    every = rules.all_rules()
    codes = [rule.code for rule in every]
    policy = Policy(
        select=parse_codes(select, codes, "select"),
        ignore=parse_codes(ignore, codes, "ignore"),
        strict=strict,
    )
    loaded, contract = Named(provider, stack=stack).load()
    during = ExitStack()
    atexit.register(during.close)  # a decorator knows no end of the session
    standin, stores = servers_for(loaded.specs, during)
    planned = plan(
        [loaded],
        {loaded.name: contract},
        every,
        find=views.finder("live"),
        trying=Trying(standin=standin, stores=stores),
    )
    chosen = [check for check in planned if policy.wants(check)]
    engine = Engine(planned, policy, frozenset(check.id for check in chosen))
    return pytest.mark.parametrize("check", [_parameter(check, engine) for check in chosen])


def _parameter(check: Check, engine: Engine) -> Any:
    one = ConformanceCheck(check.id, check.code, lambda: engine.judge(check), check.rule.name)
    return pytest.param(one, id=check.id.partition("::")[2])
