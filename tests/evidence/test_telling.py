"""What rules about calls are given, and why there is nothing to judge where it is not there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.calling.calling import Seen
from provider_conformance.evidence.calls import Observed
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.telling import HURRIED, MethodCalls, StreamCall, Streams, one_a_method
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package.exceptions import Nature

ASKED: Any = SimpleNamespace(name="ask")
SUBJECT: Any = SimpleNamespace(method="ask")


def call(label: str = "usual", **more: Any) -> Seen:
    return Seen("ask", label, "provider.ask()", {}, **more)


def crash(label: str = "usual") -> Seen:
    return call(label, error=KeyError("a"), nature=Nature.CRASH, place=Location("provider.py", 1))


REFUSED = ValueError("not that")


def found(*seen: Seen, **more: Any) -> Observed:
    return Observed({"ask": ASKED}, seen, **more)


def told(method: str, message: str = "") -> Finding:
    return Finding("", Severity.ERROR, message, method)


@pytest.mark.parametrize(
    ("seen", "why", "inconclusive", "see"),
    [
        (found(unseen={"ask": "nothing fits"}), "it is not called: nothing fits", False, ()),
        (found(), "no arguments can be made for it", True, ()),
        (found(ended="it ended"), "it ended", True, ()),
        (found(call(error=REFUSED), call(late=True)), "it does not come back", False, ("PC659",)),
        (found(crash()), "it crashes: KeyError: 'a'", False, ("PC660",)),
        (found(call(error=REFUSED)), "it accepts none of the calls", False, ()),
    ],
)
def test_a_method_that_answers_nothing_is_not_judged_by_its_answers(
    seen: Observed, why: str, inconclusive: bool, see: tuple[str, ...]
) -> None:
    with pytest.raises(NotJudged, match=why) as absent:
        MethodCalls.collect(SUBJECT, seen)
    assert (absent.value.inconclusive, absent.value.see) == (inconclusive, see)


def test_one_answer_is_enough_for_all_calls_to_be_judged() -> None:
    seen = (call(error=REFUSED), call("full", answer=1))
    assert MethodCalls.collect(SUBJECT, found(*seen)).seen == seen


@pytest.mark.parametrize(
    ("seen", "why", "inconclusive", "see"),
    [
        ((), "it was not called with `stream=True`", True, ()),
        ((call("streamed", error=REFUSED),), "it refuses to stream", False, ()),
        ((crash("streamed"),), "it crashes", False, ("PC660",)),
        ((call("streamed", late=True),), "it does not come back", False, ("PC659",)),
    ],
)
def test_a_call_for_a_stream_that_is_not_answered_is_not_judged(
    seen: tuple[Seen, ...], why: str, inconclusive: bool, see: tuple[str, ...]
) -> None:
    with pytest.raises(NotJudged, match=why) as absent:
        StreamCall.collect(MethodCalls(ASKED, (call(answer=1), *seen)), found())
    assert (absent.value.inconclusive, absent.value.see) == (inconclusive, see)


@pytest.mark.parametrize(
    ("seen", "why", "see"),
    [
        (call("streamed", answer=[1]), "there is no stream to judge", ("PC652",)),
        (crash("streamed"), "there is no stream to judge", ("PC652",)),
        (call("streamed", error=REFUSED), "it refuses to stream", ()),
    ],
)
def test_without_a_stream_there_is_nothing_to_leave(seen: Seen, why: str, see: tuple[str, ...]) -> None:
    with pytest.raises(NotJudged, match=why) as absent:
        Streams.collect(MethodCalls(ASKED, (call(answer=1), seen)))
    assert absent.value.see == see


def test_of_each_method_the_first_finding_is_told() -> None:
    findings = [told("ask", "a"), told("tell", "b"), told("ask", "c")]
    assert [one.message for one in one_a_method(found(), findings)] == ["a", "b"]


@pytest.mark.parametrize(
    ("seen", "inconclusive"),
    [
        (found(ended="it ended"), True),
        (found(unseen={"ask": "nothing fits"}), False),
        (found(call(answer=1), ended="it ended"), True),
        (found(call(answer=1), hurried=True), True),
        (found(call(error=OSError(), nature=Nature.NO_BACK_END)), True),
        (found(call(error=REFUSED)), False),
    ],
)
def test_what_was_not_seen_is_no_pass(seen: Observed, inconclusive: bool) -> None:
    with pytest.raises(NotJudged) as absent:
        list(one_a_method(seen, [], "it accepts nothing", all_kinds=True))
    assert absent.value.inconclusive is inconclusive


@pytest.mark.parametrize("seen", [found(call(answer=1)), found(call(error=REFUSED))])
def test_what_was_seen_is_a_pass(seen: Observed) -> None:
    assert list(one_a_method(seen, [])) == []


def test_only_what_needs_all_kinds_of_calls_minds_that_some_were_left_out() -> None:
    hurried = found(call(answer=1), hurried=True)
    assert list(one_a_method(hurried, [])) == []
    with pytest.raises(NotJudged, match=HURRIED[:20]):
        list(one_a_method(hurried, [], all_kinds=True))
