"""The leaderboard for papers and pages: Markdown and LaTeX."""

from pathlib import Path

import pandas as pd

from ganbench.files import write_whole
from ganbench.report.grid import COSTS, Grid, grids
from ganbench.report.notes import Order


def write_documents(board: pd.DataFrame, folder: Path, order: Order = "mean") -> list[Path]:
    """Write leaderboard.md and leaderboard.tex; return their paths. order: as grid.grids has it."""
    texts = {"leaderboard.md": markdown(board, order), "leaderboard.tex": latex(board, order)}
    for name, text in texts.items():
        write_whole(folder / name, lambda path, text=text: path.write_text(text, encoding="utf-8"))  # type: ignore[misc]
    return [folder / name for name in texts]


def markdown(board: pd.DataFrame, order: Order = "mean") -> str:
    """Return every table under a heading, its notes below it; numbers of the first place are bold."""
    parts = []
    for grid in grids(board, order):
        frame = _frame(grid, bold="**{}**")
        safe = frame.rename(columns=escaped).map(escaped)
        table = safe.to_markdown(index=False, disable_numparse=True)
        notes = "".join(f"\n- {escaped(note)}" for note in grid.notes)
        parts.append(f"## {escaped(grid.board.title)}\n\n{table}\n{notes and notes + chr(10)}")
    return "\n".join(parts)


def latex(board: pd.DataFrame, order: Order = "mean") -> str:
    """Return a table environment for each table, for the package booktabs; its notes are in the caption."""
    parts = []
    for grid in grids(board, order):
        frame = _frame(grid, bold="\0{}\1")
        texed = frame.rename(columns=_texed).map(_texed)
        bold = texed.map(lambda text: text.replace("\0", r"\textbf{").replace("\1", "}"))
        columns = "rl" + "r" * (frame.shape[1] - 2)
        caption = ". ".join(map(_texed, (grid.board.title, *grid.notes)))
        shown = bold.style.hide(axis="index").to_latex(
            column_format=columns, hrules=True, caption=caption, position_float="centering"
        )
        parts.append(shown)
    return "\n".join(parts)


def _frame(grid: Grid, bold: str) -> pd.DataFrame:
    columns = ["place", "model", *(" ".join(filter(None, heading)) for heading in grid.headings)]
    further = [("worst seed", grid.by_worst), ("beats baseline", grid.compared)]
    columns += [*(name for name, there in further if there), *COSTS]
    rows = [
        [
            row.place,
            " + ".join(row.names),
            *(bold.format(cell.text) if cell.best else cell.text for cell in row.cells),
            *([row.worst] if grid.by_worst else []),
            *([row.improvement] if grid.compared else []),
            *row.costs,
        ]
        for row in grid.rows
    ]
    return pd.DataFrame(rows, columns=columns)


def escaped(text: str) -> str:
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
