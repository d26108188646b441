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
@click.option("--margin", "margins", multiple=True, metavar="[SCORE=]CHANGE",
              help="A change that does not matter, of every score or of one; may be given more than once.")  # fmt: skip
@click.option("--fail-on-regression", is_flag=True,
              help="Exit with 1 if any score regressed or is gone; what is unclear passes.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Also what is equivalent.")
@click.option("--json", "form", flag_value="json", help="All of it, as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="As a Markdown table.")
@click.pass_context
def diff(
    ctx: click.Context, /, before: Path, after: Path, margins: tuple[str, ...], form: str | None, **flags: bool
) -> None:
    """Compare two folders of results, or submissions (.zip): what regressed, and what improved.

    Equal seeds are paired, and the t interval of their differences decides, score by score, at 95 %: of forty scores
    that have not changed, about one in each direction may be called so. Where the interval holds 0, a change is
    unclear: this is no proof that nothing changed. Equivalent is what is equal in each seed, or shown to lie within
    --margin. A seed that had a score and failed now is a regression.

    \b
    ganbench diff last-week/ ganbench-results/
    ganbench diff main.zip mine.zip --margin frechet_distance=0.5 --fail-on-regression
    ganbench diff main.zip mine.zip --markdown > comment.md
    """
    from ganbench.analysis.changes import Verdict, changes, parse_margins, regressions, summary
    from ganbench.storage.merge import merged

    sizes = parse_margins(margins)
    with merged([before]) as first, merged([after]) as second:
        found = list(changes(first.records, second.records, sizes))
        damaged = [*first.damaged, *second.damaged]
    shown = [change for change in found if flags["everything"] or change.verdict is not Verdict.EQUIVALENT]
    if form == "json":
        from ganbench.report.changes import changes_json

        click.echo(changes_json(found, sizes))
    else:
        _show(shown, form)
        click.echo(f"{summary(found)}: {before} against {after}")
    for line in damaged:
        click.secho(f"left out: {line}", fg="yellow", err=True)
    if flags["fail_on_regression"] and regressions(found):
        ctx.exit(_REGRESSED)


def _show(shown: Sequence[Change], form: str | None) -> None:
    from ganbench.report.changes import changes_markdown, changes_table
    from ganbench.report.console import make_console

    if shown and form == "markdown":
        click.echo(f"{changes_markdown(shown)}\n")
    elif shown:
        make_console().print(changes_table(shown))
