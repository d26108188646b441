"""How long models took to become as good as stated: the first checkpoint that is, in images and in seconds."""

from typing import Any

import pandas as pd

from ganbench.analysis.tidy import CELL
from ganbench.errors import BadOptionError, nearest
from ganbench.schema.choice import parse_settings
from ganbench.schema.direction import merit

# seeds: runs that have the score. reached: how many of them became as good at any checkpoint. images, seconds:
# what these had spent at the first one, means over them; between it and the one before lies the truth.
COLUMNS = ["seeds", "reached", "images", "seconds"]


def parse_level(text: str) -> tuple[str, float]:
    """Read `fid=20` as a score's name and a level; raises BadOptionError for anything else."""
    settings = parse_settings(text)
    ((name, level),) = settings.items() if len(settings) == 1 else (("", None),)
    if isinstance(level, bool) or not isinstance(level, int | float):
        raise BadOptionError(f"name one score and the level to reach, such as fid=20, not {text!r}")
    return name, float(level)


def reached(frame: pd.DataFrame, score: str, level: float) -> pd.DataFrame:
    """Return a row for each cell of a tidy frame that has the score: CELL, protocol and COLUMNS, soonest first.

    A run that never got there counts among the seeds alone. Raises BadOptionError for a score that no run has.
    """
    scored = frame[(frame["score"] == score) & frame["value"].notna()].sort_values("fraction", kind="stable")
    if scored.empty:
        known = sorted(set(frame["score"]) - {""})
        raise BadOptionError(f"no run has the score {score!r}{nearest(score, known)}")
    rows = [
        dict(zip([*CELL, "protocol"], key, strict=True)) | _first(part, level)
        for key, part in scored.groupby([*CELL, "protocol"], sort=False, dropna=False)
    ]
    columns = [*CELL, "protocol", *COLUMNS]
    return pd.DataFrame(rows, columns=columns).sort_values(["dataset", "images"], kind="stable", ignore_index=True)


def _first(part: pd.DataFrame, level: float) -> dict[str, Any]:
    better = str(part["better"].iloc[0])
    good = part[[merit(value, better) <= merit(level, better) for value in part["value"]]].drop_duplicates("run")
    return {
        "seeds": int(part["run"].nunique()),
        "reached": len(good),
        "images": good["images"].mean() if len(good) else None,
        "seconds": good["seconds"].mean() if len(good) else None,
    }
