"""PC721-PC727: what a provider does to the machine and to the process that it runs in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from provider_conformance.evidence.conduct import (
    Conduct,
    Exercise,
    by_design,
    fallback,
    is_over_time,
    place_of,
    root_of,
)
from provider_conformance.evidence.loading import has_spec
from provider_conformance.evidence.start import KEPT, Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Level, Location, Severity
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox import endings, watching
from provider_conformance.sandbox.constructing import FactoryTimeoutError
from provider_conformance.sandbox.limits import MEBIBYTE, limits
from provider_conformance.sandbox.watching import Violation

_SHOWN: Final = 3


def _done(subject: Subject, conduct: Conduct, kind: str, why: str, fix: str) -> Iterator[Finding]:
    """One finding for all that a provider did of one kind."""
    told = [violation for violation in conduct.of(kind) if not by_design(subject, violation)]
    if told:
        light = all(violation.what.startswith("replaces") for violation in told)
        severity = Severity.WARNING if light else Severity.ERROR
        place = told[0].location or fallback(subject)
        yield Finding("", severity, _sentence(told), location=place, why=why, fix=fix)
    elif conduct.unseen:
        raise NotJudged(f"what it does while it runs was not seen: {conduct.unseen}")


def _sentence(told: Sequence[Violation]) -> str:
    first, *others = told
    where = "importing it" if first.imported else f"`{first.within}`" if first.within else "it"
    more = dict.fromkeys(violation.what for violation in others if violation.what != first.what)
    listed = [*more][:_SHOWN]
    rest = f" (and {', '.join(listed)}{', ...' if len(more) > _SHOWN else ''})" if more else ""
    return f"{where} {first.what}{rest}"


@rule("PC721", "network", scope=Scope.SPEC, applies=has_spec)
def network(subject: Subject, conduct: Conduct) -> Iterator[Finding]:
    """Check that the provider sends nothing beyond this machine where it should not.

    What it does:
        Watches every connection, datagram and look-up while the package is imported, its specs
        are read, and the provider is built, initialized, asked for its listing, given an object to
        register, and shut down. What goes beyond loopback is refused, and told with the line that
        tried. A remote provider may look for its backend, but not while it is imported. Nothing is
        refused or told with `--provider-backend`.

    Why is this bad:
        The stack imports every provider that its registry names, also those that no run config
        uses: on a machine without a network it does not start, and elsewhere it starts slowly and
        talks to somebody whom nobody asked. An inline provider is chosen where data stays in.

    Example:
        ```python
        # my_pkg/provider.py
        VERSION = httpx.get("https://api.example.com/version").text
        ```

    How to fix:
        Connect where a request needs it, or at the earliest in `initialize`, and declare the
        provider as remote. Ship what an inline provider needs, or let its configuration name a path.

    Source:
        The registry of the stack, which imports all providers; the specs' kinds.
    """
    why = "the stack imports every provider that it knows, and an inline one is chosen where data stays in"
    fix = "connect when a request needs it, and make it a remote provider if it cannot do without"
    yield from _done(subject, conduct, watching.NETWORK, why, fix)


@rule("PC722", "writes-files", scope=Scope.SPEC, applies=has_spec)
def writes_files(subject: Subject, conduct: Conduct) -> Iterator[Finding]:
    """Check that the provider writes where its configuration says and nowhere else.

    What it does:
        Watches what is opened for writing, made, renamed and removed while the package is imported
        and the provider is built, used and shut down. Home, the stacks' own folders and
        `__distro_dir__` are a temporary folder then; writing there is fine, as in any folder for
        temporary files. What is written elsewhere is refused and told with the line that tried. What
        libraries keep in their caches is left alone.

    Why is this bad:
        In a container the file system is read-only but for a volume, and the path of that volume is in
        the run config. A path that is written in the code cannot be moved there, and two
        instances share it.

    Example:
        ```python
        async def initialize(self):
            self.db = sqlite3.connect("/var/lib/my_pkg/index.db")
        ```

    How to fix:
        Take the path from the configuration; let `sample_run_config(__distro_dir__)` put it into
        that folder.

    Source:
        `sample_run_config` of the stacks' own providers.
    """
    why = "where the file system is read-only but for the folder in the run config, the provider fails"
    fix = "take the path from the configuration, and let sample_run_config put it under __distro_dir__"
    yield from _done(subject, conduct, watching.FILES, why, fix)


@rule("PC727", "standard-output", scope=Scope.SPEC, applies=has_spec)
def standard_output(subject: Subject, conduct: Conduct) -> Iterator[Finding]:
    """Check that the provider leaves standard output and standard error as they are.

    What it does:
        Looks whether `sys.stdout`, `sys.stderr` or the descriptors 1 and 2 are closed or others after
        an import and after a trial. Replacing them is a warning, closing them an error.

    Why is this bad:
        The stack and its server log there. On a closed stream every later message of every
        provider is an error, or is lost.

    Example:
        ```python
        sys.stdout.close()  # to silence a library
        ```

    How to fix:
        Use `contextlib.redirect_stdout` around the call that is too loud, and `logging` otherwise.

    Source:
        The logging of the stacks, whose handlers write to standard error.
    """
    why = "the stack and every other provider in its process write their log there"
    yield from _done(subject, conduct, watching.OUTPUT, why, "use contextlib.redirect_stdout for a while")


# -- what does not come back ---------------------------------------------------------------------


def _blamed(message: str, place: Location | None, why: str, fix: str) -> Finding:
    return Finding("", Severity.ERROR, message, location=place, why=why, fix=fix)


@rule("PC723", "ends-the-process", scope=Scope.SPEC, applies=has_spec, level=Level.STARTS)
def ends_the_process(subject: Subject, done: Exercise) -> Iterator[Finding]:
    """Check that the provider does not end the process that it runs in.

    What it does:
        Builds, uses and shuts down the provider, and looks for `sys.exit`, `os._exit`, `os.abort`,
        and fatal signals to its own process, which are kept from taking effect. With `--provider-isolate`
        also for what nothing in the process can stop: a segmentation fault, or the system's own
        kill. A child process of the provider's may end as it likes. What happens while the package is
        imported is told by PC101.

    Why is this bad:
        All providers of a stack share its process: one that gives up takes the others and every
        request with it, and `except Exception` around it helps against none of these.

    Example:
        ```python
        async def get_provider_impl(config, deps):
            if not config.api_key:
                sys.exit("no API key")
        ```

    How to fix:
        Raise an error that says what is missing.

    Source:
        The stack's `instantiate_provider`, which runs in the server's process.
    """
    error = root_of(done.error, SystemExit)
    if isinstance(error, SystemExit):
        what = "it" if done.built else "its factory"
        message = f"{what} ends the process: {endings.how(error)}"
        why = "the stack's process ends with it, and with that every other provider"
        yield _blamed(message, place_of(subject, error), why, "raise an error that says what is missing")


@rule("PC724", "over-time", scope=Scope.SPEC, applies=has_spec, level=Level.STARTS)
def over_time(subject: Subject, first: Start, done: Exercise) -> Iterator[Finding]:
    """Check that starting the provider comes to an end.

    What it does:
        Starts a stack with the provider in it, which calls the factory and asks for a listing, and waits
        `--provider-timeout` seconds (30 by default). `initialize` and `shutdown` are told by PC707. With
        `--provider-isolate` a loop that nothing in the process can interrupt is ended as well. A remote
        provider that has tried to reach what is not on this machine, and waits and does not work, is
        inconclusive: with its back end it might come to an end. `--provider-backend` says that it is there.

    Why is this bad:
        The stack builds its providers one after the other and waits for each: it never starts.

    Example:
        ```python
        async def get_provider_impl(config, deps):
            while not ready(config.url):  # for ever, where nobody listens
                time.sleep(1)
        ```

    How to fix:
        Give what is waited for a time limit, and raise an error after it. `--provider-timeout` allows more
        to a provider that loads a large model.

    Source:
        The stack's `instantiate_provider`, which awaits the factory without a time limit.
    """
    if first.awaited:
        raise NotJudged(first.absent, inconclusive=True, see=KEPT)
    error = root_of(done.error, FactoryTimeoutError)
    if not isinstance(error, FactoryTimeoutError):
        return
    if not is_over_time(error, built=done.built):
        raise NotJudged("its factory came back; PC707 is about what comes then")
    called = f"`{error.within}`" if error.within else "its factory"
    message = f"{called} does not come back within {limits().seconds:g} s when the stack starts"
    why = "the stack waits for it without a time limit, and never starts"
    fix = "give what is waited for a time limit; --provider-timeout allows more"
    yield _blamed(message, place_of(subject, error), why, fix)


@rule("PC725", "over-memory", scope=Scope.SPEC, applies=has_spec, level=Level.STARTS)
def over_memory(subject: Subject, done: Exercise) -> Iterator[Finding]:
    """Check that the provider gets along with the memory that it may have.

    What it does:
        With `--provider-isolate` the provider's process may have `--provider-memory` MiB of memory of
        its own (4096 by default). Reports where the provider runs out of it. Without a process of its own
        there is no bound, and only a `MemoryError` that comes all the same is told.

    Why is this bad:
        The system ends the process that has taken too much, and with it every other provider.

    Example:
        ```python
        async def initialize(self):
            self.cache = bytearray(1 << 40)
        ```

    How to fix:
        Bound what is kept, and read in parts. `--provider-memory` allows more to a provider that needs it.

    Source:
        Provider packages in containers with a limit of memory.
    """
    error = root_of(done.error, MemoryError)
    if error is not None:
        message = f"it runs out of memory, of which it may have {limits().memory // MEBIBYTE} MiB"
        why = "the system ends a process that takes too much, and with it every other provider"
        fix = "bound what is kept; --provider-memory allows more"
        yield _blamed(message, place_of(subject, error), why, fix)


@rule("PC726", "threads-left", scope=Scope.SPEC, applies=has_spec)
def threads_left(subject: Subject, done: Exercise) -> Iterator[Finding]:
    """Check that no thread of the provider keeps the process from ending after the shutdown.

    What it does:
        Notes the threads that are started in a trial, and looks for those that a second after the shutdown
        still run and are no daemons: threads of the provider's, and those that a library has started when
        the provider called it, as a connection of aiosqlite does. It was started and shut down before, so
        what a library starts once for the whole process is not among them. Workers of an executor count
        where they still run code of the provider's.

    Why is this bad:
        Python waits at its end for every thread that is no daemon. The server is told to stop, says that
        it has, and stays until somebody kills it.

    Example:
        ```python
        async def initialize(self):
            threading.Thread(target=self.poll_for_ever).start()
        ```

    How to fix:
        Tell the thread in `shutdown` to end and join it, or make it a daemon.

    Source:
        `threading` in Python's documentation; the stacks' shutdown.
    """
    if done.error is not None:
        raise NotJudged("it did not come as far as its shutdown")
    if done.threads:
        names = ", ".join(f"`{name}`" for name, _place in done.threads)
        message = f"{names} still runs after the shutdown and is no daemon"
        why = "Python waits for such a thread when it ends: the stack's process stays"
        fix = "end it in shutdown, or make it a daemon"
        yield _blamed(message, done.threads[0][1] or fallback(subject), why, fix)
