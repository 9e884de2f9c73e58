"""What pydantic makes of a class statement: fields, configuration and class variables, read off source."""

from __future__ import annotations

import ast
from typing import Any

from provider_conformance.protocols import classes
from provider_conformance.providers.source.frames import Frame
from provider_conformance.providers.source.special import BaseModel


def finish_model(cls: Any, node: ast.ClassDef, frame: Frame) -> None:
    """Give a stand-in for a pydantic model what the library's metaclass would; others stay as they are."""
    if not issubclass(cls, BaseModel):
        return
    annotations = classes.namespace(cls).get("__annotations__", {})
    fields, variables, config = _inherited(cls)
    for name, text in annotations.items():
        if "ClassVar" in text:
            variables.add(name)
        elif not name.startswith("_"):
            fields[name] = text
        if "ClassVar" not in text and name in classes.namespace(cls):
            type.__delattr__(cls, name)
    own = classes.namespace(cls).get("model_config", {})
    config.update(own if isinstance(own, dict) else {})
    config.update(_keywords(node, frame))
    for name, value in (("model_fields", fields), ("__class_vars__", variables), ("model_config", config)):
        type.__setattr__(cls, name, value)


def _inherited(cls: type) -> tuple[dict[str, str], set[str], dict[str, Any]]:
    fields: dict[str, str] = {}
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
