"""A description of one thing on offer, for a terminal."""

from collections.abc import Iterator
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ganbench.registry.description import DescribedParameter, Description


def description_text(description: Description) -> Group:
    """Return a heading, the docstring, the parameters, the columns of a metric, and the entries of a suite."""
    return Group(*_parts(description))


def _parts(described: Description) -> Iterator[RenderableType]:
    yield Text.assemble((described.name, "bold"), f"  {described.about}")
    yield Text(f"from {described.plugin}", style="dim")
    for name, fact in described.facts:
        yield Text(f"{name}: {fact}")
    if described.text:
        yield Text(f"\n{described.text}")
    for of, parameters in groupby(described.parameters, key=lambda parameter: parameter.of):
        yield _parameter_table(list(parameters), _title(of))
    if described.columns:
        yield _column_table(described)
    if described.entries:
        yield Text.assemble(("\nentries", "bold"), *(f"\n  {entry}" for entry in described.entries))


def _title(of: str) -> str:
    titles = {"": "parameters", "recipe": "recipe, as published; each setting is a parameter too"}
    return titles.get(of, f"parameters of {of}")


def _parameter_table(parameters: list[DescribedParameter], title: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for heading in ("name", "default", "takes", "what it is"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "name")
    for each in parameters:
        absent = "none" if each.of == "recipe" else "by the data"
        default = absent if each.default is None else _shown(each.default)
        unit = f" ({each.unit})" if each.unit else ""
        table.add_row(*map(Text, (each.name, default, each.kind, f"{each.about}{unit}")))
    return table


def _column_table(described: Description) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="scores", title_justify="left", title_style="bold")
    for heading in ("name", "better", "range", "what it is"):
        table.add_column(heading, overflow="fold")
    for column in described.columns:
        low, high = ("unbounded" if end is None else f"{end:g}" for end in (column.low, column.high))
        table.add_row(*map(Text, (column.name, column.better, f"{low} to {high}", column.about)))
    return table


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return f"{default:g}" if isinstance(default, float) else str(default)
