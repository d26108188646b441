"""`ganbench score`: two sets of samples compared, without any training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from ganbench.cli.options import complete, device_option, names_option, results_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganbench.schema.record import Score, ScoreInterval

_SOME_MISSING = 1
_PASSED_ON = ("features", "samples", "size", "skip_broken", "bootstrap", "seed", "data_root", "device", "results")


class _Options(TypedDict):
    metrics: str | None
    features: str | None
    samples: int | None
    size: int | None
    skip_broken: bool
    bootstrap: int | None
    seed: int
    as_json: bool
    variants: bool
    data_root: Path | None
    device: str
    results: Path


@click.command()
@click.argument("fake")
@click.argument("real")
@names_option("--metric", "metrics", "Which scores: NAME,NAME:key=value; the usual ones if left out.")
@click.option("--features", metavar="NAME", shell_complete=complete("features"),
              help="The feature space of every metric that has one, in place of its own.")  # fmt: skip
@click.option("--samples", type=int, metavar="N", help="At most this many of either side; a run draws as many.")
@click.option("--size", type=int, metavar="N", help="Scale and crop pictures in folders to N x N.")
@click.option("--skip-broken", is_flag=True, help="Leave pictures out that can't be read.")
@click.option("--bootstrap", type=int, metavar="ROUNDS", help="95 % intervals, from so many halves of the samples.")
@click.option("--variants", is_flag=True,
              help="A run with and without its moving average, by running and batch statistics.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of what a run or a metric draws.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for machines.")
@click.option("--data-root", type=click.Path(path_type=Path, file_okay=False), envvar="GANBENCH_DATA",
              show_envvar=True, help="Folder that holds the data; otherwise they are downloaded.")  # fmt: skip
@device_option
@results_option
@click.pass_context
def score(ctx: click.Context, /, fake: str, real: str, **options: Unpack[_Options]) -> None:
    """Score FAKE against REAL: each a folder of pictures, an array (.npy, .npz), a run's key, or DATASET:test.

    Exit codes: 0 every score is there, 1 some are missing with a reason, 2 wrong usage.

    \b
    ganbench score generated/ photos/ --size 64
    ganbench score samples.npz mnist:test --metric fid,prdc --features mnist-classifier
    ganbench score 3f9a digits:test --metric frechet,memorisation --bootstrap 100
    ganbench score 3f9a digits:test --metric frechet --variants
    """
    from ganbench.evaluation.standalone import variants
    from ganbench.library.score import reader_of
    from ganbench.library.score import score as scored

    as_json, metrics = options["as_json"], options["metrics"]
    asked = {name: options[name] for name in _PASSED_ON}  # type: ignore[literal-required]
    if not options["variants"]:
        found = scored(fake, real, metrics, **asked)
        ctx.exit(_show(found.intervals, fake, real, as_json))
    if options["bootstrap"] is not None:
        raise click.UsageError("--variants are shown without intervals; leave --bootstrap out")
    reader, chosen = reader_of(metrics, asked)  # type: ignore[arg-type]
    by_name = {name: comparison.scores(chosen) for name, comparison in variants(reader, fake, real)}
    ctx.exit(_show_variants(by_name, fake, real, as_json))


def _show_variants(found: Mapping[str, Sequence[Score]], fake: str, real: str, as_json: bool) -> int:
    """Print a column of scores for each variant, and return the exit code."""
    from ganbench.report.console import make_console
    from ganbench.report.scores import missing, variants_json, variants_table
    from ganbench.schema.record import ScoreInterval

    if as_json:
        click.echo(variants_json(found, fake, real))
    else:
        make_console().print(variants_table(found, f"{fake} against {real}"))
    absent = missing([ScoreInterval(score) for scores in found.values() for score in scores])
    for line in absent:
        click.secho(f"ganbench: {line}", fg="yellow", err=True)
    return _SOME_MISSING if absent else 0


def _show(intervals: Sequence[ScoreInterval], fake: str, real: str, as_json: bool) -> int:
    """Print the scores, and return the exit code."""
    from ganbench.report.console import make_console
    from ganbench.report.scores import missing, scores_json, scores_table

    if as_json:
        click.echo(scores_json(intervals, fake, real))
    else:
        make_console().print(scores_table(intervals, f"{fake} against {real}"))
    for line in missing(intervals):
        click.secho(f"ganbench: {line}", fg="yellow", err=True)
    return _SOME_MISSING if missing(intervals) else 0
