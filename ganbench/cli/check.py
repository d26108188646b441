"""`ganbench check`: whether a thing on offer keeps its contract, check by check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ganbench.registry.catalog import Catalog
    from ganbench.testing import Outcome

_COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow", "expected failure": "yellow"}


@click.command()
@click.argument("name")
@click.option("--kind", help="model, loss, dataset, …: needed where a name is of two kinds.")
@click.option("--dataset", help="What a model, feature or metric is tried on; a small toy unless named.")
@click.option("--loss", help="What a model is trained with; its own unless named.")
@click.option("--data", "root", type=click.Path(path_type=Path, file_okay=False), help="Folder of data.")
@click.option("--expect", multiple=True, metavar="CHECK=REASON", help="A failure that is known; one that passes fails.")
@click.option("--quick", is_flag=True, help="Leave out the checks that train for long.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for machines.")
def check(name: str, kind: str | None, expect: tuple[str, ...], quick: bool, as_json: bool, **setting: Any) -> None:
    """Check that NAME, with parameters if need be, keeps its contract; exit code 1 if it does not.

    \b
    ganbench check my-gan
    ganbench check my-gan:width=8 --dataset digits --loss hinge
    ganbench check my-metric --expect "growing-noise-is-no-gain=it measures diversity alone" --json
    """
    import json
    from dataclasses import asdict

    from ganbench.registry.catalog import discover
    from ganbench.schema.choice import Choice
    from ganbench.testing import Subject, Verdict, run_checks

    of_kind = _kind(discover(), Choice.parse(name).name, kind)
    outcomes = run_checks(Subject.of(of_kind, name, **setting), _expected(expect), slow=not quick)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2, ensure_ascii=False))
    else:
        _show(outcomes)
    if any(outcome.verdict is Verdict.FAILED for outcome in outcomes):
        raise SystemExit(1)


def _show(outcomes: list[Outcome]) -> None:
    wide = max(len(outcome.check) for outcome in outcomes)
    for outcome in outcomes:
        click.echo(f"{outcome.check:<{wide}}  ", nl=False)
        click.secho(outcome.verdict, fg=_COLOURS[outcome.verdict], nl=not outcome.reason)
        if outcome.reason:
            click.echo(f": {outcome.reason}")
        if outcome.expected:
            click.echo(f"  expected: {outcome.expected}\n  found:    {outcome.found}\n  see:      {outcome.where}")


def _kind(catalog: Catalog, name: str, kind: str | None) -> str:
    """Return the kind that a name is of; raises for a name that nobody offers, and for one of two kinds."""
    from difflib import get_close_matches

    from ganbench.errors import BadOptionError, UnknownNameError
    from ganbench.registry.catalog import kinds, plural, singular

    if kind is not None:
        return plural(kind)
    found = [each for each in kinds() if name in catalog.names(each)]
    if not found:
        known = [each for kind in kinds() for each in catalog.names(kind)]
        if get_close_matches(name, known):
            raise UnknownNameError("name", name, known)
        why = "is its package installed, with an entry point in the group 'ganbench'? (see ganbench plugins)"
        raise BadOptionError(f"no plugin in use offers {name!r}; {why}")
    if len(found) > 1:
        either = " or ".join(f"--kind {singular(each)}" for each in found)
        raise BadOptionError(f"{name!r} is a name of {len(found)} kinds; add {either}")
    return found[0]


def _expected(expect: tuple[str, ...]) -> dict[str, str]:
    from ganbench.errors import BadOptionError

    expected = {}
    for each in expect:
        name, _, reason = each.partition("=")
        if not (name and reason.strip()):
            raise BadOptionError(f"can't read {each!r}; write --expect CHECK=REASON")
        expected[name] = reason.strip()
    return expected
