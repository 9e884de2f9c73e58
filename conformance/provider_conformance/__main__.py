"""``provider-conformance``, which is ``python -m provider_conformance``, too."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from provider_conformance._version import __version__
from provider_conformance.commands import Commands
from provider_conformance.errors import ConformanceError


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`provider-conformance COMMAND --help` shows an example of each.",
)
@click.version_option(__version__, prog_name="provider-conformance")
def provider_conformance() -> None:
    """Check providers of Llama Stack and OGX.

    The exit code is 0 where all is well, 1 where something was found, and 2 where a command could not be
    carried out as it was given.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The command line, without the program's name; that of the process by default.

    Returns:
        The exit code: 0, 1 where something was found, or 2 where the command could not be carried out.
    """
    try:
        done: Any = provider_conformance.main(
            arguments, prog_name="provider-conformance", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:  # how click calls Ctrl-C
        return 2
    except Exception as error:
        if not _is_told(error):
            raise
        print("\n".join([f"error: {error}", *getattr(error, "__notes__", ())]), file=sys.stderr)
        return 2
    return done if isinstance(done, int) else 0


def _is_told(error: Exception) -> bool:
    """Whether the message of an error says all that there is to say."""
    # Imported late, for the errors of the built-in stack come with pydantic.
    from provider_conformance.stack.errors import StackError  # noqa: PLC0415

    return isinstance(error, ConformanceError | StackError)


if __name__ == "__main__":
    sys.exit(main())
