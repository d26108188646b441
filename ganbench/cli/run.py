"""`ganbench run`: train, score, and show the leaderboard."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from ganbench.cli.options import complete, device_option, names_option, results_option, warn_of_broken

if TYPE_CHECKING:
    from ganbench.schema.spec import RunSpec
    from ganbench.suites.overrides import Texts
    from ganbench.training.session import Session

    class _Options(Texts):
        """All options: those that change the suite, and how its runs are run."""

        suite: str | None
        device: str
        data_root: Path | None
        results: Path
        executor: str | None
        threads: int | None
        timeout: float | None
        memory_limit: str | None
        shard: str | None
        retry: str
        log: str | None
        force: bool
        dry_run: bool


_SOME_FAILED = 1


@click.command()
@click.option("--suite", metavar="NAME", shell_complete=complete("suites"),
              help="A suite's name, or the path of a TOML file; a first look if left out.")  # fmt: skip
@names_option("--model", "models", "Only these models, or others on the suite's terms: NAME,NAME:key=value.")
@names_option("--dataset", "datasets", "These datasets: NAME,NAME:key=value.")
@names_option("--loss", "losses", "These adversarial losses in place of every model's own.")
@names_option("--metric", "metrics", "These scores in place of the suite's: NAME,NAME:key=value.")
@click.option("--seeds", metavar="SEEDS", help="How many (3 means 0, 1 and 2), or which: 4,7 or 10-19.")
@click.option("--budget", metavar="LIMITS", help="In place of the suite's: images=20000,seconds=60.")
@click.option(
    "--stop",
    metavar="RULES",
    help="End runs early: patience=2 (checkpoints without a better score), equilibrium=1000 (updates).",
)
@click.option("--precision", type=click.Choice(["fp32", "bf16"]), help="In place of the suite's.")
@device_option
@click.option("--data-root", type=click.Path(path_type=Path, file_okay=False), envvar="GANBENCH_DATA",
              show_envvar=True, help="Folder that holds the data; otherwise they are downloaded.")  # fmt: skip
@results_option
@click.option("--executor", metavar="NAME", shell_complete=complete("executors"), envvar="GANBENCH_EXECUTOR",
              show_envvar=True, help="How runs are run. If left out: on a CPU side by side, in as many processes as "
              "make them end soonest; on a GPU one after another.")  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), help="Threads of each run; at equal threads the bits are equal.")
@click.option("--timeout", type=float, metavar="SECONDS", help="A run that takes longer fails; repeated, it goes on.")
@click.option("--memory-limit", metavar="SIZE", help="What a run's process may allocate, on Linux: 500MB, 4GB.")
@click.option("--shard", metavar="I/N", help="Every N-th run, from the I-th on: for machines that share no folder.")
@click.option("--retry", type=click.Choice(["all", "failed", "skipped", "none"]), default="all", show_default=True,
              help="Which runs that ended without scores to run again; done ones are kept.")  # fmt: skip
@click.option("--log", type=click.Choice(["tensorboard", "mlflow"]),
              help="Also write each run's losses and scores for one of these.")  # fmt: skip
@click.option("--force", is_flag=True, help="Run again what is done already.")
@click.option("--dry-run", is_flag=True, help="List the runs and how long they will take; write nothing.")
@click.pass_context
def run(ctx: click.Context, /, **options: Unpack[_Options]) -> None:
    """Run a suite: train, score, and show the leaderboard.

    Runs that are done already are kept and not repeated; an interrupted run goes on where it was. The same command
    on several machines that share the results folder shares the runs out among them.

    \b
    ganbench run --suite mnist-all --device cuda
    ganbench run --suite mnist-all --dry-run
    ganbench run --suite digits-all --model dcgan --budget images=50000 --seeds 1
    """
    from ganbench.library.prepare import prepare
    from ganbench.training.interruption import InterruptedRunError, raising_on_signals

    suite, dry_run = options.pop("suite"), options.pop("dry_run")  # type: ignore[misc]
    with raising_on_signals():
        try:
            prepared = prepare(suite, options, processes=True)  # type: ignore[arg-type]
            for note in prepared.notes():
                click.echo(f"ganbench: {note}", err=True)
            if dry_run:
                _echo_plan(prepared.session, prepared.specs)
            else:
                ctx.exit(_run(prepared.session, prepared.specs))
        except InterruptedRunError as stop:
            click.echo("\nganbench: stopped", err=True)
            ctx.exit(stop.exit_code)


def _run(session: Session, specs: list[RunSpec]) -> int:
    """Run, report, and return the exit code."""
    from ganbench.report.leaderboard import show_report
    from ganbench.report.progress import display
    from ganbench.schema.record import Status
    from ganbench.storage.merge import merged
    from ganbench.training.interruption import InterruptedRunError

    try:
        with display(specs) as notify, closing(session.run(specs, notify)) as running:  # type: ignore[type-var]
            records = list(running)
    except InterruptedRunError as stop:
        kept = sum(session.store.done(spec) is not None for spec in specs)
        click.echo(f"\nganbench: {stop}; {kept} of {len(specs)} runs are done; repeat the command to go on", err=True)
        return stop.exit_code
    with merged([session.store.root]) as everything:
        show_report(session.catalog, session.store.root, everything, records)
    warn_of_broken(session.catalog)
    return _SOME_FAILED if any(record.status is Status.FAILED for record in records) else 0


def _echo_plan(session: Session, specs: list[RunSpec]) -> None:
    from ganbench.report.console import make_console
    from ganbench.report.plan import plan_table
    from ganbench.training.estimate import plan

    make_console().print(plan_table(plan(session, specs), session.device))
