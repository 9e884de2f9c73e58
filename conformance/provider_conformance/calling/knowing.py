"""What is known while a provider is walked through: identifiers, objects, and how its API is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from provider_conformance.calling.asking import Asked, Path, Slot
from provider_conformance.calling.objects import identifier_of, names_object
from provider_conformance.errors import NoValueError
from provider_conformance.hosts.running import FIRST
from provider_conformance.laws import model as laws
from provider_conformance.laws.model import Guide, Sample, Setting, Upload, Way
from provider_conformance.neighbours.smallest import WORD, likely
from provider_conformance.protocols.annotated import options, wanted

MAKERS: Final = re.compile(r"(^|_)(create|insert|register|upload|add|open|attach|log)(_|$)")
"""What methods are called that make something."""


@dataclass(slots=True)
class Knowing:
    """What is known of a provider and its API.

    Attributes:
        guide: How the API is called.
        known: Values that earlier answers gave, by the name of their places.
        nouns: What the API's objects are called: "model", "memory_bank".
        objects: The provider's registered objects.
        names: How many names have been made up.
    """

    guide: Guide
    known: dict[str, Any] = field(default_factory=dict)
    nouns: tuple[str, ...] = ()
    objects: list[Any] = field(default_factory=list)
    names: int = 0

    def setting(self, text: str = laws.TEXT) -> Setting:
        """What the next call is made in, with a name of its own."""
        self.names += 1
        return Setting(f"{WORD}-{self.names}", text, FIRST, self.known, self.objects)

    def likely(
        self, asked: Asked, given: Mapping[Path, Any], *, text: str = "", small: bool = False
    ) -> dict[Path, Any]:
        """Values for a call as a client makes it.

        Args:
            asked: The method.
            given: Identifiers for it.
            text: What texts say; what they usually say where it is empty.
            small: Whether everything is as small as can be.

        Raises:
            NoValueError: There is no value for something that it requires.
        """
        if small:
            return asked.likely(given, small=True)
        way, setting = self.guide.way(asked.name), self.setting(text or laws.TEXT)
        samples, own = placed(asked, way.usual, setting), placed(asked, way.own, setting)
        named = self._named(asked, way)
        return kept(asked.likely({**samples, **given, **named, **own}, text=text or WORD))

    def _named(self, asked: Asked, way: Way) -> dict[Path, Any]:
        """What the provider's author puts in places of a call that the call has anyway."""
        places = {slot.name for slot in asked.slots if slot.required} | way.usual.keys()
        names = {name: value for name, value in self.guide.names.items() if name in places}
        return placed(asked, names, self.setting())

    def full(self, asked: Asked, values: Mapping[Path, Any]) -> dict[Path, Any]:
        """The values, and likely ones for what may be left out, but for a stream."""
        found = dict(values)
        for slot in asked.slots:
            others = [option for option in options(slot.annotation) if wanted(option).form is not type(None)]
            if slot.path not in found and len(slot.path) == 1 and slot.name != "stream" and others:
                with suppress(NoValueError):
                    found[slot.path] = likely(others[0], text=WORD)
        return found

    def others(self, asked: Asked, usual: Mapping[Path, Any]) -> Iterator[dict[Path, Any]]:
        """Further calls that clients make, as changes of the usual one."""
        for changes in self.guide.way(asked.name).others:
            made = placed(asked, changes, self.setting())
            if made:
                yield kept({**usual, **made})

    def refused(self, asked: Asked, usual: Mapping[Path, Any]) -> Iterator[dict[Path, Any]]:
        """Calls that the provider's author expects to be refused, as changes of the usual one."""
        for changes in self.guide.way(asked.name).refused:
            yield kept({**usual, **placed(asked, changes, self.setting())})

    def own(self, asked: Asked) -> list[dict[Path, Any]]:
        """The calls that the provider's author gives, as they are."""
        way = self.guide.way(asked.name)
        return [placed(asked, call, self.setting()) for call in (way.own, *way.others) if call]

    def identifiers(self, asked: Asked) -> dict[Path, Any]:
        """Identifiers of what there is, for the places that ask for one."""
        found: dict[Path, Any] = {}
        for slot in asking_for_one(asked, self.guide.way(asked.name)):
            if slot.name in self.known:
                found[slot.path] = self.known[slot.name]
            elif self.objects and names_object(slot.name, self.nouns):
                found[slot.path] = identifier_of(self._object_for(asked))
        return found

    def learn(self, asked: Asked, answer: Any) -> None:
        """Remember the identifiers that an answer holds, for the calls that ask for them."""
        for making in self.guide.makes:
            if making.method == asked.name:
                self._remember(making.name, getattr(answer, making.field, None))
        if not hasattr(answer, "model_fields_set") or not MAKERS.search(asked.name):
            return
        for name in type(answer).model_fields:
            if name.endswith("_id"):
                self._remember(name, getattr(answer, name, None))
            elif name == "id":
                self._remember(f"{_noun(asked, answer)}_id", getattr(answer, name, None))

    def _remember(self, name: str, value: Any) -> None:
        if isinstance(value, str):
            self.known.setdefault(name, value)

    def _object_for(self, asked: Asked) -> Any:
        """The registered object that fits the method: a model for embeddings is one that makes embeddings."""

        def by_kind(obj: Any) -> bool:
            kind = getattr(obj, "model_type", "")
            return str(getattr(kind, "value", kind)) == wanted_kind

        def by_name(obj: Any) -> bool:
            # Many adapters take every model that a server lists for one that writes texts.
            return _kind_in(identifier_of(obj)) == wanted_kind

        wanted_kind = _kind_in(asked.name)
        both = (obj for obj in self.objects if by_kind(obj) and by_name(obj))
        ways = (both, filter(by_kind, self.objects), filter(by_name, self.objects), self.objects)
        if wanted_kind != _WRITES:
            ways = (both, filter(by_name, self.objects), filter(by_kind, self.objects), self.objects)
        return next(obj for way in ways for obj in way)


_WRITES: Final = "llm"
_KINDS: Final = {"embed": "embedding", "rerank": "rerank"}
"""Words in the names of methods and of models, and the kind of model that they tell of."""


def _kind_in(name: str) -> str:
    """The kind of model that a name tells of: one that writes texts, unless it says otherwise."""
    return next((kind for word, kind in _KINDS.items() if word in name.lower()), _WRITES)


def asking_for_one(asked: Asked, way: Way) -> list[Slot]:
    """The places of a call that ask for the identifier of something there is."""
    told = way.usual.keys() | way.own.keys()
    return [slot for slot in asked.slots if slot.required and slot.takes(str) and slot.name not in told]


def placed(asked: Asked, samples: Mapping[str, Sample], setting: Setting) -> dict[Path, Any]:
    """Samples as the values of a call: those for which the method has no place are left out.

    Args:
        asked: The method.
        samples: They, by the names of their places.
        setting: What they are made in.
    """
    places = {slot.name: slot for slot in asked.slots}
    found: dict[Path, Any] = {}
    for name, sample in samples.items():
        if (slot := places.get(name)) is not None:
            with suppress(ValidationError):  # another release has another type in this place
                found[slot.path] = _fitting(slot, laws.of(sample, setting))
        elif beside := _takes_more(asked):
            found[beside, name] = laws.of(sample, setting)
    return found


def kept(values: Mapping[Path, Any]) -> dict[Path, Any]:
    """Values without those that say that nothing is given."""
    return {path: value for path, value in values.items() if value is not None}


def _takes_more(asked: Asked) -> str:
    """The parameter whose request object takes further fields, "" where none does."""
    models = ((p.name, p.model.model_config) for p in asked.parameters if p.model is not None)
    return next((name for name, config in models if config.get("extra") == "allow"), "")


def _fitting(slot: Slot, value: Any) -> Any:
    """Plain data in the classes that a place asks for; those of a request object it makes itself.

    Raises:
        ValidationError: The place asks for something else.
    """
    if isinstance(value, Upload):
        forms = (wanted(option).form for option in options(slot.annotation))
        kind = next((form for form in forms if isinstance(form, type) and form is not NoneType), None)
        return value.data if kind is None else value.of(kind)
    if len(slot.path) == 1 and isinstance(value, dict | list):
        try:
            return TypeAdapter(slot.annotation).validate_python(value)
        except ValidationError:
            raise
        except Exception:  # no schema can be made of the annotation
            return value
    return value


def several(value: Any, count: int) -> list[Any] | None:
    """Many of the items of a list, each twice; None where it holds nothing that can be told apart.

    Args:
        value: The list.
        count: How many there are to be.
    """
    if not isinstance(value, list) or not value:
        return None
    return [_numbered(value[0], number // 2) for number in range(count)]


def _numbered(item: Any, number: int) -> Any:
    if isinstance(item, str):
        return f"{item} {number}"
    if not isinstance(item, Mapping):
        return item
    return {k: f"{v}-{number}" if k.endswith("_id") and isinstance(v, str) else v for k, v in item.items()}


def _noun(asked: Asked, answer: Any) -> str:
    """What an answer with an ``id`` is: by its own word, or by the method's name."""
    told = getattr(answer, "object", None)
    word = told if isinstance(told, str) else MAKERS.sub("_", asked.name).strip("_")
    return word.replace(".", "_").removeprefix("openai_")
