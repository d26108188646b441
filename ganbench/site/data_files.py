"""The data beside the pages: the leaderboard as JSON, and the schema that says what it holds."""

import json
import math
from pathlib import Path
from typing import Any

from ganbench.analysis.tables import as_text
from ganbench.schema.columns import LEADERBOARD
from ganbench.site.content import Content

VERSION = 2  # 2: places of all pairs at once, t intervals, failed seeds
_TYPES = {
    "standard": ["boolean"], "conditional": ["boolean", "null"], "done": ["integer"], "failed": ["integer"],
    "skipped": ["integer"], "seeds": ["integer"], "failed_seeds": ["integer"], "place_test": ["string", "null"],
}  # fmt: skip
_TEXTS = (
    "suite", "budget", "precision", "device", "dataset", "model", "loss", "settings", "versions", "reason", "family",
    "metric", "score", "better", "protocol",
)  # fmt: skip


def write_data(content: Content, folder: Path) -> None:
    """Write leaderboard.json and leaderboard.schema.json."""
    rows = [
        {str(name): _plain(value) for name, value in row.items()}
        for row in as_text(content.results.leaderboard).to_dict("records")
    ]
    board = {"schema_version": VERSION, "title": content.title, "rows": rows}
    _write(folder / "leaderboard.json", board)
    _write(folder / "leaderboard.schema.json", schema())


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of leaderboard.json."""
    columns = {name: {"type": _type(name), "description": about} for name, about in LEADERBOARD.items()}
    row = {"type": "object", "properties": columns, "required": list(LEADERBOARD), "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A ganbench leaderboard: a row for each model and score, at the end of training",
        "type": "object",
        "properties": {
            "schema_version": {"const": VERSION},
            "title": {"type": "string"},
            "rows": {"type": "array", "items": row},
        },
        "required": ["schema_version", "title", "rows"],
        "additionalProperties": False,
    }


def _type(name: str) -> list[str]:
    return ["string"] if name in _TEXTS else _TYPES.get(name, ["number", "null"])


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: what is missing or not finite is null."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")
