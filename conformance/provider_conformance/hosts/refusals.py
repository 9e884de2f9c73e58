"""Who keeps a stack from starting: the run config, the provider's class, its packaging, or its start."""

from __future__ import annotations

import graphlib
from enum import Enum
from traceback import walk_tb
from typing import Final

from pydantic import ValidationError

from provider_conformance.hosts import configuring
from provider_conformance.package.chains import causes
from provider_conformance.stack import errors
from provider_conformance.stack.naming import describe

_COMPLIANCE: Final = "check_protocol_compliance"


class Refusal(Enum):
    """What a stack does not start for."""

    RUN_CONFIG = "no run config can have it"
    PROTOCOLS = "it does not keep its protocols"
    LOADING = "it cannot be loaded"
    CONFIGURATION = "it has no configuration"
    START = "it fails when it is made"


def refusal(error: BaseException) -> Refusal:
    """What a stack did not start for, told by what its resolver raised.

    The built-in stack has a class of error for each. An installed one is known by where it raises:
    in its own check of protocols, in its sort, or where a configuration is made.
    """
    if isinstance(
        error, errors.DependencyCycleError | errors.DependencyError | errors.ProviderNotAllowedError
    ):
        return Refusal.RUN_CONFIG
    if isinstance(error, errors.NonConformingProviderError) or _raised_in(error, _COMPLIANCE):
        return Refusal.PROTOCOLS
    if isinstance(error, errors.ProviderLoadError):
        return Refusal.LOADING
    if isinstance(error, errors.ProviderConfigError) or _raised_by(error, configuring.__name__):
        return Refusal.CONFIGURATION
    if any(isinstance(cause, graphlib.CycleError) for cause in causes(error)):
        return Refusal.RUN_CONFIG
    return Refusal.START


def config_problem(error: BaseException) -> str:
    """Why a configuration is refused, without its values: some of them are secrets."""
    for cause in causes(error):
        if isinstance(cause, ValidationError):
            told = cause.errors(include_url=False, include_input=False, include_context=False)
            return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'it'}: {e['msg']}" for e in told)
    return describe(error)


def _raised_in(error: BaseException, function: str) -> bool:
    """Whether the last frame of an error is in a function of that name."""
    names = [frame.f_code.co_name for frame, _ in walk_tb(error.__traceback__)]
    return bool(names) and names[-1] == function


def _raised_by(error: BaseException, module: str) -> bool:
    """Whether an error has gone through a module."""
    return any(frame.f_globals.get("__name__") == module for frame, _ in walk_tb(error.__traceback__))
