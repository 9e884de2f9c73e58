"""Calls as lines that can be pasted and run: what a client really gives, with the classes' names imported."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from provider_conformance.protocols import careful

_DIGITS: Final = 3
"""Vectors are short enough to read like that, and as good."""
_LONG: Final = 200
"""From so many characters on a text is shown by what it repeats, or cut."""


@dataclass(slots=True)
class Pasting:
    """Writes values as Python, and remembers which classes that needs.

    Attributes:
        needs: The classes, by the module that they are imported from.
    """

    needs: dict[str, set[str]] = field(default_factory=dict)

    def code(self, value: Any) -> str:
        """A value as an expression; what cannot be written down comes as its representation."""
        if isinstance(value, BaseModel):
            return self._model(value)
        if isinstance(value, Enum):
            return self.code(value.value)
        if isinstance(value, str | bytes):
            return _text(value)
        if isinstance(value, float):
            return repr(round(value, _DIGITS))
        if isinstance(value, list | tuple):
            inner = ", ".join(self.code(item) for item in value)
            return f"[{inner}]"
        if isinstance(value, Mapping):
            inner = ", ".join(f"{self.code(key)}: {self.code(item)}" for key, item in value.items())
            return f"{{{inner}}}"
        if (read := getattr(value, "file", None)) is not None and hasattr(value, "filename"):
            return self._upload(value, read)
        pasted = getattr(type(value), "pasted", None)
        return str(pasted(value)) if callable(pasted) else careful.short_repr(value)

    def call(self, method: str, arguments: Mapping[str, Any], *, positional: bool) -> str:
        """A call on ``provider``.

        Args:
            method: The method.
            arguments: Its arguments by name.
            positional: Whether they are passed by position.
        """
        listed = ", ".join(
            self.code(value) if positional else f"{name}={self.code(value)}"
            for name, value in arguments.items()
        )
        return f"provider.{method}({listed})"

    def imports(self) -> list[str]:
        """The lines that import what is needed, in their order."""
        return [
            f"from {module} import {_listed(sorted(names))}" for module, names in sorted(self.needs.items())
        ]

    def _model(self, value: BaseModel) -> str:
        fields = type(value).model_fields
        given = [name for name in fields if name in value.model_fields_set]
        told = [f"{name}={self.code(getattr(value, name))}" for name in given]
        told += [f"{name}={self.code(item)}" for name, item in (value.model_extra or {}).items()]
        return f"{self._named(type(value))}({', '.join(told)})"

    def _upload(self, value: Any, read: Any) -> str:
        data = getattr(read, "getvalue", bytes)()
        self.needs.setdefault("io", set()).add("BytesIO")
        return f"{self._named(type(value))}(BytesIO({_text(data)}), filename={value.filename!r})"

    def _named(self, cls: type) -> str:
        module = cls.__module__
        top = module.partition(".")[0]
        # What a package shows at its top is the stable place.
        if getattr(sys.modules.get(top), cls.__name__, None) is cls:
            module = top
        self.needs.setdefault(module, set()).add(cls.__name__)
        return cls.__name__


def _listed(names: list[str]) -> str:
    told = ", ".join(names)
    return f"({told})" if len(names) > 1 else told


def _text(value: str | bytes) -> str:
    if len(value) <= _LONG:
        return repr(value)
    words = value.split()
    if len(set(words)) == 1:
        joint = " " if isinstance(value, str) else b" "
        if joint.join(words) == value:  # type: ignore[arg-type]
            return f"{joint!r}.join([{words[0]!r}] * {len(words)})"
    return f"{value[:_LONG]!r} + ..."


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a script.

    Attributes:
        text: The call, without `await`.
        method: The method.
        answer: What came, to name it where a later line uses it.
        remark: What is to be seen in the answer, "" where nothing is.
        stream: Whether the answer comes in pieces.
    """

    text: str
    method: str
    answer: Any = None
    remark: str = ""
    stream: bool = False


def script(lines: Sequence[Line], imports: Iterable[str]) -> tuple[str, ...]:
    """Lines to be pasted: identifiers that an answer gave are taken from that answer.

    Args:
        lines: The calls in their order.
        imports: The lines that import what they need.
    """
    names: dict[str, str] = {}
    texts = [line.text for line in lines]
    found: list[str] = []
    for number, line in enumerate(lines):
        text = line.text
        for given, name in names.items():
            text = text.replace(given, name)
        made = getattr(line.answer, "id", None)
        literal = repr(made) if isinstance(made, str) and made else ""
        name = ""
        if (
            literal
            and literal not in texts[number]
            and any(literal in later for later in texts[number + 1 :])
        ):
            name = _variable(line.answer, set(names.values()))
            names.setdefault(literal, f"{name}.id")
        remark = f"  # {line.remark}" if line.remark else ""
        found.append(f"{name} = await {text}{remark}" if name else f"{_awaited(line, text)}{remark}")
    return (*imports, *found)


def _awaited(line: Line, text: str) -> str:
    return f"[chunk async for chunk in await {text}]" if line.stream else f"await {text}"


def _variable(answer: Any, taken: set[str]) -> str:
    told = getattr(answer, "object", None)
    word = (told if isinstance(told, str) else type(answer).__name__).lower().rpartition(".")[2]
    base = "".join(letter for letter in word if letter.isalnum() or letter == "_") or "made"
    number, name = 1, base
    while f"{name}.id" in taken:
        number += 1
        name = f"{base}_{number}"
    return name
