"""What a contender's page says: what it is, where it stands, its runs, its samples, and how to run it."""

from collections.abc import Iterator, Mapping
from typing import Any

from ganbench.errors import GanbenchError
from ganbench.registry.catalog import Catalog
from ganbench.report.grid import Row
from ganbench.report.numbers import NOTHING, number
from ganbench.report.run import counts
from ganbench.schema.choice import Choice, settings_text
from ganbench.schema.record import Status
from ganbench.site.badges import badge_name, badge_words
from ganbench.site.commands import run_contender
from ganbench.site.content import Contender, Content, Run
from ganbench.site.run_page import recipe_lines

_SCORES = 4  # of a run in the list of runs; its own page has all


def model_page(
    contender: Contender, content: Content, catalog: Catalog, data: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return what the template of a contender's page shows; data: of each board, by its name, as board_data has it."""
    record = contender.runs[0].record
    built = next((run.record for run in contender.runs if run.record.parameters), record)
    return {
        "contender": contender,
        "about": about(catalog, "models", contender.model),
        "loss_about": about(catalog, "losses", contender.loss) if contender.loss else "",
        "plugin": _plugin(catalog, contender.model),
        "family": record.family or NOTHING,
        "conditional": NOTHING if built.conditional is None else "yes" if built.conditional else "no",
        "commands": run_contender(contender, catalog.names("suites")),
        "boards": list(_boards(contender, content, data)),
        "runs": [_run(run) for run in contender.runs],
        "statuses": {status.value: sum(run.record.status is status for run in contender.runs) for status in Status},
    }


def about(catalog: Catalog, kind: str, chosen: str) -> str:
    """Return the sentence of a card; nothing for a thing that is not installed here."""
    try:
        return str(catalog.get(kind, Choice.parse(chosen).name).about)
    except GanbenchError:
        return ""


def _plugin(catalog: Catalog, chosen: str) -> str:
    try:
        return catalog.plugin("models", Choice.parse(chosen).name).origin
    except GanbenchError:
        return "not installed where this page was made"


def _boards(contender: Contender, content: Content, data: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield where the contender stands on each board that it is on."""
    for board in content.boards:
        for index, row in enumerate(board.grid.rows):
            if (row.facts["model"], row.facts["loss"]) != (contender.model, contender.loss):
                continue
            model = data[board.name]["models"][index]
            yield {
                "board": board,
                "standing": badge_words(board, row)[1],
                "settings": " + ".join(row.names[2:]),
                **_details(contender, row),
                "cells": list(zip(board.grid.headings, row.cells, strict=True)),
                "badge": f"badges/{badge_name(board, row)}",
                "data": data[board.name] | {"models": [model]},
                "samples": model["samples"],
            }


def _details(contender: Contender, row: Row) -> dict[str, Any]:
    """Return the networks and the recipe with which the contender was built for a board's data."""
    wanted = [row.facts[name] for name in ("dataset", "suite", "settings")]
    for run in contender.runs:
        spec, record = run.record.spec, run.record
        if [str(spec.dataset), spec.suite, settings_text(spec.recipe)] == wanted and record.conditional is not None:
            return {"parameters": counts(record.parameters), "recipe": recipe_lines(record)}
    return {"parameters": "", "recipe": []}


def _run(run: Run) -> dict[str, Any]:
    record = run.record
    final = record.checkpoints[-1].scores if record.checkpoints else ()
    scores = [f"{s.name.replace('_', ' ')} {number(s.value)}" for s in final[:_SCORES] if s.value is not None]
    return {
        "page": run.page,
        "key": record.key,
        "dataset": str(record.spec.dataset),
        "suite": record.spec.suite,
        "seed": record.spec.seed,
        "status": record.status.value,
        "reason": record.reason,
        "seconds": f"{record.spent.seconds:,.1f}",
        "scores": ", ".join(scores) or NOTHING,
    }
