"""The process of a provider: ``python -m provider_conformance.isolation.child IN OUT CRASH PULSE``.

The numbers are of descriptors: requests come by the first, answers go by the second, where the
process is ended by a signal or by the clock the third is told where it was, and by the fourth the
other process sees whether the provider's code is running.
"""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

from provider_conformance.configuration.given import Trying, read_given
from provider_conformance.configuration.sampling import read_samples
from provider_conformance.configuration.servers import servers_for
from provider_conformance.errors import ConformanceError, StackIncompleteError
from provider_conformance.evidence.subject import Subject
from provider_conformance.isolation.messages import from_provider, line
from provider_conformance.isolation.patience import Pulse
from provider_conformance.package import loading, staging, targets
from provider_conformance.package.model import Provider, Spec
from provider_conformance.providers import views
from provider_conformance.rules import all_rules
from provider_conformance.run.checks import Check, encode_judgement
from provider_conformance.run.engine import apply
from provider_conformance.run.planning import contract_for, plan
from provider_conformance.sandbox import alarm, sparing, watching
from provider_conformance.sandbox.limits import Limits, limited, limits
from provider_conformance.sandbox.progress import MOST

_HIGH: Final = 300
"""Descriptors from here on are not hit by code that closes what it thinks is its own."""


@dataclass(frozen=True, slots=True)
class Channel:
    """The way back; ``leave`` ends the process without asking the provider's code."""

    answers: BinaryIO

    def tell(self, **message: Any) -> None:
        """Send a message."""
        self.answers.write(line(**message))
        self.answers.flush()


def main(arguments: list[str]) -> None:
    """Load the provider that the first request names, and answer the others, a check each."""
    requests, answers, crash, shared = (
        fcntl.fcntl(int(number), fcntl.F_DUPFD, _HIGH) for number in arguments
    )
    for number in arguments:
        os.close(int(number))
    faulthandler.enable(crash, all_threads=True)
    pulse = Pulse(shared)

    def spare() -> None:
        pulse.renew()
        _arm(crash)

    sparing.tell = spare
    channel = Channel(os.fdopen(answers, "wb"))
    waiting = _requests(os.fdopen(requests, "rb"))
    try:
        _serve(waiting, channel, lambda: _clock(crash, pulse))
    except ConformanceError as error:
        channel.tell(usage=str(error))
    except Exception:
        channel.tell(broken=traceback.format_exc())
    _end()


_for_good: Final = contextlib.ExitStack()
"""What is kept up until the process ends."""

_leave: Final = os._exit
"""At once: what the provider has registered for the end of the process may not come back."""


def _end() -> None:
    """Take down what is kept up, and leave."""
    with contextlib.suppress(Exception):
        _for_good.close()
    _leave(0)


def _requests(stream: BinaryIO) -> queue.SimpleQueue[dict[str, Any]]:
    """The requests, read by a thread that ends the process when nobody asks any more."""
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def read() -> None:
        for text in stream:
            waiting.put(json.loads(text))
        _end()

    threading.Thread(target=read, daemon=True, name="provider-conformance-requests").start()
    return waiting


def _serve(
    waiting: queue.SimpleQueue[dict[str, Any]],
    channel: Channel,
    clock: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    asked = waiting.get()
    sys.path[:] = asked["path"]
    bounds = Limits(**asked["limits"] | {"alone": True})
    _bound_memory(bounds.memory)
    alarm.last_resort = clock
    if asked["stack"] in ("auto", "builtin"):
        # Its import is no part of the provider's time.
        import_module("provider_conformance.stack.resolver")
    with limited(bounds):
        _tell_home(asked, channel)
        provider = views.load(
            asked["argument"], view=asked["view"], api=asked["api"], root=Path(asked["root"])
        )
        channel.tell(provider=from_provider(provider))
        checks = _checks(provider, asked)
        while True:
            _answer(checks[waiting.get()["check"]], channel)


def _tell_home(asked: Mapping[str, Any], channel: Channel) -> None:
    """Say whose files are the provider's, before any of them is run."""
    target = targets.parse(asked["argument"], Path(asked["root"]))
    if target.folder is not None:
        staging.stage(target.folder, target.module)
    home = loading.home_of(target.module)
    channel.tell(home=[str(place) for place in home.places], name=target.name, package=target.module)


def _checks(provider: Provider, asked: Mapping[str, Any]) -> dict[str, Check]:
    try:
        contract = contract_for(provider, asked["stack"])
    except StackIncompleteError:
        contract = None
    contracts = {provider.name: contract}
    given = read_given(Path(asked["config"]), provider.specs) if asked["config"] else {}
    # Their parent has looked whether there are such methods.
    samples = read_samples(Path(asked["samples"]), provider.specs, _any) if asked["samples"] else {}
    wanted = provider.specs if asked["standin"] and not asked["backend"] else ()
    trying = Trying(asked["backend"], given, samples, *servers_for(wanted, _for_good))
    planned = plan([provider], contracts, all_rules(), find=views.finder(asked["view"]), trying=trying)
    return {check.id: check for check in planned}


def _any(_spec: Spec) -> tuple[str, ...]:
    return ()


def _answer(check: Check, channel: Channel) -> None:
    if check.subject.spec is not None:
        channel.tell(phase="class")
        _find_class(check.subject)
    channel.tell(phase="rule")
    channel.tell(result=encode_judgement(apply(check)))


def _find_class(subject: Subject) -> None:
    """Import the module of the spec, watched as a check is."""
    owner = watching.Owner(subject.provider.places)
    # Whatever that raises is told by the checks that it concerns.
    with (
        contextlib.suppress(Exception, SystemExit),
        loading.reading(subject.provider.reader),
        watching.watched(owner),
    ):
        subject.implementation()


def _bound_memory(size: int) -> None:
    import resource  # noqa: PLC0415 - not on every system, as the whole of this module

    # What is counted on Linux is what the process has written or may write, not what it maps.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (size, resource.getrlimit(kind)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _arm(crash: int) -> None:
    faulthandler.dump_traceback_later(MOST * limits().seconds + 2 * alarm.MERCY, exit=True, file=crash)


@contextlib.contextmanager
def _clock(crash: int, pulse: Pulse) -> Any:
    """End the process where nothing else brings the provider's code back, a loop in C included.

    The process that has asked counts the time that this one has had, where the system tells it that. Else,
    and where that process is gone, there is the end that comes even on a busy machine.
    """
    _arm(crash)
    pulse.begin()
    try:
        yield
    finally:
        pulse.end()
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(sys.argv[1:])
