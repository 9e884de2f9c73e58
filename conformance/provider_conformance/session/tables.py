"""Settings in ``[tool.provider-conformance]`` of a project's pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provider_conformance.errors import UsageError
from provider_conformance.options import OPTIONS

NAME: Final = "tool.provider-conformance"
_PREFIX: Final = "provider_"
_LISTS: Final = {
    "provider",
    "provider_known_failures",
    "provider_unsupported",
    *(key for key, _, attributes in OPTIONS if attributes.get("action") == "append"),
}
_FLAGS: Final = {key for key, _, attributes in OPTIONS if attributes.get("action") == "store_true"}
KEYS: Final = {*(key for key, _, _ in OPTIONS), *_LISTS}
"""All settings, by the names that they have as ini keys."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a pyproject.toml says.

    Attributes:
        file: The file, None without one that has the table.
        values: The settings, by the names that they have as ini keys: a list, a text or true and false.
    """

    file: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def over(self, ini: Callable[[str], Any], where: Path | None) -> Callable[[str], Any]:
        """What looks up a key in the table or in pytest's own file.

        Args:
            ini: What looks up a key in pytest's file.
            where: That file.
        """

        def written(key: str) -> Any:
            others = ini(key)
            if key not in self.values:
                return others
            if others not in (None, [], ""):
                short = key.removeprefix(_PREFIX)
                raise UsageError(
                    f"`{key}` in {where} and `{short}` of [{NAME}] in {self.file} are one setting: keep one"
                )
            return self.values[key]

        return written


def read(folders: Iterable[Path]) -> Table:
    """The table of the first pyproject.toml in these folders.

    Raises:
        UsageError: It has a key that there is not, or a value of the wrong kind.
    """
    file = next((path for folder in folders if (path := folder / "pyproject.toml").is_file()), None)
    text = file.read_text(encoding="utf-8", errors="replace") if file is not None else ""
    if file is None or "provider-conformance" not in text:
        return Table()
    try:
        table = tomllib.loads(text).get("tool", {}).get("provider-conformance")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}") from None
    if not isinstance(table, dict):
        return Table()
    return Table(file, dict(_setting(file, str(key), value) for key, value in table.items()))


def _setting(file: Path, given: str, value: Any) -> tuple[str, Any]:
    name = given.replace("-", "_")
    key = name if name == "provider" else _PREFIX + name
    where = f"{file}: [{NAME}]"
    if key not in KEYS:
        from provider_conformance.run.selection import did_you_mean  # noqa: PLC0415 - only for a mistake

        known = [one.removeprefix(_PREFIX) for one in KEYS]
        raise UsageError(f"{where}: there is no setting `{given}`{did_you_mean(name, known)}")
    if key in _LISTS:
        several = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) for one in several):
            return key, several
        raise UsageError(f"{where}: `{given}` is a list of texts")
    if key in _FLAGS:
        if isinstance(value, bool):
            return key, value
        raise UsageError(f"{where}: `{given}` is true or false")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(f"{where}: `{given}` is a text")
    return key, str(value)
