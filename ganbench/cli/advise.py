"""`ganbench advise`: until when to train, by what stored runs tell."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import places_option


@click.command()
@click.argument("suite", required=False)
@places_option
@click.option("--score", default="", metavar="SCORE",
              help="The score that is watched, and judged by; each run's first one if left out.")  # fmt: skip
@click.option("--runs", "each", is_flag=True, help="Every run, and not the means of each model's.")
@click.option("--json", "as_json", is_flag=True, help="Every run and rule, as JSON.")
def advise(suite: str | None, places: tuple[Path, ...], score: str, each: bool, as_json: bool) -> None:
    """Say where stopping rules would have ended runs of one SUITE, or of all, and what that would have cost.

    Only runs that went to the end of their budget can tell: of these, each rule's checkpoint is compared with the
    best one of the same run. Regret is what the score there is worse by, in its own unit and as a share of what the
    run gained after its first checkpoint. The rule "budget" is to go on to the end; it has a regret as well, where a
    run was better before. The best checkpoint is chosen by the scores themselves, so that regret holds their noise.

    patience=K and equilibrium are the rules of --stop; loss ends a run when the losses no longer move; duality gap
    ends it when that no longer falls, of runs that were scored by it (ganbench run --metric duality-gap).

    \b
    ganbench advise
    ganbench advise mnist-all --score frechet_distance --runs
    """
    from ganbench.analysis.advice import advice, overall, summary
    from ganbench.report.advice import cells_table, overall_table, runs_table
    from ganbench.report.console import make_console
    from ganbench.storage.merge import merged

    with merged(places) as found:
        chosen = found.of_suite(suite)
        frame = advice(chosen.records, chosen.folders, score)
    if as_json:
        click.echo(frame.to_json(orient="records", indent=2))
        return
    console = make_console()
    console.print(runs_table(frame) if each else cells_table(summary(frame)))
    console.print(overall_table(overall(frame)))
