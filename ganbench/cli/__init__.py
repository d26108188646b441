"""The command line: parse, call, echo. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import atexit
import gc
from importlib import import_module
from typing import Any

import click

from ganbench.errors import GanbenchError, UnknownNameError

_WRONG_USAGE = 2
_MODULES = {
    "run": "run", "jobs": "status runs", "lists": "list plugins", "describe": "describe", "check": "check",
    "new": "new", "results": "report show", "publish": "publish serve", "diff": "diff",
    "submit": "submit", "verify": "verify", "sample": "sample", "score": "score", "tune": "tune", "advise": "advise",
}  # fmt: skip
_WHERE = {name: module for module, names in _MODULES.items() for name in names.split()}


class _Mistake(click.ClickException):
    """A user's mistake, in one line."""

    exit_code = _WRONG_USAGE

    def show(self, file: Any = None) -> None:
        click.echo(f"ganbench: {self.message}", err=True, file=file)


class _Commands(click.Group):
    """Imports what is asked for, and turns our errors into one line and exit code 2; bugs stay tracebacks."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        atexit.register(gc.freeze)  # a Python that ends searches all modules for garbage: a tenth of a short command
        return super().main(*arguments, **settings)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WHERE:
            return None
        module = import_module(f"{__name__}.{_WHERE[cmd_name]}")
        found: click.Command = getattr(module, "list_" if cmd_name == "list" else cmd_name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GanbenchError as error:
            raise _Mistake(str(error)) from None
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else "ganbench"
            raise _Mistake(f"{error.format_message()} (see {where} --help)") from None

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **settings)
        except click.UsageError as error:
            raise _Mistake(f"{error.format_message()} (see ganbench --help)") from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise _Mistake(str(UnknownNameError("command", args[0], self.list_commands(ctx))))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ganbench", message="ganbench %(version)s")
def main() -> None:
    """Benchmark generative models: one budget, many seeds, honest numbers.

    \b
    ganbench run                              a first look, a minute or two
    ganbench run --suite mnist-all            every image model on MNIST
    ganbench run --suite gaussians --model vanilla,gmm --seeds 5
    ganbench status                           what runs where, and until when
    ganbench runs --status failed             what ended, and how
    ganbench list models                      what there is
    ganbench describe model dcgan             every parameter of one thing
    ganbench new loss my-loss                 a package for a plugin of your own
    ganbench check my-gan                     whether a plugin's thing keeps its contract
    ganbench report                           the leaderboard once more
    ganbench publish --out site               the same as pages, for everybody
    ganbench diff BEFORE AFTER                what became better, and what worse
    ganbench advise                           until when to train, by what runs tell
    ganbench verify                           whether all files are as the runs left them
    ganbench sample KEY -n 16                 samples of a finished run
    ganbench score FOLDER mnist:test          scores of any samples, without training
    ganbench tune SUITE --model X --space S   parameters searched for under a budget

    \b
    Completion, for bash (zsh and fish likewise), goes into ~/.bashrc:
      eval "$(_GANBENCH_COMPLETE=bash_source ganbench)"
    """
