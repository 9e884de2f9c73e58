"""The run config: which providers a stack is made of, and with which settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from provider_conformance.stack.environment import substitute
from provider_conformance.stack.errors import RunConfigError
from provider_conformance.stack.naming import near_names

RUN_CONFIG_VERSION: Final = "2"


class _Strict(BaseModel):
    """A misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")


class Provider(_Strict):
    """A provider of a stack: a type, the id of this instance of it, and its settings."""

    provider_id: str = Field(min_length=1, description="The name of this instance, unique within its API")
    provider_type: str = Field(min_length=1, description="The type, as the provider's spec gives it")
    config: dict[str, Any] = Field(default_factory=dict, description="The settings of this instance")
    module: str | None = Field(
        default=None, description="The package of an external provider: `<module>.provider` has its spec"
    )

    @field_validator("config", mode="before")
    @classmethod
    def _nothing_set(cls, value: Any) -> Any:
        return {} if value is None else value


class MemoryStoreConfig(_Strict):
    """Registrations last as long as the process."""

    type: Literal["memory"] = "memory"


class SqliteStoreConfig(_Strict):
    """Registrations are kept in a file and survive a restart."""

    type: Literal["sqlite"] = "sqlite"
    db_path: Path


StoreConfig = Annotated[MemoryStoreConfig | SqliteStoreConfig, Field(discriminator="type")]


class StackRunConfig(_Strict):
    """What a stack is made of. ``providers`` is what matters; the rest says how to run it."""

    version: str = RUN_CONFIG_VERSION
    built_at: datetime | None = None
    image_name: str = ""
    docker_image: str | None = None
    conda_env: str | None = None
    apis: list[str] = Field(
        default_factory=list, description="The APIs to serve; all that have a provider where none is named"
    )
    providers: dict[str, list[Provider]] = Field(description="The providers of each API")
    external_providers_dir: Path | None = Field(
        default=None, description="A folder of specs: `inline/<api>/<name>.yaml`, `remote/<api>/<name>.yaml`"
    )
    metadata_store: StoreConfig = Field(
        default_factory=MemoryStoreConfig, description="Where registrations are kept"
    )

    @field_validator("version", mode="before")
    @classmethod
    def _known_version(cls, value: Any) -> str:
        if str(value) != RUN_CONFIG_VERSION:
            raise ValueError(f"this stack reads version {RUN_CONFIG_VERSION}, not {value}")
        return str(value)


def load_run_config(path: str | Path, environment: Mapping[str, str] | None = None) -> StackRunConfig:
    """Read a run config from a YAML file.

    Relative paths within it are relative to the file.

    Args:
        path: The file.
        environment: The variables for ``${env.NAME:=default}``; those of the process by default.

    Returns:
        The validated run config.

    Raises:
        RunConfigError: The file cannot be read, is no YAML, or a field of it is wrong; the message
            has the file, the place in it and what is accepted there.
        MissingVariableError: It refers to a variable that is unset and has no default.
    """
    path = Path(path)
    config = parse_run_config(_read(path), environment, source=str(path))
    return _anchored(config, path.parent)


def parse_run_config(
    data: Any, environment: Mapping[str, str] | None = None, *, source: str = "run config"
) -> StackRunConfig:
    """Validate a run config that has been read already.

    Args:
        data: The tree of dicts, lists and scalars.
        environment: The variables for ``${env.NAME:=default}``; those of the process by default.
        source: What the data is called in errors.

    Returns:
        The validated run config.

    Raises:
        RunConfigError: A field is wrong.
        MissingVariableError: It refers to a variable that is unset and has no default.
    """
    if not isinstance(data, Mapping):
        raise RunConfigError(source, "", "a run config is a mapping with the key `providers`")
    substituted = substitute(data, os.environ if environment is None else environment)
    try:
        return StackRunConfig.model_validate(substituted)
    except ValidationError as error:
        raise RunConfigError(source, *_first(error, StackRunConfig)) from error


def validation_place(location: Iterable[int | str]) -> str:
    """The place of a validation error as one would write it: ``providers.inference[0].config``."""
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RunConfigError(str(path), "", f"cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise RunConfigError(str(path), place, f"is no YAML: {problem}") from error


def _first(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """Place and text of the errors: one place is the culprit, all of them stand in the text."""
    errors = error.errors(include_url=False, include_input=False)
    told = [(validation_place(e["loc"]), _told(e, model)) for e in errors]
    place, text = told[0]
    return place, "; ".join([text, *(f"{other}: {more}" for other, more in told[1:])])


def _told(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    if error["type"] != "extra_forbidden":
        return str(error["msg"])
    location = error["loc"]
    known = Provider if len(location) > 1 and location[0] == "providers" else model
    near = near_names(str(location[-1]), known.model_fields)
    return "no such key" + (f", did you mean `{near[0]}`?" if near else "")


def _anchored(config: StackRunConfig, folder: Path) -> StackRunConfig:
    update: dict[str, Any] = {}
    if config.external_providers_dir is not None:
        update["external_providers_dir"] = folder / config.external_providers_dir.expanduser()
    if isinstance(config.metadata_store, SqliteStoreConfig):
        update["metadata_store"] = SqliteStoreConfig(
            db_path=folder / config.metadata_store.db_path.expanduser()
        )
    return config.model_copy(update=update)
