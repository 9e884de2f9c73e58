"""PC728 and PC729: what a provider leaves in the process that it shares with others."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.conduct import fallback
from provider_conformance.evidence.leaving import Leaving
from provider_conformance.evidence.loading import has_spec
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.rules.model import Scope, rule


@rule("PC728", "work-left", scope=Scope.SPEC, applies=has_spec)
def work_left(subject: Subject, leaving: Leaving) -> Iterator[Finding]:
    """Check that what the provider has begun ends with its shutdown.

    What it does:
        Starts the provider, registers something with it, shuts it down and looks a second later for asyncio
        tasks that still run a coroutine of the provider's, and for processes that its own code has
        started. Looks again after all methods were called. Processes are ended then. Threads are told by
        PC726. Where the system has no /proc, as Linux has, a provider that starts a process is inconclusive.

    Why is this bad:
        A task goes on with what is closed by then, and raises where nobody sees it. The loop cancels it in
        its midst, or the server waits for it. A process stays when the server has gone.

    Example:
        ```python
        async def initialize(self):
            self.task = asyncio.create_task(self.poll())

        async def shutdown(self):
            pass
        ```

    How to fix:
        Keep the task and cancel it in `shutdown`; terminate the process there and wait for it.

    Source:
        The stack's shutdown, which closes what the task works with; Python's documentation of tasks.
    """
    for left in leaving.left(works=True):
        why = "it works with what is closed by then, and keeps the server from its end or outlives it"
        fix = "keep it, and cancel or terminate it in shutdown"
        message = f"{left.what} a second after {leaving.after(left)}"
        yield blamed(subject, message, why, fix, place=left.place or fallback(subject))


@rule("PC729", "process-changed", scope=Scope.SPEC, applies=has_spec, severity=Severity.WARNING)
def process_changed(subject: Subject, leaving: Leaving) -> Iterator[Finding]:
    """Check that the process is after the shutdown as it was before the start.

    What it does:
        Compares the process before the start and after the shutdown, also after all methods were called:
        variables of the environment, the working directory, entries of `sys.path` that lead to the provider,
        handlers of signals, level and handlers of the root logger, and files that are open. Only what the
        provider's own code has done counts, and not what its libraries do by themselves. What happens while
        it is imported is not looked at. All of it is put back. Where the system has no /proc, as Linux has,
        a provider that opens a file is inconclusive.

    Why is this bad:
        All providers of a stack share the process. A variable configures somebody else's client and is
        inherited by every process; a handler of SIGTERM keeps the server from its own shutdown; each start
        more holds a file more.

    Example:
        ```python
        async def initialize(self):
            os.environ["OPENAI_API_KEY"] = self.config.api_key
        ```

    How to fix:
        Hand settings over as arguments (`OpenAI(api_key=...)`), configure `logging.getLogger(__name__)`, and
        close what was opened in `shutdown`.

    Source:
        The stack's server, which sets handlers of signals and configures logging itself.
    """
    for left in leaving.left(works=False):
        why = "all providers share the process, and it stays so for all of them"
        fix = "leave the process as it is, or put it back in shutdown"
        message = f"{left.what} after {leaving.after(left)}"
        place = left.place or fallback(subject)
        yield blamed(subject, message, why, fix, Severity.WARNING, place=place)
