"""The methods of two releases: which have come, gone or changed their names, and how each has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from provider_conformance.releases.changes.model import Change, Kind, Side
from provider_conformance.releases.changes.seen import Method, Seen
from provider_conformance.releases.changes.signatures import parameter_changes, written


@dataclass(frozen=True, slots=True)
class Place:
    """A method's place: its API, the side of it, and its name."""

    api: str
    side: Side
    name: str

    def __str__(self) -> str:
        return f"{self.api}.{self.name}"


Methods = Mapping[Place, Method]


def places(seen: Seen) -> dict[Place, Method]:
    """All methods of a release by their places."""
    return {
        Place(api, side, name): method
        for (api, side), methods in seen.methods.items()
        for name, method in methods.items()
    }


def method_changes(old: Seen, new: Seen) -> Iterator[Change]:
    """All changes of methods, those of new APIs and of APIs that are gone included."""
    before, after = places(old), places(new)
    gone = {place: method for place, method in before.items() if place not in after}
    come = {place: method for place, method in after.items() if place not in before}
    renamed = _renamed(gone, come)
    moved = _moved({p: m for p, m in gone.items() if p not in renamed}, _left(come, renamed.values()))
    went = {**renamed, **moved}
    for place in _left(gone, went):
        yield _about(place, Change(Kind.METHOD_REMOVED, before=signature(gone[place])))
    for place in _left(come, went.values()):
        note = "optional" if come[place].declared.optional else ""
        yield _about(place, Change(Kind.METHOD_ADDED, after=signature(come[place]), note=note))
    for place, now in went.items():
        kind, texts = Kind.METHOD_MOVED, (place.api, now.api)
        if place in renamed:
            kind, texts = Kind.METHOD_RENAMED, (place.name, now.name)
        yield _about(now, Change(kind, before=texts[0], after=texts[1]))
    for place in before:
        now = went.get(place, place)
        if now in after:
            yield from (_about(now, change) for change in _compared(before[place], after[now]))


def _about(place: Place, change: Change) -> Change:
    return replace(change, api=place.api, side=place.side, method=place.name)


def _left(methods: Methods, without: Iterable[Place]) -> dict[Place, Method]:
    taken = {*without}
    return {place: method for place, method in methods.items() if place not in taken}


def _compared(old: Method, new: Method) -> Iterator[Change]:
    yield from parameter_changes(old, new)
    was, now = old.declared, new.declared
    if was.result is not now.result:
        yield Change(Kind.RESULT_KIND, before=was.result.value, after=now.result.value)
    if old.returns != new.returns:
        yield Change(Kind.RESULT_TYPE, before=old.returns, after=new.returns)
    if was.optional != now.optional:
        texts = {True: "optional", False: "required"}
        yield Change(Kind.METHOD_OPTIONAL, before=texts[was.optional], after=texts[now.optional])
    if was.binding is not now.binding:
        yield Change(Kind.METHOD_BINDING, before=was.binding.value, after=now.binding.value)


def signature(method: Method) -> str:
    """A method as its source shows it: "get_model(model_id: str) -> Model"."""
    shown = ", ".join(method.declared.signature.rendered(lambda p: written(p, method)))
    return f"{method.name}({shown})" + (f" -> {method.returns}" if method.returns else "")


# -- new names and new places -------------------------------------------------------------------


def _renamed(gone: Methods, come: Methods) -> dict[Place, Place]:
    """The methods that go on under another name in the same protocol; each has one candidate only."""
    return _only(
        (one, other)
        for one, was in gone.items()
        for other, now in come.items()
        if (one.api, one.side) == (other.api, other.side) and _is_same(was, now)
    )


def _moved(gone: Methods, come: Methods) -> dict[Place, Place]:
    """The methods that go on under the same name in another API; each has one candidate only."""
    return _only(
        (one, other) for one in gone for other in come if (one.side, one.name) == (other.side, other.name)
    )


def _only(pairs: Iterable[tuple[Place, Place]]) -> dict[Place, Place]:
    found = [*pairs]
    before, after = [one for one, _ in found], [other for _, other in found]
    return {one: other for one, other in found if before.count(one) == 1 and after.count(other) == 1}


def _is_same(was: Method, now: Method) -> bool:
    """Whether a method may go on under another name.

    It has the same verb, and the same parameters: by name, or once what the verb acts upon is put in the
    place of what it has acted upon (`register_vector_db(vector_db)`, `register_vector_store(vector_store)`).
    """
    (verb, noun), (now_verb, now_noun) = _words(was.name), _words(now.name)
    if verb != now_verb or was.declared.result is not now.declared.result:
        return False
    names, now_names = ([p.name for p in one.declared.signature.parameters] for one in (was, now))
    if noun and now_noun and [name.replace(noun, now_noun) for name in names] == now_names != names:
        return True
    return bool(names) and names == now_names and was.returns == now.returns


def _words(name: str) -> tuple[str, str]:
    verb, _, noun = name.partition("_")
    return verb, noun
