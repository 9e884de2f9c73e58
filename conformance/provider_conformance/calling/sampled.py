"""The guide of an API with what a provider's author says of calls on the provider."""

from __future__ import annotations

from dataclasses import replace

from provider_conformance.configuration.sampling import SampleCall, Samples
from provider_conformance.laws.model import Guide, Way


def guided(guide: Guide, samples: Samples) -> Guide:
    """A guide, and the author's samples: the first call on a method is the usual one, others are made too.

    Args:
        guide: How the API is called.
        samples: What the author gives.
    """
    known = {way.method: _own(way, samples.calls.get(way.method, ())) for way in guide.ways}
    further = (_own(Way(name), calls) for name, calls in samples.calls.items() if name not in known)
    return replace(guide, ways=tuple(known.values()), names=samples.names, further=tuple(further))


def _own(way: Way, calls: tuple[SampleCall, ...]) -> Way:
    answered = [call.values for call in calls if not call.refused]
    refused = tuple(call.values for call in calls if call.refused)
    if not answered:
        return replace(way, refused=refused)
    return replace(way, own=answered[0], others=(*answered[1:], *way.others), refused=refused)
