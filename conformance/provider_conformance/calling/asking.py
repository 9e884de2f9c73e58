"""A public method as a caller sees it: what it is asked with, and what it promises to answer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from provider_conformance.neighbours.smallest import WORD, field_annotation, likely, smallest, validated
from provider_conformance.protocols.annotated import hints, options, wanted
from provider_conformance.protocols.fitting import streamed, whole

Path = tuple[str, ...]
"""Where a value stands: ``("model",)``, or ``("params", "model")`` for a field of a request object."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a call that a value can be put into: a parameter, or a field of a request object."""

    path: Path
    annotation: Any
    required: bool

    @property
    def name(self) -> str:
        """The name of the parameter or field."""
        return self.path[-1]

    def takes(self, *forms: Any) -> bool:
        """Whether values of one of these classes are among what it accepts."""
        return any(wanted(option).form in forms for option in options(self.annotation))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the method; ``model`` is the class of a request object, else None."""

    name: str
    annotation: Any
    required: bool
    model: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A method of a public protocol.

    Attributes:
        name: Its name.
        parameters: Its parameters, without the object itself.
        slots: All places for values: parameters, and the fields of those that are request objects.
        whole: What it answers where it does not stream, None where it always does.
        chunk: What the pieces of a streamed answer are, None where it never streams.
        positional: Whether the stack passes arguments by position only.
        passed: The places of what the stack passes, where that is not what the protocol promises: it unpacks
            the request, say. Empty where it keeps to the protocol.
    """

    name: str
    parameters: tuple[Parameter, ...]
    slots: tuple[Slot, ...]
    whole: Any
    chunk: Any
    positional: bool
    passed: tuple[Path, ...] = ()

    @property
    def streams_on_demand(self) -> Slot | None:
        """The place of ``stream`` in a method that streams where it is asked to."""
        if self.chunk is None:
            return None
        return next((slot for slot in self.slots if slot.name == "stream" and slot.takes(bool)), None)

    @property
    def request(self) -> str:
        """The name of its request object, "" for a method that has none."""
        return next((p.name for p in self.parameters if p.model is not None), "")

    def lists(self) -> list[Slot]:
        """The places for a list of inputs that a caller fills."""
        return [slot for slot in self.slots if slot.takes(list) and (slot.required or slot.takes(str))]

    def likely(self, given: Mapping[Path, Any], *, text: str = WORD, small: bool = False) -> dict[Path, Any]:
        """Values for all that the method requires.

        Args:
            given: Values that are known, by their places.
            text: What texts say.
            small: Whether lists are empty and texts too.

        Raises:
            NoValueError: There is no value for one of them.
        """
        required = {slot.path: slot.annotation for slot in self.slots if slot.required}
        made = {
            path: smallest(annotation) if small else likely(annotation, text=text)
            for path, annotation in required.items()
            if path not in given
        }
        return {**made, **given}

    def arguments(self, values: Mapping[Path, Any]) -> dict[str, Any]:
        """The arguments by name, request objects made of the values of their fields.

        Raises:
            Exception: A request object's validators refuse the values.
        """
        found: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.model is None:
                if (parameter.name,) in values:
                    found[parameter.name] = values[parameter.name,]
                continue
            inner = {path[1]: v for path, v in values.items() if path[0] == parameter.name and len(path) > 1}
            if inner or parameter.required:
                found[parameter.name] = validated(parameter.model, inner)
        return self._as_passed(found) if self.passed else found

    def _as_passed(self, promised: Mapping[str, Any]) -> dict[str, Any]:
        """What the stack makes of the arguments that it is given itself, as the protocol has them."""
        return {
            name: getattr(promised[parameter], field[0]) if field else promised[parameter]
            for parameter, *field in self.passed
            if parameter in promised
            for name in [field[0] if field else parameter]
        }


def asked(protocol: type, name: str, *, positional: bool = False, passed: tuple[str, ...] = ()) -> Asked:
    """Read a method off a live protocol.

    Args:
        protocol: The public protocol's class.
        name: One of its methods.
        positional: Whether the stack passes arguments by position only.
        passed: The names of what it passes, where that is not what the protocol promises. Such a name is that
            of a parameter or of a field of its request object; with any other one the protocol is kept to.
    """
    return _asked(inspect.unwrap(getattr(protocol, name)), name, positional, passed)


@lru_cache(maxsize=512)
def _asked(function: Any, name: str, positional: bool, passed: tuple[str, ...]) -> Asked:
    annotations = hints(function)
    parameters = tuple(_parameters(function, annotations))
    returns = annotations.get("return", Any)
    slots = tuple(slot for parameter in parameters for slot in _slots(parameter))
    places = {slot.name: slot.path for slot in slots}
    known = tuple(places[one] for one in passed if one in places)
    as_passed = known if len(known) == len(passed) else ()
    return Asked(name, parameters, slots, whole(returns), streamed(returns), positional, as_passed)


def _parameters(function: Any, annotations: Mapping[str, Any]) -> Iterator[Parameter]:
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        annotation = annotations.get(parameter.name, Any)
        required = parameter.default is parameter.empty
        form = wanted(annotation).form
        is_model = required and hasattr(form, "model_fields") and "root" not in form.model_fields
        yield Parameter(parameter.name, annotation, required, form if is_model else None)


def _slots(parameter: Parameter) -> Iterator[Slot]:
    if parameter.model is None:
        yield Slot((parameter.name,), parameter.annotation, parameter.required)
        return
    for name, field in parameter.model.model_fields.items():
        yield Slot((parameter.name, name), field_annotation(field), field.is_required())


def shown(asked: Asked, arguments: Mapping[str, Any], *, most: int = 300) -> str:
    """A call as one line of code.

    Args:
        asked: The method.
        arguments: Its arguments by name.
        most: How many characters the arguments may take.
    """
    listed = ", ".join(
        f"{value!r}" if asked.positional else f"{name}={value!r}" for name, value in arguments.items()
    )
    short = listed if len(listed) <= most else f"{listed[:most]}..."
    return f"provider.{asked.name}({short})"
