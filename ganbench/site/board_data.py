"""A board as data for charts: how each model's scores went, what they cost, and what its samples look like."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from ganbench.report.grid import Row
from ganbench.schema.direction import merit
from ganbench.site.content import BoardPage, Content
from ganbench.storage.store import SAMPLES

_CLOCKS = ("images", "seconds")


def board_data(board: BoardPage, content: Content) -> dict[str, Any]:
    """Return what the charts and the comparison show of a board, as plain data.

    scores: name, label, the note in it, better. trajectories: whether any model was scored more than once. models:
    name, page, family, look, seconds, images, parameters; finals, for each score the mean with its interval,
    whether its place is the first, and of how many seeds it is where some failed; trajectories, for each score the
    checkpoints with images, seconds, the mean over seeds, the lowest and the highest; samples, the best and the
    worst seed by the first score.
    """
    grid = board.grid
    scored = board.tidy[board.tidy["value"].notna()]
    models = [_model(row, board, scored, content) for row in grid.rows]
    return {
        "name": board.name,
        "title": board.title,
        "page": board.page,
        "scores": [
            {
                "name": score["score"],
                "label": f"{score['score'].replace('_', ' ')} {note}".strip(),
                "note": note,
                "better": score["better"],
            }
            for score, (_, note) in zip(grid.scores, grid.headings, strict=True)
        ],
        "models": models,
        "trajectories": any(len(trajectory) > 1 for model in models for trajectory in model["trajectories"]),
    }


def _model(row: Row, board: BoardPage, scored: pd.DataFrame, content: Content) -> dict[str, Any]:
    facts = row.facts
    own = scored
    for field in ("model", "loss", "settings", "versions"):
        own = own[own[field] == facts[field]]
    parts = [own[(own["score"] == s["score"]) & (own["protocol"] == s["protocol"])] for s in board.grid.scores]
    return {
        "name": " + ".join(row.names),
        "page": content.contender(str(facts["model"]), str(facts["loss"])).page,
        "family": str(facts["family"]),
        "look": content.looks[" + ".join(row.names)],
        **{name: _plain(facts[name]) for name in ("seconds", "images", "parameters")},
        "finals": [
            {name: _plain(cell.facts.get(name)) for name in ("mean", "low", "high")}
            | {"best": cell.best, "of": _of(cell.facts)}
            for cell in row.cells
        ],
        "trajectories": [_trajectory(part) for part in parts],
        "samples": _samples(parts[0], content) if parts else [],
    }


def _of(facts: Mapping[Hashable, Any]) -> str:
    """Say of how many seeds a mean is; nothing where none failed."""
    failed = facts.get("failed_seeds", 0)
    return f"{facts['seeds']} of {facts['seeds'] + failed}" if failed else ""


def _trajectory(part: pd.DataFrame) -> list[list[float | None]]:
    """Return images, seconds, mean, lowest and highest at each checkpoint, over seeds."""
    grouped = part.groupby("fraction")
    columns = [grouped[clock].mean() for clock in _CLOCKS]
    columns += [grouped["value"].agg(kind) for kind in ("mean", "min", "max")]
    return [[_plain(value) for value in row] for row in zip(*columns, strict=True)]


def _samples(part: pd.DataFrame, content: Content) -> list[dict[str, str]]:
    """Return the pictures of the best and of the worst seed; of one alone if there is no other."""
    final = part[part["fraction"] == 1.0]
    merits = [merit(value, better) for value, better in zip(final["value"], final["better"], strict=True)]
    ranked = final.assign(merit=merits).sort_values("merit", kind="stable")
    runs = content.runs_of(ranked.iloc[[0, -1]] if len(ranked) > 1 else ranked)
    return [
        {"picture": f"runs/{run.name}/{SAMPLES}", "page": run.page, "about": f"{which} seed, {run.record.spec.seed}"}
        for run, which in zip(runs, ("best", "worst"), strict=False)
        if (run.folder / SAMPLES).exists()
    ]


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(f"{float(value):.6g}")
