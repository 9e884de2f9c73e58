"""A run config as a file: which providers it names, where each stands, and where their specs come from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from provider_conformance.errors import UsageError
from provider_conformance.findings import Location

_MODULE: Final = re.compile(r"\s*([A-Za-z_][\w.]*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider of a run config.

    Attributes:
        api: The API under which it stands.
        provider_id: What this instance is called.
        provider_type: The type that it is of.
        module: What `module:` says, a requirement perhaps, "" without.
        config: Its settings as written, references to the environment included.
        path: The file.
        lines: The line of each key; those of settings by ``config.<key>``, and "" for the entry itself.
    """

    api: str
    provider_id: str
    provider_type: str
    module: str
    config: Mapping[str, Any]
    path: Path
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def import_name(self) -> str:
        """The module that `module:` names, without version and extras, and with underscores for dashes."""
        found = _MODULE.match(self.module.replace("-", "_"))
        return found[1] if found else ""

    def at(self, key: str = "") -> Location:
        """The place of a key, or of the nearest one above it that is there."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return Location(str(self.path), self.lines.get(key, 1))


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run config.

    Attributes:
        path: The file.
        data: What it says.
        entries: The providers that it names, in their order.
        lines: The lines of its own keys.
    """

    path: Path
    data: Mapping[str, Any]
    entries: tuple[Entry, ...]
    lines: Mapping[str, int]

    @property
    def providers_dir(self) -> Path | None:
        """The folder of specs that it names, None without one."""
        return self._folder("external_providers_dir")

    @property
    def apis_dir(self) -> Path | None:
        """The folder of external APIs that it names, None without one."""
        return self._folder("external_apis_dir")

    def at(self, key: str) -> Location:
        """The place of one of its own keys."""
        return Location(str(self.path), self.lines.get(key, 1))

    def line_of(self, text: str) -> Location:
        """The place of the first line, comments left out, that has a text."""
        lines = enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1)
        found = (number for number, line in lines if text in line.partition(" #")[0].removeprefix("#"))
        return Location(str(self.path), next(found, 1))

    def _folder(self, key: str) -> Path | None:
        """A folder that it names: from where the stack is run, or, as people write it, from the file."""
        given = self.data.get(key)
        if not isinstance(given, str) or not given.strip():
            return None
        folder = Path(_without_references(given)).expanduser()
        beside = self.path.parent / folder
        return beside if beside.is_dir() or not folder.is_dir() else folder.absolute()


_DEFAULT: Final = re.compile(r"\$\{env\.\w+(?::=([^}]*))?\}")


def _without_references(text: str) -> str:
    def found(match: re.Match[str]) -> str:
        name = match[0][6:].partition(":")[0].rstrip("}")
        return os.environ.get(name) or match[1] or ""

    return _DEFAULT.sub(found, text)


def is_run_file(path: Path) -> bool:
    """Whether a YAML file is a run config: it names providers by their APIs."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(data, dict) and isinstance(data.get("providers"), dict)


def read(path: Path) -> RunFile:
    """Read a run config.

    Raises:
        UsageError: It cannot be read, or is no run config; the message has file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Location(str(path), mark.line + 1 if mark else None)
        raise UsageError(f"{place}: it is no YAML: {getattr(error, 'problem', None) or error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("providers"), dict):
        raise UsageError(f"{path} is no run config: that is a mapping with `providers`, each under its API")
    lines = {name: key.start_mark.line + 1 for name, key, _ in _pairs(node)}
    return RunFile(path, data, tuple(_entries(path, data["providers"], _under(node, "providers"))), lines)


def _entries(path: Path, providers: Mapping[Any, Any], node: Any) -> Iterator[Entry]:
    for api, key, value in _pairs(node):
        listed = providers.get(api)
        if not isinstance(listed, list | type(None)) or not all(
            isinstance(one, dict) for one in listed or ()
        ):
            raise UsageError(
                f"{Location(str(path), key.start_mark.line + 1)}: the providers of an API are a list"
            )
        for one, place in zip(listed or (), getattr(value, "value", ()), strict=False):
            config = one.get("config")
            yield Entry(
                api,
                str(one.get("provider_id") or ""),
                str(one.get("provider_type") or ""),
                str(one.get("module") or ""),
                config if isinstance(config, dict) else {},
                path,
                {"": place.start_mark.line + 1, **dict(_lines(place, ""))},
            )


def _lines(node: Any, before: str) -> Iterator[tuple[str, int]]:
    for name, key, value in _pairs(node):
        yield f"{before}{name}", key.start_mark.line + 1
        yield from _lines(value, f"{before}{name}.")


def _pairs(node: Any) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield str(key.value), key, value


def _under(node: Any, name: str) -> Any:
    return next((value for key, _, value in _pairs(node) if key == name), None)
