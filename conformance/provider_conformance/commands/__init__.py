"""The command line, a file a command: it is found by itself, and its ``command`` is what runs.

A module's name is the command's. Modules import late what is heavy, for the help loads them all.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import click

from provider_conformance.stack.naming import near_names

ALIASES: Final = {"run": "serve"}
"""Names of before, kept for a release."""


class Commands(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, as the help lists them."""
        return sorted(module.name for module in iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None without one."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{__name__}.{name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; of a misspelt one, the name that was meant."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = self.list_commands(ctx)
            alike = near_names(args[0], known)
            hint = f", did you mean `{alike[0]}`?" if alike else f"; there are {', '.join(known)}"
            ctx.fail(f"there is no command `{args[0]}`{hint}")
        return super().resolve_command(ctx, args)
