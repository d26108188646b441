"""The command line: parse, call, echo. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganbench.errors import BadOptionError, GanbenchError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganbench.plugins import Catalog
    from ganbench.spec import RunSpec

RESULTS = Path("ganbench-results")
WRONG_USAGE, SOME_FAILED, INTERRUPTED = 2, 1, 130


class _Mistake(click.ClickException):
    """A user's mistake, in one line."""

    exit_code = WRONG_USAGE

    def show(self, file: Any = None) -> None:
        click.echo(f"ganbench: {self.message}", err=True, file=file)


class _Commands(click.Group):
    """Turns our errors into one line and exit code 2; bugs stay tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GanbenchError as error:
            raise _Mistake(str(error)) from None
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else "ganbench"
            raise _Mistake(f"{error.format_message()} (see {where} --help)") from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise _Mistake(str(UnknownNameError("command", args[0], self.list_commands(ctx))))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ganbench", message="ganbench %(version)s")
def main() -> None:
    """Benchmark generative models: one budget, many seeds, honest numbers.

    \b
    ganbench run                              a first look, about a minute
    ganbench run --suite mnist-all            every image model on MNIST
    ganbench run --suite gaussians --model vanilla,gmm --seeds 5
    ganbench list models                      what there is
    ganbench report                           the leaderboard once more

    \b
    Completion, for bash (zsh and fish likewise), goes into ~/.bashrc:
      eval "$(_GANBENCH_COMPLETE=bash_source ganbench)"
    """


def _complete(kind: str) -> Callable[..., list[str]]:
    """Return a completion for names of one kind, the last of a list joined by commas."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
        from ganbench.plugins import discover

        before, comma, start = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in discover().names(kind) if name.startswith(start)]

    return complete


_RESULTS = click.option(
    "--results", type=click.Path(path_type=Path, file_okay=False), default=RESULTS, show_default=True,
    help="Folder of results.",
)  # fmt: skip


@main.command()
@click.option("--suite", metavar="NAME", shell_complete=_complete("suites"),
              help="A suite's name, or the path of a TOML file; a first look if left out.")  # fmt: skip
@click.option("--model", "models", metavar="NAMES", shell_complete=_complete("models"),
              help="Only these models, or others on the suite's terms: NAME,NAME:key=value.")  # fmt: skip
@click.option("--dataset", "datasets", metavar="NAMES", shell_complete=_complete("datasets"),
              help="These datasets: NAME,NAME:key=value.")  # fmt: skip
@click.option("--loss", "losses", metavar="NAMES", shell_complete=_complete("losses"),
              help="These adversarial losses in place of every model's own.")  # fmt: skip
@click.option("--seeds", metavar="SEEDS", help="How many (3 means 0, 1 and 2), or which: 4,7 or 10-19.")
@click.option("--budget", metavar="LIMITS", help="In place of the suite's: images=20000,seconds=60.")
@click.option("--precision", type=click.Choice(["fp32", "bf16"]), help="In place of the suite's.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--data-root", type=click.Path(path_type=Path, file_okay=False), envvar="GANBENCH_DATA",
              show_envvar=True, help="Folder that holds the data; otherwise they are downloaded.")  # fmt: skip
@_RESULTS
@click.option("--executor", metavar="NAME", shell_complete=_complete("executors"),
              help="How runs are run; one after another in this process if left out.")  # fmt: skip
@click.option("--force", is_flag=True, help="Run again what is done already.")
@click.option("--dry-run", is_flag=True, help="List the runs and how long they will take; write nothing.")
@click.pass_context
def run(ctx: click.Context, /, **options: Any) -> None:
    """Run a suite: train, score, and show the leaderboard.

    Runs that are done already are kept and not repeated; an interrupted run goes on where it was.

    \b
    ganbench run --suite mnist-all --device cuda
    ganbench run --suite mnist-all --dry-run
    ganbench run --suite digits-all --model dcgan --budget images=50000 --seeds 1
    """
    from ganbench.choice import Choice
    from ganbench.plugins import discover
    from ganbench.session import Session
    from ganbench.store import Store
    from ganbench.suites import expand, find_suite
    from ganbench.wishes import read_wishes
    from ganbench.workbench import default_source

    catalog = discover()
    suite = find_suite(options["suite"] or catalog.default("suites"), catalog)
    specs = expand(suite, catalog, read_wishes(options))
    session = Session(
        catalog,
        Store(options["results"]),
        default_source(options["data_root"]),
        options["device"],
        Choice.parse(options["executor"]) if options["executor"] else None,
        Path.cwd(),
    )
    session.check(specs)
    if options["dry_run"]:
        _echo_plan(session, specs)
    else:
        ctx.exit(_run(session, specs, options["force"]))


def _run(session: Any, specs: list[RunSpec], force: bool) -> int:
    """Run, report, and return the exit code."""
    from ganbench.progress import display
    from ganbench.record import Status
    from ganbench.report.show import show_report

    try:
        with display(specs) as notify:
            records = list(session.run(specs, notify, force))
    except KeyboardInterrupt:
        kept = sum(session.store.done(spec) is not None for spec in specs)
        click.echo(f"\nganbench: stopped; {kept} of {len(specs)} runs are done; repeat the command to go on", err=True)
        return INTERRUPTED
    show_report(session.catalog, session.store.root, records)
    _warn_of_broken(session.catalog)
    return SOME_FAILED if any(record.status is Status.FAILED for record in records) else 0


def _echo_plan(session: Any, specs: list[RunSpec]) -> None:
    from ganbench.console import make_console
    from ganbench.probe import plan_table

    make_console().print(plan_table(session, specs))


@main.command("list")
@click.argument("kind", required=False)
def list_(kind: str | None) -> None:
    """List what there is, of one kind or of every one."""
    from ganbench.plugins import discover, kinds

    if kind is not None and kind not in kinds():
        raise UnknownNameError("kind", kind, kinds())
    catalog = discover()
    for each in [kind] if kind else kinds():
        if kind is None:
            click.secho(each.replace("-", " "), bold=True)
        wide = max(map(len, catalog.names(each)), default=0)
        for card, _ in catalog.cards(each):
            click.echo(f"{'' if kind else '  '}{card.name:<{wide}}  {card.about}")
    _warn_of_broken(catalog)


@main.command()
def plugins() -> None:
    """Show every installed plugin, what it offers, and why one is not in use."""
    from ganbench.plugins import discover

    for plugin in discover().plugins:
        click.secho(plugin.origin, bold=True)
        if plugin.reason:
            click.secho(f"  not in use: {plugin.reason}", fg="red")
        for kind, names in plugin.names.items():
            click.echo(f"  {kind.replace('-', ' ')}: {', '.join(names)}")


@main.command()
@_RESULTS
def report(results: Path) -> None:
    """Read results, write tables and plots beside them, and show the leaderboard."""
    from ganbench.plugins import discover
    from ganbench.report.show import show_report
    from ganbench.store import Store

    records, _ = Store(results).readable()
    if not records:
        raise BadOptionError(
            f"no runs in {str(results)!r}; make some with ganbench run, or name another with --results"
        )
    catalog = discover()
    show_report(catalog, results, records)
    _warn_of_broken(catalog)


@main.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="The record as it is stored.")
@_RESULTS
def show(run: str, as_json: bool, results: Path) -> None:
    """Show one run: RUN is its key, or enough of its beginning."""
    from ganbench.console import make_console
    from ganbench.report.run import run_table
    from ganbench.store import Store, read_record

    found = Store(results).find(run)
    if len(found) != 1:
        keys = ", ".join(path.name for path in found[:5])
        what = f"{len(found)} runs begin with {run!r}: {keys}" if found else f"no run {run!r} in {str(results)!r}"
        raise BadOptionError(f"{what}; the keys are the folders in {str(results / 'runs')!r}")
    path = found[0] / "record.json"
    if as_json:
        click.echo(path.read_text(encoding="utf-8"), nl=False)
    else:
        make_console().print(run_table(read_record(path), found[0]))


def _warn_of_broken(catalog: Catalog) -> None:
    for plugin in catalog.broken:
        click.secho(f"plugin {plugin.origin} is not in use: {plugin.reason}", fg="yellow", err=True)
