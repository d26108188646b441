"""`ganbench tune`: parameters searched for under a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ganbench.cli.options import complete, device_option, results_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ganbench.library.tune import Tuned


@click.command()
@click.argument("suite", shell_complete=complete("suites"))
@click.option("--model", "models", metavar="NAME", required=True, shell_complete=complete("models"),
              help="The model, with parameters that are not searched for.")  # fmt: skip
@click.option("--space", metavar="SPACE", required=True,
              help="What is searched: learning_rate=log:1e-5..1e-2,critic_steps=1..5,norm=batch|layer.")  # fmt: skip
@click.option("--trials", type=int, default=20, show_default=True, help="How many settings at most.")
@click.option("--total", metavar="LIMIT", help="What all trials may spend together: images=10000000.")
@click.option("--sampler", type=click.Choice(["random", "tpe"]), default="random", show_default=True,
              help="random: trials know nothing of each other; tpe: later ones learn.")  # fmt: skip
@click.option("--parallel", type=int, default=4, show_default=True, help="Trials that are chosen at a time.")
@click.option("--score", metavar="NAME", help="The score to search by; the suite's first if left out.")
@click.option("--dataset", "datasets", metavar="NAME", shell_complete=complete("datasets"), help="One dataset.")
@click.option("--loss", "losses", metavar="NAME", shell_complete=complete("losses"), help="One loss.")
@click.option("--budget", metavar="LIMITS", help="Of a trial, in place of the suite's: images=20000.")
@click.option("--seeds", metavar="SEEDS", help="Those that the best is run from in the end; the suite's if left out.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the search.")
@click.option("--data-root", type=click.Path(file_okay=False), envvar="GANBENCH_DATA", show_envvar=True,
              help="Folder that holds the data; otherwise they are downloaded.")  # fmt: skip
@click.option("--executor", metavar="NAME", envvar="GANBENCH_EXECUTOR", show_envvar=True,
              shell_complete=complete("executors"), help="How trials are run, as for ganbench run.")  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), help="Threads of each run.")
@device_option
@results_option
@click.pass_context
def tune(ctx: click.Context, /, suite: str, models: str, space: str, **options: Any) -> None:
    """Search for a model's parameters by Optuna, and run the best from the suite's seeds.

    No trial begins that the rest of --total does not pay for, in the unit of the suite's budget. One that is worse than
    the median of those before it at a checkpoint is given up. Repeat the command to go on with an interrupted search.

    \b
    ganbench tune digits-all --model dcgan --trials 50 --space learning_rate=log:1e-5..1e-2,critic_steps=1..5
    ganbench tune gaussians --dataset ring8 --model mlp-gan --loss r1 --space 'penalty_weight=log:0.01..10'
    """
    from ganbench.library.tune import tune as tuned
    from ganbench.training.interruption import InterruptedRunError, raising_on_signals

    with raising_on_signals():
        try:
            found = tuned(suite, models, space, **options)
        except InterruptedRunError as stop:
            click.echo(f"\nganbench: {stop}; trials that are done are kept; repeat the command to go on", err=True)
            ctx.exit(stop.exit_code)
    _show(found)


def _show(found: Tuned) -> None:
    from ganbench.report.console import make_console
    from ganbench.report.terminal import leaderboard_tables, missing_lines
    from ganbench.report.tuning import curve_rows, trial_rows
    from ganbench.schema.choice import settings_text

    console, plan = make_console(), found.plan
    console.print(_table("best trials", *trial_rows(found.frame, plan.score, plan.better)))
    console.print(_table("best against budget, had it been smaller", *curve_rows(found.curve, plan.unit, plan.score)))
    for table in leaderboard_tables(found.runs.leaderboard, console.width):
        console.print(table)
    for line in missing_lines(found.runs.leaderboard):
        console.print(line, style="yellow", markup=False, highlight=False)
    cost = f"{len(found.trials)} trials spent {found.spent:,.10g} {plan.unit}"
    click.echo(f"{cost}; best: {settings_text(found.best.values)}")
    click.echo(f"results: {plan.prepared.session.store.root}, the trials in its folder tuning")


def _table(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(Text(heading), justify="right")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
