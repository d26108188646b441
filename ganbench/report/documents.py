"""The leaderboard for papers and pages: Markdown and LaTeX."""

from pathlib import Path

import pandas as pd

from ganbench.files import write_whole
from ganbench.report.grid import COSTS, Grid, grids


def write_documents(board: pd.DataFrame, folder: Path) -> list[Path]:
    """Write leaderboard.md and leaderboard.tex; return their paths."""
    texts = {"leaderboard.md": markdown(board), "leaderboard.tex": latex(board)}
    for name, text in texts.items():
        write_whole(folder / name, lambda path, text=text: path.write_text(text, encoding="utf-8"))  # type: ignore[misc]
    return [folder / name for name in texts]


def markdown(board: pd.DataFrame) -> str:
    """Return every table under a heading; the best numbers are bold."""
    parts = []
    for grid in grids(board):
        frame = _frame(grid, bold="**{}**")
        escaped = frame.rename(columns=_escaped).map(_escaped)
        parts.append(f"## {_escaped(grid.board.title)}\n\n{escaped.to_markdown(index=False, disable_numparse=True)}\n")
    return "\n".join(parts)


def latex(board: pd.DataFrame) -> str:
    """Return a table environment for each table, for the package booktabs; the best numbers are bold."""
    parts = []
    for grid in grids(board):
        frame = _frame(grid, bold="\0{}\1")
        texed = frame.rename(columns=_texed).map(_texed)
        bold = texed.map(lambda text: text.replace("\0", r"\textbf{").replace("\1", "}"))
        columns = "rl" + "r" * (frame.shape[1] - 2)
        shown = bold.style.hide(axis="index").to_latex(
            column_format=columns, hrules=True, caption=_texed(grid.board.title), position_float="centering"
        )
        parts.append(shown)
    return "\n".join(parts)


def _frame(grid: Grid, bold: str) -> pd.DataFrame:
    columns = ["place", "model", *(" ".join(filter(None, heading)) for heading in grid.headings)]
    columns += [*(["beats baseline"] if grid.compared else []), *COSTS]
    rows = [
        [
            row.place,
            " + ".join(row.names),
            *(bold.format(cell.text) if cell.best else cell.text for cell in row.cells),
            *([row.improvement] if grid.compared else []),
            *row.costs,
        ]
        for row in grid.rows
    ]
    return pd.DataFrame(rows, columns=columns)


def _escaped(text: str) -> str:
    """Keep a name from being read as Markdown or HTML."""
    for mark, safe in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("_", "\\_"), ("`", "\\`"), ("[", "\\[")):
        text = text.replace(mark, safe)
    return text


def _texed(text: str) -> str:
    """Keep a name from being read as LaTeX; arrows and dashes become its own."""
    text = text.replace("\\", "\2")
    for mark in "&%$#_{}":
        text = text.replace(mark, f"\\{mark}")
    for mark, safe in (
        ("\2", r"\textbackslash{}"), ("~", r"\textasciitilde{}"), ("^", r"\textasciicircum{}"), ("↑", r"$\uparrow$"),
        ("↓", r"$\downarrow$"), ("→", r"$\to$"), ("±", r"$\pm$"), ("–", "--"), ("<", "$<$"), (">", "$>$"),
    ):  # fmt: skip
        text = text.replace(mark, safe)
    return text
