"""What pydantic makes of a class statement: fields, configuration and class variables, read off source."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.signature import MISSING
from provider_conformance.source.frames import Frame
from provider_conformance.source.special import BaseModel


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model: its annotation, whether it must be given, its default and its other names."""

    annotation: str
    required: bool
    default: Any = MISSING
    aliases: tuple[str, ...] = ()


def finish_model(cls: Any, node: ast.ClassDef, frame: Frame) -> None:
    """Give a stand-in for a pydantic model what the library's metaclass would; others stay as they are."""
    if not issubclass(cls, BaseModel):
        return
    written = {
        statement.target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    annotations = classes.namespace(cls).get("__annotations__", {})
    fields, variables, config = _inherited(cls)
    for name, text in annotations.items():
        if "ClassVar" in text:
            variables.add(name)
        elif not name.startswith("_"):
            own = classes.namespace(cls).get(name, MISSING)
            given = written.get(name)
            fields[name] = Field(text, _required(given), _default(given, own, frame), _aliases(given))
        if "ClassVar" not in text and name in classes.namespace(cls):
            type.__delattr__(cls, name)
    configured = classes.namespace(cls).get("model_config", {})
    config.update(configured if isinstance(configured, dict) else {})
    config.update(_keywords(node, frame))
    for name, value in (("model_fields", fields), ("__class_vars__", variables), ("model_config", config)):
        type.__setattr__(cls, name, value)


def _required(value: ast.expr | None) -> bool:
    """Whether a field has no default: no value, or a ``Field(...)`` that names none."""
    if not _is_field(value):
        return value is None
    named = {keyword.arg for keyword in value.keywords}
    first = value.args[0] if value.args else None
    given = first is not None and not (isinstance(first, ast.Constant) and first.value is ...)
    return not given and not named & {"default", "default_factory"}


def _is_field(value: ast.expr | None) -> TypeGuard[ast.Call]:
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "Field"


def _aliases(value: ast.expr | None) -> tuple[str, ...]:
    """The names under which a field is given besides its own."""
    named = [k.value for k in value.keywords if k.arg in _ALIASES] if _is_field(value) else []
    nodes = (node for one in named for node in ast.walk(one))
    return tuple(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


_ALIASES: Final = ("alias", "validation_alias")


def _default(value: ast.expr | None, own: Any, frame: Frame) -> Any:
    if not _is_field(value):
        return own
    if _required(value):  # `Field(...)`: the ellipsis says that there is none
        return MISSING
    for node in (*value.args[:1], *(k.value for k in value.keywords if k.arg == "default")):
        return frame.value(node)
    return MISSING


def fields_of(cls: type) -> dict[str, Field]:
    """The fields of a stand-in for a pydantic model."""
    return {name: found for name, found in classes.model_fields(cls).items() if isinstance(found, Field)}


def wrong_fields(cls: type, given: Mapping[str, Any]) -> dict[str, str]:
    """What pydantic says of fields that are not given, or given as data of another kind."""
    fields = fields_of(cls)
    missing = {name: "Field required" for name, one in fields.items() if one.required and name not in given}
    said = {name: _refused(one.annotation, given[name]) for name, one in fields.items() if name in given}
    return {**missing, **{name: message for name, message in said.items() if message}}


def _refused(annotation: str, value: Any) -> str:
    """Why a field does not take plain data, "" where it may."""
    if annotation == "str" and type(value) in (*_SCALARS, *_CONTAINERS):
        return "Input should be a valid string"
    if annotation.startswith("list[") and "|" not in annotation and type(value) in (str, dict, *_SCALARS):
        return "Input should be a valid list"
    return ""


_SCALARS: Final = (bool, int, float, bytes, type(None))
_CONTAINERS: Final = (list, tuple, dict, set)


class ValidationError(Exception):
    """What pydantic raises for a model whose fields are not filled, as far as that is read."""

    def __init__(self, title: str, said: Mapping[str, str], place: Location | None = None) -> None:
        super().__init__(f"{title}: {', '.join(said)}")
        self.source_place = place
        self.title = title
        self._said = dict(said)

    def errors(self) -> list[dict[str, Any]]:
        """The fields, each with what is said of it."""
        return [{"loc": (name,), "msg": message} for name, message in self._said.items()]


def _inherited(cls: type) -> tuple[dict[str, Field], set[str], dict[str, Any]]:
    fields: dict[str, Field] = {}
    variables: set[str] = set()
    config: dict[str, Any] = {}
    for base in reversed(classes.mro(cls)[1:]):
        names = classes.namespace(base)
        fields.update(names.get("model_fields", {}))
        variables |= set(names.get("__class_vars__", ()))
        known = names.get("model_config", {})
        config.update(known if isinstance(known, dict) else {})
    return fields, variables, config


def _keywords(node: ast.ClassDef, frame: Frame) -> dict[str, Any]:
    return {keyword.arg: frame.value(keyword.value) for keyword in node.keywords if keyword.arg}
