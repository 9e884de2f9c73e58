"""What a resolution promises, as a pure function over what was asked for and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from provider_conformance.hosts.model import ProviderSketch, Resolution, StackSketch, Vocabulary

_BARE: Final = (KeyError, IndexError, AttributeError, TypeError, RecursionError)


def explains(error: BaseException | None, *names: str) -> bool:
    """Whether there is an error that names all of ``names``.

    An error that Python itself raises about a key or about recursion was not written for a reader.
    """
    if error is None or type(error) in _BARE:
        return False
    return all(name in str(error) for name in names)


def broken_promise(sketch: StackSketch, resolution: Resolution, vocabulary: Vocabulary) -> str:
    """What is wrong with the resolution of a sound run config, in a sentence; empty where nothing is."""
    if resolution.error is not None:
        return f"a sound run config is refused: {type(resolution.error).__name__}: {resolution.error}"
    return next(_broken(sketch, resolution, vocabulary), "")


def _broken(sketch: StackSketch, resolution: Resolution, vocabulary: Vocabulary) -> Iterator[str]:
    declared = {provider.provider_type: provider for provider in sketch.providers}
    times = Counter(started.provider_type for started in resolution.started)
    for kind in declared:
        if times[kind] != 1:
            yield f"{kind} is built {times[kind]} times"
    place = {started.provider_type: number for number, started in enumerate(resolution.started)}
    behind = sketch.by_api()
    for started in resolution.started:
        provider = declared[started.provider_type]
        yield from _wrong_deps(provider, dict(started.received), vocabulary, sketch)
        for api in (*provider.needs, *provider.may_use):
            for other in behind.get(vocabulary.served_by(api), ()):
                if place.get(other.provider_type, -1) > place[provider.provider_type]:
                    yield f"{provider.provider_type} is built before {other.provider_type}, and needs {api}"


def _wrong_deps(
    provider: ProviderSketch, received: dict[str, str], vocabulary: Vocabulary, sketch: StackSketch
) -> Iterator[str]:
    wanted = {*provider.needs, *provider.may_use}
    if missing := sorted(wanted - received.keys()):
        yield f"{provider.provider_type} declares {', '.join(missing)} and does not get it"
    if more := sorted(received.keys() - wanted):
        yield f"{provider.provider_type} gets {', '.join(more)}, which it does not declare"
    for api in sorted(wanted & received.keys()):
        own = api in vocabulary.routed or api in vocabulary.routed.values()
        kinds = {""} if own else {p.provider_type for p in sketch.by_api().get(api, ())}
        if received[api] not in kinds:
            yield f"{provider.provider_type} gets {received[api] or 'the stack itself'} for {api}"
