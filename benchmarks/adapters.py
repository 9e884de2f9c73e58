"""The installed stack's own adapters, each as a small package that stands by itself and can be changed."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

SELF = "the_package"
"""What a package is called in its own texts until it is written under a name."""
ENTRY = "provider.py"
_REGISTRIES = ("ogx.providers.registry", "llama_stack.providers.registry")
_FIELDS = ("api_dependencies", "optional_api_dependencies")
_RELATIVE = re.compile(r"^(\s*from )(\.+)(\S*)( import)", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Adapter:
    """A provider of the stack.

    Attributes:
        name: Its API and type: "inference remote::vllm".
        api: Its API.
        files: The texts of its package by their paths; ``provider.py`` is written for it.
        home: The path of the file with its class.
        class_name: That class.
        factory: What makes it.
        cls: The class itself, None where what it imports is not installed.
        problem: Why there is none, "" where there is.
    """

    name: str
    api: str
    files: Mapping[str, str]
    home: str
    class_name: str
    factory: str
    cls: type | None
    problem: str = ""

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax of the file with its class."""
        return ast.parse(self.files[self.home])

    @cached_property
    def node(self) -> ast.ClassDef:
        """Its class statement."""
        return next(n for n in self.tree.body if isinstance(n, ast.ClassDef) and n.name == self.class_name)

    @cached_property
    def methods(self) -> Mapping[str, Function]:
        """What its class defines itself, without properties and the like."""
        found = [n for n in self.node.body if isinstance(n, Function)]
        return MappingProxyType({n.name: n for n in found if not n.decorator_list})

    def with_file(self, path: str, text: str) -> Adapter:
        """The same with another text in one of its files."""
        return replace(self, files={**self.files, path: text})

    def write(self, folder: Path, name: str) -> None:
        """Write it as a package of that name."""
        for path, text in self.files.items():
            there = folder / name / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(re.sub(rf"\b{SELF}\b", name, text), "utf-8")


def adapters() -> Iterator[Adapter]:
    """All adapters of the installed stack whose class is found in their own package.

    Raises:
        SystemExit: No stack with a registry of providers is installed.
    """
    registry = next((found for name in _REGISTRIES if (found := _imported(name))), None)
    if registry is None:
        raise SystemExit("no stack is installed that has adapters of its own")
    for module in sorted(one.name for one in pkgutil.iter_modules(registry.__path__)):
        listed = getattr(_imported(f"{registry.__name__}.{module}"), "available_providers", None)
        for spec in listed() if listed else ():
            if (adapter := _adapter(spec)) is not None:
                yield adapter


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _adapter(spec: Any) -> Adapter | None:
    module = getattr(spec, "module", None)
    found = importlib.util.find_spec(module) if module else None
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    texts = {str(p.relative_to(folder)): p.read_text("utf-8") for p in sorted(folder.rglob("*.py"))}
    files = {path: _standing_alone(text, path, module) for path, text in texts.items()}
    factory = "get_adapter_impl" if "Remote" in type(spec).__name__ else "get_provider_impl"
    home = _home(files, factory)
    if home is None or "__init__.py" not in files:
        return None
    path, name = home
    files[ENTRY] = _entry(spec, module)
    api, cls, problem = spec.api.value, None, ""
    try:
        original = ".".join([module, *Path(path).with_suffix("").parts]).removesuffix(".__init__")
        cls = getattr(importlib.import_module(original), name)
    except (ImportError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
    return Adapter(f"{api} {spec.provider_type}", api, files, path, name, factory, cls, problem)


def _standing_alone(text: str, path: str, module: str) -> str:
    """The text of a file that names its own package by another name, and its neighbours in full."""
    package = [*module.split("."), *Path(path).parent.parts]

    def absolute(match: re.Match[str]) -> str:
        up = len(match[2])
        if up <= len(Path(path).parts):
            return match[0]
        return (
            f"{match[1]}{'.'.join([*package[: len(package) - up + 1], *filter(None, [match[3]])])}{match[4]}"
        )

    return _renamed(_RELATIVE.sub(absolute, text), module)


def _renamed(text: str, module: str) -> str:
    """The text with :data:`SELF` in the place of a package's name."""
    return re.sub(rf"\b{re.escape(module)}\b", SELF, text)


def _home(files: Mapping[str, str], factory: str) -> tuple[str, str] | None:
    """The file and the name of the class that a factory makes, where it imports it from its own package."""
    tree = ast.parse(files.get("__init__.py", ""))
    function = next((n for n in tree.body if isinstance(n, Function) and n.name == factory), None)
    if function is None:
        return None
    called = {
        n.func.id for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    for statement in (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)):
        own = statement.level == 1 or (statement.module or "").startswith(f"{SELF}.")
        path = f"{(statement.module or '').removeprefix(f'{SELF}.').replace('.', '/')}.py"
        names = [alias.name for alias in statement.names if alias.name in called and own]
        for node in ast.parse(files.get(path, "")).body:
            if isinstance(node, ast.ClassDef) and node.name in names:
                return path, node.name
    return None


def _entry(spec: Any, module: str) -> str:
    """The module that returns the spec, a line a field."""
    kind = type(spec).__name__
    lines = [f"        api=Api.{spec.api.value},"]
    for name, value in spec.model_dump(exclude_unset=True, exclude_none=True).items():
        if name in _FIELDS:
            lines.append(f"        {name}=[{', '.join(f'Api.{api.value}' for api in getattr(spec, name))}],")
        elif name != "api" and isinstance(value, str):
            lines.append(f"        {name}={_renamed(value, module)!r},")
        elif name == "pip_packages":
            lines.append(f"        pip_packages={value!r},")
    api_package = type(spec).__module__.partition(".")[0]
    head = f"from {api_package} import Api, {kind}\n\n\ndef get_provider_spec():\n    return {kind}(\n"
    return head + "\n".join(lines) + "\n    )\n"
