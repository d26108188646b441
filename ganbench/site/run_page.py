"""What a run's page says: what it was, what came of it, where it was run, and how to repeat it."""

from collections.abc import Collection, Iterator
from typing import Any

from ganbench.report.numbers import NOTHING, number
from ganbench.report.run import costs, counts
from ganbench.schema.choice import settings_text
from ganbench.schema.record import RunRecord
from ganbench.site.commands import repeat_run, spec_suite
from ganbench.site.content import Content, Run
from ganbench.site.curves_data import curve_panels
from ganbench.storage.store import INTERPOLATION, SAMPLES, RunFolder

Lines = list[tuple[str, str]]


def run_page(run: Run, content: Content, suites: Collection[str]) -> dict[str, Any]:
    """Return what the template of a run's page shows; suites: the names of those on offer."""
    record = run.record
    frames = RunFolder(run.folder).frames()
    return {
        "known": spec_suite(record.spec) in suites,
        "run": run,
        "contender": content.contender(str(record.spec.model), str(record.spec.loss or "")),
        "what": list(_what(record)),
        "outcome": list(_outcome(record)),
        "environment": [(name, _said(value)) for name, value in record.environment.items() if value],
        "recipe": recipe_lines(record),
        "stability": [
            (name.replace("_", " "), number(value)) for name, value in record.stability.items() if value is not None
        ],
        "fractions": [f"{checkpoint.fraction:.0%}" for checkpoint in record.checkpoints],
        "scores": list(_scores(record, content)),
        "missing": sorted({(s.metric, s.reason) for c in record.checkpoints for s in c.scores if s.reason}),
        "command": repeat_run(record.spec, suites),
        "panels": curve_panels(run.folder),
        "pictures": {name: (run.folder / name).exists() for name in (SAMPLES, INTERPOLATION)},
        "frames": [(path.name, _when(record, path.name)) for path in frames] if len(frames) > 1 else [],
    }


def recipe_lines(record: RunRecord) -> Lines:
    """Return the settings that a recipe has; one that is off, such as no clipping, is left out."""
    return [(name.replace("_", " "), str(value)) for name, value in record.recipe.items() if value]


def pictures(run: Run) -> list[str]:
    """Return the names of a run's pictures that its page shows."""
    there = {path.name for path in RunFolder(run.folder).frames()}
    return sorted(there | ({INTERPOLATION} if (run.folder / INTERPOLATION).exists() else set()))


def _what(record: RunRecord) -> Iterator[tuple[str, str]]:
    spec = record.spec
    yield "dataset", str(spec.dataset)
    yield "suite", f"{spec.suite} {spec.mark}".strip()
    yield "budget", str(spec.budget)
    if spec.stopping:
        yield "stopping", str(spec.stopping)
    if spec.recipe:
        yield "recipe of the suite", settings_text(spec.recipe)
    yield "seed", str(spec.seed)
    yield "precision", spec.precision
    yield "family", record.family or NOTHING
    yield "started", record.started or NOTHING


def _outcome(record: RunRecord) -> Iterator[tuple[str, str]]:
    spent = record.spent
    yield "status", f"{record.status}{': ' + record.reason if record.reason else ''}"
    if record.ended_by:
        yield "ended by", record.ended_by
    yield "images", f"{spent.images:,}"
    players = counts(spent.by_player)
    yield "updates", f"{spent.updates:,}" + (f" ({players})" if players else "")
    yield "seconds of training", f"{spent.seconds:,.1f}"
    yield from costs(record)


def _scores(record: RunRecord, content: Content) -> Iterator[dict[str, Any]]:
    """Yield a row a score: its page, its values at the checkpoints, its spread over sampling, its protocol."""
    if not record.checkpoints:
        return
    for index, last in enumerate(record.checkpoints[-1].scores):
        values = [c.scores[index].value if index < len(c.scores) else None for c in record.checkpoints]
        yield {
            "name": last.name.replace("_", " "),
            "page": content.metrics.get(last.metric, ""),
            "better": last.better,
            "values": [NOTHING if value is None else number(value, 4) for value in values],
            "spread": NOTHING if last.sampling_deviation is None else number(last.sampling_deviation, 2),
            "protocol": ", ".join(f"{key} {value}" for key, value in last.protocol.items()),
        }


def _said(value: Any) -> str:
    return ", ".join(f"{name} {what}" for name, what in value.items()) if isinstance(value, dict) else str(value)


def _when(record: RunRecord, name: str) -> str:
    """Say how much was spent when a picture was drawn."""
    fraction = 1.0 if name == SAMPLES else int(name.removesuffix(".png").rpartition("-")[2]) / 1000
    nearest = min(record.checkpoints, key=lambda checkpoint: abs(checkpoint.fraction - fraction), default=None)
    return f"{fraction:.0%}" if nearest is None else f"{fraction:.0%}, {nearest.spent.images:,} images"
