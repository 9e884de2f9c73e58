"""``provider-conformance check``: what ``pytest --provider`` does, with the exit codes of a command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import click

from provider_conformance.options import OPTIONS

_EXIT: Final = {0: 0, 1: 1}
"""pytest's exit codes as those of a command; every other one, and 5 (nothing was collected), is 2."""
_PLUGIN: Final = ("-p", "provider_conformance.session.alone")


def _options() -> list[click.Parameter]:
    """The plugin's options by their short names; ``--stack`` is also ``--provider-stack``."""
    return [
        click.Option(
            [key, _short(key), f"--{key.replace('_', '-')}"],
            help=text,
            metavar=attributes.get("metavar"),
            multiple=attributes.get("action") == "append",
            is_flag=attributes.get("action") == "store_true",
        )
        for key, text, attributes in OPTIONS
    ]


def _short(key: str) -> str:
    return "--" + key.removeprefix("provider_").replace("_", "-")


class _PassingOn(click.Command):
    """A command that keeps what stands behind ``--``, for pytest."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments before ``--``; the others are the context's object."""
        end = args.index("--") if "--" in args else len(args)
        ctx.obj = args[end + 1 :]
        return super().parse_args(ctx, args[:end])


@click.command(
    cls=_PassingOn,
    params=[click.Argument(["providers"], nargs=-1, metavar="[PROVIDER]..."), *_options()],
    epilog="Example: provider-conformance check my_pkg --require serves -- -n 2 -k inference",
)
@click.pass_obj
def command(others: list[str], /, providers: tuple[str, ...], **given: Any) -> int:
    """Check providers: will the stack load them, wire them, call them and route to them?

    This runs pytest with the plugin, and none of your own tests. What PROVIDER may be stands in
    docs/shipped.md. What stands behind `--` goes to pytest as it is. The exit code is 0 where every provider
    conforms, 1 where one does not, and 2 where that could not be found out.
    """
    named = (f"--provider={argument}" for argument in providers)
    return _EXIT.get(_pytest([*_PLUGIN, *named, *_given(given), *others]), 2)


def _pytest(arguments: list[str]) -> int:
    # In a process of its own, for pytest rewrites the assertions of what nobody has imported yet.
    with subprocess.Popen([sys.executable, "-m", "pytest", *arguments]) as process:  # noqa: S603 - no shell
        while True:
            with suppress(KeyboardInterrupt):  # pytest has had it, too, and writes its summary
                return process.wait()


def _given(given: dict[str, Any]) -> Iterator[str]:
    for key, value in given.items():
        option = f"--{key.replace('_', '-')}"
        if value is True:
            yield option
        elif value:
            yield from (f"{option}={one}" for one in (value if isinstance(value, tuple) else [value]))
