"""A provider's own process: it is ended with the run, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.isolation.parent import Asked, Death, Process
from provider_conformance.isolation.remote import Remote
from provider_conformance.sandbox.limits import Limits
from support.packages import FIXTURES

PACKAGES = FIXTURES / "packages"


def _asked(name: str) -> Asked:
    return Asked(str(PACKAGES / name), FIXTURES, "auto", None, "auto", Limits(seconds=10))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_that_is_ended_is_gone() -> None:
    process = Process(_asked("hostile_good"))
    told = process.answer("provider")
    assert not isinstance(told, Death)
    pid = process._process.pid
    process.end()
    process.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_provider_comes_through_as_it_is() -> None:
    remote = Remote(_asked("hostile_good"))
    try:
        provider = remote.load()
    finally:
        remote.close()
    (spec,) = provider.specs
    assert (provider.name, provider.stack, provider.problem) == ("hostile_good", "builtin", None)
    assert (spec.api, spec.provider_type, spec.raw) == ("safety", "inline::hostile_good", None)


def test_a_provider_that_is_not_there_is_a_usage_error() -> None:
    remote = Remote(_asked("no_such_package"))
    with pytest.raises(UsageError, match="there is no"):
        remote.load()
    remote.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc who is alive")
@pytest.mark.parametrize("package", ["hostile_good", "hostile_spins"])
def test_a_process_does_not_outlive_a_run_that_is_killed(package: str) -> None:
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from provider_conformance.isolation.parent import Asked, Process
        from provider_conformance.sandbox.limits import Limits

        fixtures = Path({str(FIXTURES)!r})
        package = str(fixtures / "packages" / {package!r})
        asked = Asked(package, fixtures, "auto", None, "auto", Limits(seconds=2))
        print(Process(asked)._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    pid = int(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)
    end = time.monotonic() + 60
    while _is_alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_alive(pid)
