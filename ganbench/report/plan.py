"""A plan of runs as a table: what will be run, and how long it will take."""

from collections.abc import Sequence

from rich.table import Table

from ganbench.report.numbers import number
from ganbench.schema.plan import PlannedCell


def plan_table(plan: Sequence[PlannedCell], device: str) -> Table:
    """Return a row for each cell of a plan, with its runs and the time that these will take on a device."""
    spec = plan[0].first
    table = Table(
        title=f"{spec.suite}, {spec.budget}, on {device}",
        title_justify="left",
        caption="training time, at most, from a few updates of each; scoring comes on top",
        caption_justify="left",
    )
    for heading in ("dataset", "model", "loss"):
        table.add_column(heading)
    for heading in ("runs", "done", "seconds a run", "in all"):
        table.add_column(heading, justify="right")
    table.add_column("note", overflow="fold")

    for cell in plan:
        times = ["–", "–"] if cell.seconds is None else [number(cell.seconds), number(cell.total_seconds)]
        names = (str(cell.first.dataset), str(cell.first.model), str(cell.first.loss or "–"))
        table.add_row(*names, str(cell.runs), str(cell.done), *times, cell.reason)
    table.add_section()
    runs, seconds = sum(cell.runs for cell in plan), sum(cell.total_seconds for cell in plan)
    table.add_row("all", "", "", str(runs), "", "", number(seconds), "")
    return table
