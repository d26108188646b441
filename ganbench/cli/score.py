"""`ganbench score`: two sets of samples compared, without any training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import complete, device_option, results_option

_SOME_MISSING = 1


@click.command()
@click.argument("fake")
@click.argument("real")
@click.option("--metric", "metrics", metavar="NAMES", shell_complete=complete("metrics"),
              help="Which scores: NAME,NAME:key=value; the usual ones if left out.")  # fmt: skip
@click.option("--features", metavar="NAME", shell_complete=complete("features"),
              help="The feature space of every metric that has one, in place of its own.")  # fmt: skip
@click.option("--samples", type=int, metavar="N", help="At most this many of either side; a run draws as many.")
@click.option("--size", type=int, metavar="N", help="Scale and crop pictures in folders to N x N.")
@click.option("--skip-broken", is_flag=True, help="Leave pictures out that can't be read.")
@click.option("--bootstrap", type=int, metavar="ROUNDS", help="95 % intervals, from so many halves of the samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what a run or a metric draws.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for machines.")
@click.option("--data-root", type=click.Path(path_type=Path, file_okay=False), envvar="GANBENCH_DATA",
              show_envvar=True, help="Folder that holds the data; otherwise they are downloaded.")  # fmt: skip
@device_option
@results_option
@click.pass_context
def score(ctx: click.Context, /, fake: str, real: str, **options: Any) -> None:
    """Score FAKE against REAL: each a folder of pictures, an array (.npy, .npz), a run's key, or DATASET:test.

    Exit codes: 0 every score is there, 1 some are missing with a reason, 2 wrong usage.

    \b
    ganbench score generated/ photos/ --size 64
    ganbench score samples.npz mnist:test --metric fid,prdc --features mnist-classifier
    ganbench score 3f9a digits:test --metric frechet,memorisation --bootstrap 100
    """
    from ganbench.environment import resolve_device
    from ganbench.inputs import Reader
    from ganbench.intervals import Interval, with_intervals
    from ganbench.plugins import discover
    from ganbench.runner import make_repeatable
    from ganbench.scoring import choose, compare
    from ganbench.workbench import Workbench, default_source

    # what can be wrong without a look at the data comes first
    catalog = discover()
    chosen = choose(catalog, options["metrics"], options["features"])
    device = resolve_device(options["device"])
    make_repeatable(device)
    bench = Workbench(catalog, device, default_source(options["data_root"]))
    for metric in chosen:
        bench.metric(metric)
    given = [options[name] for name in ("results", "samples", "size", "skip_broken", "seed")]
    comparison = compare(Reader(bench, *given), fake, real)
    if options["bootstrap"] is not None:
        intervals = with_intervals(comparison, chosen, options["bootstrap"])
    else:
        intervals = [Interval(score) for score in comparison.scores(chosen)]
    ctx.exit(_show(intervals, fake, real, options["as_json"]))


def _show(intervals: Any, fake: str, real: str, as_json: bool) -> int:
    """Print the scores, and return the exit code."""
    from ganbench.console import make_console
    from ganbench.report.scores import missing, scores_json, scores_table

    if as_json:
        click.echo(scores_json(intervals, fake, real))
    else:
        make_console().print(scores_table(intervals, f"{fake} against {real}"))
    for line in missing(intervals):
        click.secho(f"ganbench: {line}", fg="yellow", err=True)
    return _SOME_MISSING if missing(intervals) else 0
