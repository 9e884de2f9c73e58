"""A spec file as the Python that would make the same spec, so that either view evaluates it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.package import loading
from provider_conformance.package.model import Problem
from provider_conformance.package.spec_files import SpecFile
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import model_fields
from provider_conformance.sandbox.containment import Attempt

_NAME: Final = "_provider_conformance_spec_files"
WHY: Final = "The stack reads all files of the folder when it starts, and ends where one cannot be read."
_CLASSES: Final = {
    "ogx": ("ogx_api", "ogx.providers.datatypes"),
    "llama-stack": ("llama_stack_api", "llama_stack.providers.datatypes"),
    stacks.BUILTIN: ("provider_conformance.stack.specs",),
}
"""Where each family has its spec classes, the newest place first."""
_IMPORT: Final = re.compile(
    rf"^\s*(?:from|import)\s+({'|'.join(sorted(stacks.PACKAGES, key=len, reverse=True))})\b", re.M
)
_FILES: Final = 500


def family_for(files: Iterable[SpecFile], folder: Path | None) -> str:
    """The stack that specs are made for: that which the code they name imports, or else the installed one."""
    read = loading.reader()
    releases = read.releases if read is not None else None
    here = [name for name in stacks.DISTRIBUTIONS if stacks.version_of(name)]
    if releases and len(here) == 1:
        return here[0]
    imported = {family for file in files for family in _imported(file.package, folder)}
    wanted = [family for family in here if family in imported] or sorted(imported - {stacks.BUILTIN})
    return (wanted or [stacks.BUILTIN] if imported else here or [stacks.BUILTIN])[0]


def _imported(package: str, folder: Path | None) -> Iterator[str]:
    """The stacks that the source of a package imports; nothing of it is run."""
    base = folder / package if folder is not None else None
    places = [base] if base is not None and base.is_dir() else loading.home_of(package).places
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*.py"))[:_FILES]:
            text = file.read_text(encoding="utf-8", errors="replace")
            yield from map(stacks.family_of_module, _IMPORT.findall(text))


def classes_module(family: str) -> str:
    """The module that has the spec classes of a stack, the newest where it is not here."""
    names = _CLASSES[family]
    return next((name for name in names if loading.find_spec(name) is not None), names[0])


def wants_older(module: str) -> bool:
    """Whether the stack of a module wants remote specs in the older form, with ``adapter``."""
    loaded = loading.import_module(module).value
    found = loading.member(loaded, "RemoteProviderSpec").value if isinstance(loaded, ModuleType) else None
    return isinstance(found, type) and "adapter" in model_fields(found)


def text_of(files: Iterable[SpecFile], module: str) -> str:
    """The module's source: a function ``spec_0``, ``spec_1`` and so on for each file."""
    older = wants_older(module)
    names = "Api, InlineProviderSpec, RemoteProviderSpec" + (", AdapterSpec" if older else "")
    lines = [f"from {module} import {names}", ""]
    for number, file in enumerate(files):
        lines += [f"def spec_{number}():", f"    return {_made(file, older=older)}", ""]
    return "\n".join(lines)


def _made(file: SpecFile, *, older: bool) -> str:
    given = {str(key): _plain(value) for key, value in file.data.items()}
    apis = {
        key: f"[{', '.join(f'Api({name!r})' for name in given.pop(key))}]"
        for key in ("api_dependencies", "optional_api_dependencies")
        if isinstance(given.get(key), list)
    }
    kind, name = "InlineProviderSpec", file.path.stem
    if file.kind == "remote":
        kind = "RemoteProviderSpec"
        if older:
            adapter = {"adapter_type": name, **_mapping(given.pop("adapter", None))}
            name = adapter["adapter_type"]
            apis["adapter"] = f"AdapterSpec({_keywords(adapter)})"
            given.setdefault("config_class", adapter.get("config_class") or "")
        name = given.get("adapter_type", name)
    head = [f"api=Api({file.api!r})", f"provider_type={f'{file.kind}::{name}'!r}"]
    rest = [f"{key}={text}" for key, text in apis.items()]
    return f"{kind}({', '.join([*head, *rest, _keywords(given)])})"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _keywords(given: Mapping[str, Any]) -> str:
    named = {key: value for key, value in given.items() if key.isidentifier()}
    return ", ".join(f"{key}={value!r}" for key, value in named.items())


def _plain(value: Any) -> Any:
    """The value as a literal: what is no text, number, list or mapping becomes a text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def made(files: Sequence[SpecFile], family: str) -> Attempt:
    """The module that has a function for each of these files, in the view that holds."""
    module = classes_module(family)
    tried = loading.import_module(module)
    return tried if tried.error is not None else loading.make_module(_NAME, text_of(files, module))


def told(problem: Problem, error: BaseException | None, file: SpecFile) -> Problem:
    """A problem of making a spec, with its place in the file."""
    key = next(iter(_fields(error)), "")
    if key and key not in file.data and file.is_older:
        fix = "write the keys of `adapter` beside the others: this stack knows no `adapter` of a spec"
        return replace(problem, location=file.at("adapter"), fix=fix)
    if key in file.data and not file.is_older and file.kind == "remote":
        fix = "write it under `adapter`, where this stack looks for what is the adapter's"
        return replace(problem, location=file.at(key), fix=fix)
    return replace(problem, location=file.at(key), why=problem.why or WHY)


def _fields(error: BaseException | None) -> Iterator[str]:
    """The fields that pydantic names."""
    errors = careful.attribute(error, "errors")
    if careful.class_name(type(error)) == "ValidationError" and callable(errors):
        yield from (str(one["loc"][0]) for one in errors() if one.get("loc"))
