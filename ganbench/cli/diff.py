"""`ganbench diff`: two boards, score by score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganbench.analysis.changes import Change

_REGRESSED = 1


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--fail-on-regression", is_flag=True, help="Exit with 1 if any score is worse, or gone.")
@click.option("--all", "everything", is_flag=True, help="Also what is the same.")
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path, fail_on_regression: bool, everything: bool) -> None:
    """Compare two folders of results, or submissions (.zip): what became better, and what worse.

    A change counts where the intervals over seeds support it; single seeds support none.

    \b
    ganbench diff last-week/ ganbench-results/
    ganbench diff main.zip mine.zip --fail-on-regression
    """
    from ganbench.analysis.changes import Verdict, changes, regressions, summary
    from ganbench.storage.merge import merged

    with merged([before]) as first, merged([after]) as second:
        found = list(changes(first.records, second.records))
        damaged = [*first.damaged, *second.damaged]
    shown = [change for change in found if everything or change.verdict is not Verdict.SAME]
    _show(shown)
    click.echo(f"{summary(found)}: {before} against {after}")
    for line in damaged:
        click.secho(f"left out: {line}", fg="yellow", err=True)
    if fail_on_regression and regressions(found):
        ctx.exit(_REGRESSED)


def _show(shown: Sequence[Change]) -> None:
    from ganbench.report.changes import changes_table
    from ganbench.report.console import make_console

    if shown:
        make_console().print(changes_table(shown))
