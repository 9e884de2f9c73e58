"""What the watch sees and refuses, and above all what it leaves alone."""

from __future__ import annotations

import contextlib
import importlib
import logging
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from provider_conformance.sandbox import watching
from provider_conformance.sandbox.constructing import construct
from provider_conformance.sandbox.endings import EndedProcess
from provider_conformance.sandbox.limits import Limits, limited
from provider_conformance.sandbox.watching import FILES, NETWORK, Owner, Violation, watched, while_imported
from support.packages import write

Make = Callable[[str], ModuleType]
NOWHERE = "/provider-conformance-nowhere"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a module that counts as a provider's, which is not imported yet."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def _make(text: str) -> ModuleType:
        write(tmp_path, {"watched_provider.py": text})
        importlib.invalidate_caches()
        return importlib.import_module("watched_provider")

    yield _make
    sys.modules.pop("watched_provider", None)


def _seen(tmp_path: Path, function: Callable[[], object]) -> tuple[Violation, ...]:
    with watched(Owner((tmp_path,))) as watch, contextlib.suppress(OSError, sqlite3.OperationalError):
        function()
    return tuple(watch.violations)


REFUSED = {
    "connect": ("socket.create_connection(('192.0.2.1', 80))", NETWORK, "connects to 192.0.2.1:80"),
    "look-up": (
        "socket.create_connection(('api.example.com', 443))",
        NETWORK,
        "looks up api.example.com:443",
    ),
    "old look-up": ("socket.gethostbyname('api.example.com')", NETWORK, "looks up api.example.com"),
    "datagram": (
        "with socket.socket(type=socket.SOCK_DGRAM) as s: s.sendto(b'a', ('192.0.2.1', 53))",
        NETWORK,
        "sends to 192.0.2.1:53",
    ),
    "version 6": (
        "with socket.socket(socket.AF_INET6) as s: s.connect(('2001:db8::1', 80))",
        NETWORK,
        "connects to 2001:db8::1:80",
    ),
    "library": (
        "urllib.request.urlopen('http://api.example.com/v1')",
        NETWORK,
        "looks up api.example.com:80",
    ),
    "write": (f"open('{NOWHERE}', 'w')", FILES, f"writes {NOWHERE}"),
    "append": (f"pathlib.Path('{NOWHERE}').open('a')", FILES, f"writes {NOWHERE}"),
    "low level": (f"os.open('{NOWHERE}', os.O_CREAT | os.O_WRONLY)", FILES, f"writes {NOWHERE}"),
    "folder": (f"os.makedirs('{NOWHERE}/a')", FILES, f"makes the folder {NOWHERE}"),
    "database": (f"sqlite3.connect('{NOWHERE}.db')", FILES, f"makes the database {NOWHERE}.db"),
    "link": (f"os.symlink('/tmp', '{NOWHERE}')", FILES, f"links {NOWHERE}"),
    "log file": (f"logging.FileHandler('{NOWHERE}.log')", FILES, f"writes {NOWHERE}.log"),
    "own package": (
        "open(os.path.join(os.sep, 'usr', 'lib', 'nowhere.db'), 'w')",
        FILES,
        "writes /usr/lib/nowhere.db",
    ),
}
_IMPORTS = "import logging, os, pathlib, socket, sqlite3, tempfile, threading, urllib.request\n"


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused_is_told_with_its_place(make: Make, tmp_path: Path, code: str) -> None:
    text, kind, what = REFUSED[code]
    module = make(f"{_IMPORTS}\ndef start():\n    {text}\n")
    (seen,) = _seen(tmp_path, module.start)
    assert (seen.kind, seen.what, seen.within, seen.imported) == (kind, what, "start", False)
    assert str(seen.location) == f"{tmp_path}/watched_provider.py:4"
    assert not Path(NOWHERE).exists()


def test_nothing_is_refused_without_a_watch(make: Make) -> None:
    module = make(f"def start():\n    open('{NOWHERE}/none', 'w')\n")
    with pytest.raises(FileNotFoundError):
        module.start()


ALLOWED = {
    "loopback": "with socket.socket() as s: s.connect_ex(('127.0.0.1', 9))",
    "localhost": "socket.getaddrinfo('localhost', 80)",
    "version 6": "socket.getaddrinfo('::1', 80)",
    "any address": "socket.getaddrinfo(None, 80)",
    "own name": "socket.getaddrinfo(socket.gethostname(), 80)",
    "own address": "s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9)); s.close()",
    "pair": "a, b = socket.socketpair(); a.close(); b.close()",
    "server": "s = socket.create_server(('127.0.0.1', 0)); s.close()",
    "unix socket": "with socket.socket(socket.AF_UNIX) as s: s.connect_ex('/nowhere')",
    "temporary file": "with tempfile.TemporaryFile('w') as f: f.write('a')",
    "temporary folder": "tempfile.mkdtemp()",
    "null": "open(os.devnull, 'w').close()",
    "reading": "pathlib.Path(__file__).read_text()",
    "pipe": "r, w = os.pipe(); os.fdopen(w, 'w').close(); os.close(r)",
    "memory database": "sqlite3.connect(':memory:').close()",
    "read-only database": "sqlite3.connect('file:/usr/none.db?mode=ro', uri=True)",
    "folder that is there": "os.makedirs('/usr', exist_ok=True)",
    "removing nothing": "pathlib.Path('/usr/nowhere').unlink(missing_ok=True)",
    "logging": "logging.getLogger('a').error('b')",
    "byte code": "import colorsys",
}


@pytest.mark.parametrize("code", ALLOWED)
def test_what_is_allowed_is_left_alone(make: Make, tmp_path: Path, code: str) -> None:
    module = make(f"{_IMPORTS}\ndef start():\n    {ALLOWED[code]}\n")
    sys.modules.pop("colorsys", None)
    assert _seen(tmp_path, module.start) == ()


def test_what_others_do_is_not_the_providers(tmp_path: Path) -> None:
    assert _seen(tmp_path, lambda: socket.getaddrinfo("192.0.2.1", 80)) == ()
    assert _seen(tmp_path, lambda: Path(NOWHERE, "none").write_text("")) == ()


def test_a_log_record_is_written_by_the_users_own_handler(make: Make, tmp_path: Path) -> None:
    module = make("import logging\ndef start():\n    logging.getLogger('users').error('a')\n")
    handler = logging.FileHandler(f"{NOWHERE}/log", delay=True)
    handler.handleError = lambda record: None  # type: ignore[method-assign] - there is no such folder
    logging.getLogger("users").addHandler(handler)
    try:
        assert _seen(tmp_path, module.start) == ()
    finally:
        logging.getLogger("users").removeHandler(handler)


def test_an_import_that_talks_is_kept_for_the_process(make: Make, tmp_path: Path) -> None:
    text = """
        import contextlib, socket
        with contextlib.suppress(OSError):
            socket.create_connection(("api.example.com", 80))
    """
    (seen,) = _seen(tmp_path, lambda: make(text))
    assert seen.imported
    assert while_imported(Owner((tmp_path,))) == (seen,)


def test_a_thread_of_the_providers_is_watched_as_it_is(make: Make, tmp_path: Path) -> None:
    module = make(
        """
        import socket, threading

        def work():
            try:
                socket.create_connection(("api.example.com", 80))
            except OSError:
                pass

        def start():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        """
    )
    (seen,) = _seen(tmp_path, module.start)
    assert seen.within == "work"


def test_a_thread_of_somebody_else_is_not(make: Make, tmp_path: Path) -> None:
    module = make("import socket\ndef work():\n    socket.getaddrinfo('192.0.2.1', 80)\n")
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(10)
        module.work()
        done.set()

    threading.Thread(target=work, daemon=True).start()
    with watched(Owner((tmp_path,))) as watch:
        go.set()
        done.wait(10)
    assert watch.violations == []


def test_a_look_up_in_a_thread_of_the_loops_is_told_with_who_asked(make: Make, tmp_path: Path) -> None:
    module = make(
        """
        import asyncio

        async def get_provider_impl():
            await asyncio.open_connection("api.example.com", 80)
        """
    )
    with watched(Owner((tmp_path,))):
        tried = construct(module.get_provider_impl, ())
    assert isinstance(tried.error, socket.gaierror)
    (seen,) = tried.violations
    assert (seen.what, seen.within) == ("looks up api.example.com:80", "get_provider_impl")


def test_a_network_that_is_allowed_is_not_refused(make: Make, tmp_path: Path) -> None:
    module = make("import socket\ndef start():\n    socket.getaddrinfo('name.invalid', 80)\n")
    with limited(Limits(network=True)):
        assert _seen(tmp_path, module.start) == ()


ENDS = {
    "os._exit(3)": "os._exit(3)",
    "os.abort()": "os.abort()",
    "os.kill(os.getpid(), signal.SIGKILL)": "os.kill(..., SIGKILL)",
    "signal.raise_signal(signal.SIGTERM)": "signal.raise_signal(SIGTERM)",
    "os.killpg(0, signal.SIGTERM)": "os.killpg(..., SIGTERM)",
}


@pytest.mark.parametrize("code", ENDS)
def test_the_process_goes_on(make: Make, tmp_path: Path, code: str) -> None:
    module = make(f"import os, signal\ndef start():\n    {code}\n")
    with watched(Owner((tmp_path,))), pytest.raises(EndedProcess) as raised:
        module.start()
    assert raised.value.how == ENDS[code]


def test_a_signal_that_ends_nothing_is_sent(make: Make, tmp_path: Path) -> None:
    module = make(
        """
        import os, signal

        def start():
            seen = []
            before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
            os.kill(os.getpid(), 0)
            os.kill(os.getpid(), signal.SIGUSR1)
            signal.signal(signal.SIGUSR1, before)
            return seen
        """
    )
    with watched(Owner((tmp_path,))):
        assert module.start() == [1]


def test_a_process_of_the_providers_own_ends_as_it_likes(make: Make, tmp_path: Path) -> None:
    module = make(
        """
        import os

        def start():
            child = os.fork()
            if not child:
                os._exit(7)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        """
    )
    with watched(Owner((tmp_path,))):
        assert module.start() == 7


def test_what_a_library_caches_is_its_own_affair(make: Make, tmp_path: Path) -> None:
    text = "def keep(path):\n    open(path, 'w')\n"
    write(tmp_path, {"lib/watched_library.py": text})
    module = make("import sys\ndef start(keep, path):\n    keep(path)\n")
    sys.path.insert(0, str(tmp_path / "lib"))
    try:
        keep = importlib.import_module("watched_library").keep
    finally:
        sys.path.remove(str(tmp_path / "lib"))
    owner = Owner((tmp_path / "watched_provider.py",))
    with watched(owner) as watch:
        with pytest.raises(FileNotFoundError):
            module.start(keep, str(Path("~/.cache-of-nobody/a/b").expanduser()))
        with pytest.raises(PermissionError):
            module.start(keep, f"{NOWHERE}/a")
    assert [violation.what for violation in watch.violations] == [f"writes {NOWHERE}/a"]


def test_a_thread_that_only_runs_a_library_is_traced_to_who_started_it(make: Make, tmp_path: Path) -> None:
    module = make(
        """
        import concurrent.futures, socket

        def start():
            with concurrent.futures.ThreadPoolExecutor(1) as executor:
                executor.submit(socket.getaddrinfo, "api.example.com", 80).exception()
                executor.submit(open, "/provider-conformance-nowhere", "w").exception()
        """
    )
    seen = _seen(tmp_path, module.start)
    assert [violation.what for violation in seen] == ["looks up api.example.com:80", f"writes {NOWHERE}"]
    assert {str(violation.location) for violation in seen} == {f"{tmp_path}/watched_provider.py:5"}


def test_a_thread_that_gets_the_number_of_one_that_has_ended_is_watched(tmp_path: Path) -> None:
    seen: list[object] = []
    before = threading.Thread(target=lambda: None)
    before.start()
    before.join()

    def begin() -> None:
        watch.outside = {threading.get_ident(): before}  # it ended after the watch began
        seen.append(watching.current())
        later = threading.Thread(target=lambda: None)
        later.start()
        seen.append(later.daemon)

    with watched(Owner((tmp_path,))) as watch:
        thread = threading.Thread(target=begin)
        thread.start()
        thread.join()
    assert seen == [watch, True]


def test_a_thread_that_was_there_before_is_not_watched(tmp_path: Path) -> None:
    go, seen = threading.Event(), list[object]()
    thread = threading.Thread(target=lambda: (go.wait(10), seen.append(watching.current())))
    thread.start()
    with watched(Owner((tmp_path,))):
        go.set()
        thread.join()
    assert seen == [None]
