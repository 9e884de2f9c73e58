"""Renderings of a report, a module a format.

A module that has ``FORMAT``, the word for ``--provider-report``, is found by itself. It has
``render(report, account) -> str``, and ``NEEDS`` where it takes a library that not everybody has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from provider_conformance.run.account import Account
from provider_conformance.run.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which a report can be written to a file.

    Attributes:
        name: The word for it.
        render: Makes the text.
        needs: The library that it takes, a module and what is installed by one name; "" for none.
    """

    name: str
    render: Callable[[Report, Account], str]
    needs: str = ""

    @property
    def missing(self) -> str:
        """What is not installed and how to get it, "" where the format can be written."""
        if not self.needs or find_spec(self.needs) is not None:
            return ""
        return f"{self.name} needs {self.needs}, which is not installed: pip install {self.needs}"


@cache
def formats() -> Mapping[str, Format]:
    """The formats that can be written to a file, by name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = [
        Format(module.FORMAT, module.render, getattr(module, "NEEDS", ""))
        for module in modules
        if hasattr(module, "FORMAT")
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}
