"""The leaderboard in Markdown and LaTeX: every number there, every name harmless."""

import re

import pytest

from ganbench.analysis.tables import leaderboard, tidy
from ganbench.report.documents import latex, markdown, write_documents
from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status


@pytest.fixture
def board(make_spec):
    """Return a maker of leaderboards from values of models, three seeds each."""

    def make(values, baseline=None, seeds=3):
        records = []
        for model, start in values.items():
            for seed in range(seeds):
                score = Score("frechet", "a_score", start + 0.1 * seed, "lower", "", {"split": "test"})
                records.append(
                    RunRecord(
                        make_spec(seed=seed, model=Choice(model), loss=None),
                        Status.DONE,
                        checkpoints=(Checkpoint(1.0, Spent(100, 10, 1.0), (score,)),),
                        environment={"device": "cpu"},
                    )
                )
        return leaderboard(tidy(records), baseline)

    return make


def test_markdown_has_a_row_a_model_best_first_and_the_best_in_bold(board):
    lines = [line for line in markdown(board({"slow": 5.0, "fast": 1.0})).splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0][:3] == ["place", "model", "a score ↓"] or rows[0][2].startswith("a\\_score") or "score" in rows[0][2]
    assert [row[:2] for row in rows[2:]] == [["1", "fast"], ["2", "slow"]]
    assert rows[2][2] == "**1.10 ± 0.10**"
    assert rows[3][2] == "5.10 ± 0.10"


def test_a_tie_is_shown_as_one(board):
    text = markdown(board({"one": 1.0, "other": 1.05}, seeds=5))
    assert text.count("1=") == 2
    assert text.count("**") == 4


def test_a_baseline_adds_a_column(board):
    assert "beats baseline" not in markdown(board({"one": 1.0, "other": 5.0}))
    text = markdown(board({"one": 1.0, "other": 5.0}, baseline="other"))
    assert "1.00 (0.34–1.00)" in text


def test_latex_is_balanced_and_bold(board):
    text = latex(board({"slow": 5.0, "fast": 1.0}))
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    assert r"\textbf{1.10 $\pm$ 0.10}" in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a|b", "50%_off & {more}", "back\\slash", "[x](y)"])
def test_names_are_never_markup(board, name):
    shown, typeset = markdown(board({name: 1.0})), latex(board({name: 1.0}))
    assert "<script>" not in shown
    assert not re.search(r"(?<!\\)\[x\]", shown)
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert not re.search(r"(?<!\\)[%&]off|(?<!\\)_off| (?<!\\)& more", typeset)
    assert typeset.count("{") - typeset.count(r"\{") == typeset.count("}") - typeset.count(r"\}")


def test_both_are_written_beside_the_other_tables(board, tmp_path):
    paths = write_documents(board({"one": 1.0}), tmp_path)
    assert [path.name for path in paths] == ["leaderboard.md", "leaderboard.tex"]
    assert all(path.read_text(encoding="utf-8") for path in paths)


def test_notes_stand_below_a_table_and_in_its_caption(board):
    values = board({"one": 1.0, "other": 1.05})
    assert "\n- undecided: no lead or tie is supported" in markdown(values)
    assert "undecided: no lead or tie is supported" in latex(values).partition("begin{tabular}")[0]


def test_the_order_by_worst_seeds_has_a_column_of_them(board):
    values = board({"one": 1.0, "other": 5.0})
    assert "worst seed" not in markdown(values)
    assert "| worst seed" in markdown(values, "worst")
