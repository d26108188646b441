"""The leaderboard in a terminal: a table a dataset, best first, with what is missing and why."""

import math
from collections.abc import Iterator

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

_BOARD = ["suite", "budget", "standard", "precision", "device", "dataset"]
_LINE = ["model", "loss", "settings"]
ARROWS = {"higher": "↑", "lower": "↓"}
_NOTHING = "–"


def leaderboard_tables(board: pd.DataFrame, width: int = 132) -> Iterator[Group]:
    """Yield a title and a table for each suite, budget, device and dataset of a leaderboard frame.

    Scores that do not fit into the width, in characters, are named below; the first always stands.
    """
    for key, part in board.groupby(_BOARD, sort=False, dropna=False):
        suite, budget, standard, precision, device, dataset = key
        mark = "" if standard else " [bold yellow](not the standard budget)[/]"
        extra = "" if precision == "fp32" else f", {precision}"
        title = (
            f"[bold]{escape(str(dataset))}[/] – {escape(str(suite))}, {budget}{mark}{extra}, on {escape(str(device))}"
        )
        yield Group(Text.from_markup(title), *_fitted(part, width))


def missing_lines(board: pd.DataFrame) -> list[str]:
    """Return a line for each reason that runs or numbers are missing, with all whom it concerns."""
    lines: dict[tuple[str, str], list[str]] = {}
    for _, row in board[board["reason"] != ""].sort_values("failed", ascending=False, kind="stable").iterrows():
        counts = [f"{row[status]} {status}" for status in ("failed", "skipped") if row[status]]
        what = ", ".join(counts) if counts else f"no {row['metric']}"
        who = lines.setdefault((f"{row['dataset']}: {what}", row["reason"]), [])
        who += [_who(row)] if _who(row) not in who else []
    return [f"{what}: {reason} ({', '.join(who)})" for (what, reason), who in lines.items()]


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits; whole ones without decimals, small ones as powers."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    if not 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"


def _fitted(part: pd.DataFrame, width: int) -> Iterator[RenderableType]:
    """Yield the table with as many scores as fit, and a line that names the others."""
    # one column a score and protocol, none for scores that nobody on this dataset has
    scored = part[part["mean"].notna()]
    distinct = scored[["metric", "score", "better", "protocol"]].drop_duplicates()
    scores = [dict(zip(distinct.columns, row, strict=True)) for row in distinct.itertuples(index=False)]
    console = Console(width=10_000)
    shown = len(scores)
    while shown > 1 and console.measure(_table(part, scores[:shown])).maximum > width:
        shown -= 1
    yield _table(part, scores[:shown])
    if shown < len(scores):
        names = ", ".join(dict.fromkeys(score["score"].replace("_", " ") for score in scores[shown:]))
        yield Text(f"more in leaderboard.csv: {names}\n", style="dim")


def _table(part: pd.DataFrame, scores: list[dict[str, str]]) -> Table:
    told_apart = _differing(scores)
    told = part.drop_duplicates(_LINE).duplicated(["model", "loss"]).any()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for score in scores:
        table.add_column(_heading(score, told_apart), justify="right")
    for heading in ("seeds", "seconds", "images/s"):
        table.add_column(heading, justify="right")

    # best first, by the first score
    for _, line in sorted(part.groupby(_LINE, sort=False), key=lambda item: _standing(item[1], scores)):
        first = line.iloc[0]
        names = [first["model"], first["loss"], first["settings"].replace(",", ", ") if told else ""]
        cells = [_cell(line, score) for score in scores]
        table.add_row(Text("\n  ".join(filter(None, names))), *cells, _seeds(first), *map(_plain, _costs(first)))
    return table


def _protocol(score: dict[str, str]) -> dict[str, str]:
    return dict(part.split("=", 1) for part in score["protocol"].split(", ") if "=" in part)


def _differing(scores: list[dict[str, str]]) -> set[str]:
    """Return the fields of protocols in which two columns of one score differ."""
    apart: set[str] = set()
    for name in {score["score"] for score in scores}:
        said = [_protocol(score) for score in scores if score["score"] == name]
        apart |= {key for one in said for key in one if any(other.get(key) != one[key] for other in said)}
    return apart


def _heading(score: dict[str, str], told_apart: set[str]) -> Text:
    """Return a score's name and direction; below them its features, and what tells it from another protocol."""
    said = _protocol(score)
    notes = [f"{said['features']}, n={int(said['fake']):,}"] if "features" in said else []
    notes += [f"{key} {said[key]}" for key in sorted(told_apart - {"features"}) if key in said]
    direction = ARROWS.get(score["better"], score["better"].replace("closer to", "→"))
    below = f"\n({', '.join(notes)})" if notes else ""
    return Text(f"{score['score'].replace('_', ' ')} {direction}{below}")


def _match(line: pd.DataFrame, score: dict[str, str]) -> pd.DataFrame:
    same = pd.concat([line[column] == value for column, value in score.items()], axis=1).all(axis=1)
    return line[same]


def _standing(line: pd.DataFrame, scores: list[dict[str, str]]) -> tuple[float, ...]:
    found = [_match(line, score)["rank"] for score in scores]
    return tuple(float("inf") if ranks.empty or ranks.isna().all() else ranks.iloc[0] for ranks in found)


def _cell(line: pd.DataFrame, score: dict[str, str]) -> Text:
    found = _match(line, score)
    if found.empty or pd.isna(found.iloc[0]["mean"]):
        return Text(_NOTHING)
    row = found.iloc[0]
    spread = "" if pd.isna(row["deviation"]) else f" ± {number(row['deviation'], 2)}"
    return Text(f"{number(row['mean'])}{spread}", style="bold" if row["rank"] == 1 else "")


def _seeds(row: pd.Series) -> str:
    counts = [f"{row[status]} {status}" for status in ("failed", "skipped") if row[status]]
    return ", ".join(([str(row["done"])] if row["done"] else []) + counts)


def _costs(row: pd.Series) -> list[float]:
    return [row["seconds"], row["images_per_second"]]


def _plain(value: float) -> str:
    return _NOTHING if pd.isna(value) else number(value)


def _who(row: pd.Series) -> str:
    return f"{row['model']} + {row['loss']}" if row["loss"] else str(row["model"])
