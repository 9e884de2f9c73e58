"""Defects in how a provider is configured, started and stopped, and in what it does to its process."""

from __future__ import annotations

from typing import Final

from support.defects.model import Defect, Edit

_OPEN_EVENTS: Final = "            self._store = await asyncio.to_thread(EventStore, self._config.db_path)\n"
_SCRIPT_SAMPLE: Final = 'return {"rules": [{"pattern": "(?i)hello", "answer": "Hello!"}], **kwargs}'


def _at_start(name: str, code: str, statements: str) -> Defect:
    """A defect of the telemetry provider, which does something more when it starts."""
    lines = "".join(f"            {line}\n" for line in statements.split("; "))
    return Defect(name, code, "telemetry", (Edit("telemetry.py", _OPEN_EVENTS, _OPEN_EVENTS + lines),))


LIFE: Final = (
    Defect(
        "has a sample configuration with a misspelt key",
        "PC701",
        "safety",
        (
            Edit(
                "config.py", 'return {"shields": shields, **kwargs}', 'return {"sheilds": shields, **kwargs}'
            ),
        ),
    ),
    Defect(
        "has a sample configuration that lacks what is required",
        "PC701",
        "memory",
        (
            Edit(
                "config.py",
                '        default=":memory:", min_length=1, description',
                "        min_length=1, description",
            ),
            Edit("config.py", '"db_path": ":memory:", ', ""),
        ),
    ),
    Defect(
        "has objects in its sample configuration",
        "PC702",
        "inference_scripted",
        (Edit("config.py", _SCRIPT_SAMPLE, 'return {"rules": _default_rules(), **kwargs}'),),
    ),
    Defect(
        "has a secret that is plain text",
        "PC703",
        "openai",
        (
            Edit("config.py", "api_key: SecretStr | None", "api_key: str | None"),
            Edit("config.py", "Field, SecretStr", "Field"),
        ),
    ),
    Defect(
        "asks the environment without a default",
        "PC704",
        "memory",
        (
            Edit(
                "__init__.py",
                "    impl = ReferenceMemory(config)\n",
                "    impl = ReferenceMemory(config)\n    _region = os.environ['REFERENCE_MEMORY_REGION']\n",
            ),
            Edit(
                "__init__.py",
                "from collections.abc import Mapping\n",
                "import os\nfrom collections.abc import Mapping\n",
            ),
        ),
    ),
    Defect(
        "has a shutdown that cannot be awaited",
        "PC705",
        "safety",
        (Edit("safety.py", "    async def shutdown(self)", "    def shutdown(self)"),),
    ),
    Defect(
        "has an initialize that cannot be awaited",
        "PC705",
        "telemetry",
        (
            Edit("telemetry.py", "    async def initialize(self)", "    def initialize(self)"),
            Edit(
                "telemetry.py",
                "await asyncio.to_thread(EventStore, self._config.db_path)",
                "EventStore(self._config.db_path)",
            ),
            Edit("__init__.py", "await impl.initialize()", "impl.initialize()"),
        ),
    ),
    Defect(
        "cannot be shut down twice",
        "PC706",
        "telemetry",
        (
            Edit(
                "telemetry.py",
                "        if self._store is not None:\n            await self._in_thread(EventStore.close)\n"
                "            self._store = None\n",
                "        await self._in_thread(EventStore.close)\n        self._store = None\n",
            ),
        ),
    ),
    Defect(
        "cannot be initialized twice",
        "PC706",
        "memory",
        (
            Edit(
                "memory.py",
                "        if self._store is None:\n            self._store = await",
                "        if self._store is not None:\n            raise RuntimeError('it is open')\n"
                "        if self._store is None:\n            self._store = await",
            ),
        ),
    ),
    Defect(
        "never ends to shut down",
        "PC707",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                "        self._banks.clear()\n",
                "        import asyncio\n        await asyncio.sleep(3600)\n        self._banks.clear()\n",
            ),
        ),
        patience=6.0,
    ),
    Defect(
        "tells its health by a truth value",
        "PC708",
        "inference",
        (
            Edit(
                "inference.py",
                "    async def list_models(self)",
                "    async def health(self) -> bool:\n        return True\n\n    async def list_models(self)",
            ),
        ),
    ),
)

CONTAINED: Final = (
    _at_start(
        "calls home when it starts",
        "PC721",
        "import socket; from contextlib import suppress; "
        "with suppress(OSError): socket.create_connection(('192.0.2.1', 80), 1)",
    ),
    _at_start(
        "keeps a file where its author keeps files",
        "PC722",
        "from contextlib import suppress; from pathlib import Path; "
        "with suppress(OSError): Path('/var/lib/reference-telemetry').write_text('here')",
    ),
    Defect(
        "waits in its factory for what never comes",
        "PC724",
        "safety",
        (
            Edit(
                "__init__.py",
                "    impl = ReferenceSafety(config)\n",
                "    import asyncio\n\n    await asyncio.Event().wait()\n"
                "    impl = ReferenceSafety(config)\n",
            ),
        ),
        patience=3.0,
    ),
    Defect(
        "ends the process when it is shut down",
        "PC723",
        "telemetry",
        (
            Edit(
                "telemetry.py", "EventStore.close)\n", "EventStore.close)\n            raise SystemExit(0)\n"
            ),
        ),
    ),
    # It ends when the copy is deleted, or else the tests would wait for it.
    _at_start(
        "leaves a thread behind",
        "PC726",
        "import os, time; there = lambda: os.path.exists(__file__); "
        "threading.Thread(target=lambda: [time.sleep(0.05) for _ in iter(there, False)]).start()",
    ),
    _at_start("takes the standard output for itself", "PC727", "import io, sys; sys.stdout = io.StringIO()"),
    Defect(
        "closes the standard error",
        "PC727",
        "safety",
        (
            Edit(
                "safety.py",
                "        for shield in self._config.shields:\n",
                "        import sys\n\n        sys.stderr.close()\n"
                "        for shield in self._config.shields:\n",
            ),
        ),
    ),
)
