"""Tables: nothing averaged that should not be, nothing dropped without a mark."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from rich.console import Console

from ganbench.analysis.statistics import mean_and_deviation
from ganbench.analysis.tables import leaderboard, results, tidy, write_tables
from ganbench.report.grid import grids
from ganbench.report.numbers import number
from ganbench.report.terminal import leaderboard_tables, missing_lines
from ganbench.schema import columns
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget


def score(value, name="frechet_distance", better="lower", **protocol):
    reason = "" if value is not None else "no weights"
    return Score("frechet", name, value, better, reason, {"split": "test", "real": 100} | protocol)


@pytest.fixture
def record(make_spec):
    """Return a maker of records with final scores."""

    def make(*scores, status=Status.DONE, reason="", device="cpu", seconds=2.0, **spec):
        spent = Spent(1_000, 10, seconds)
        checkpoints = (Checkpoint(1.0, spent, tuple(scores)),) if status is Status.DONE else ()
        return RunRecord(
            make_spec(**spec),
            status,
            reason,
            spent=spent,
            checkpoints=checkpoints,
            throughput={"images_per_second": 500.0},
            environment={"device": device},
        )

    return make


def shown(records, width=160):
    console = Console(width=width, record=True, file=io.StringIO())
    board = leaderboard(tidy(records))
    for table in leaderboard_tables(board, width):
        console.print(table)
    return console.export_text(), missing_lines(board)


def test_the_tidy_frame_has_a_row_for_each_run_checkpoint_and_score(record):
    one = record(score(1.0), score(2.0, name="other"))
    early = Checkpoint(0.5, Spent(500, 5, 1.0), (score(3.0),))
    frame = tidy([replace(one, checkpoints=(early, *one.checkpoints)), record(status=Status.SKIPPED, seed=1)])
    assert len(frame) == 4
    assert frame["fraction"].tolist()[:3] == [0.5, 1.0, 1.0]
    assert frame["images"].tolist()[:3] == [500, 1_000, 1_000]
    assert frame.iloc[3][["status", "score"]].tolist() == ["skipped", ""]


def test_a_mean_over_seeds_with_its_spread_by_hand(record):
    board = leaderboard(tidy([record(score(value), seed=seed) for seed, value in enumerate((1.0, 2.0, 6.0))]))
    (row,) = board.to_dict("records")
    assert (row["mean"], row["seeds"], row["done"], row["rank"]) == (3.0, 3, 3, 1)
    assert row["deviation"] == pytest.approx(7**0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": Budget(updates=20), "standard": False},
        {"device": "H200"},
        {"precision": "bf16"},
        {"suite": "test@2"},
        {"recipe": (("batch", 8),)},
        {"model": "vanilla:latent=3", "loss": "non-saturating"},
        {"loss": "minimax"},
    ],
)
def test_runs_that_differ_in_more_than_the_seed_are_never_averaged(record, changes):
    board = leaderboard(tidy([record(score(1.0)), record(score(3.0), seed=1, **changes)]))
    assert sorted(board["mean"]) == [1.0, 3.0]


def test_numbers_of_two_protocols_never_share_a_column(record):
    records = [record(score(1.0, features="raw")), record(score(3.0, features="other"), seed=1)]
    assert sorted(leaderboard(tidy(records))["mean"]) == [1.0, 3.0]


@pytest.mark.parametrize(("better", "best"), [("lower", 0.2), ("higher", 0.995), ("closer to 0.98889", 0.985)])
def test_the_rank_follows_the_scores_own_direction(record, better, best):
    values = {"gmm": 0.2, "dcgan": 0.985, "vanilla": 0.995}
    board = leaderboard(tidy([record(score(value, better=better), model=model) for model, value in values.items()]))
    assert board[board["rank"] == 1]["mean"].item() == best


def test_failed_and_skipped_runs_stay_in_sight(record):
    records = [
        record(score(1.0)),
        record(status=Status.FAILED, reason="it broke", seed=1),
        record(status=Status.SKIPPED, reason="does not fit", model="gmm"),
    ]
    board = leaderboard(tidy(records))
    assert board[["model", "done", "failed", "skipped"]].values.tolist() == [["gmm", 0, 0, 1], ["vanilla", 1, 1, 0]]
    text, lines = shown(records)
    assert "1, 1 failed" in text
    assert "1 skipped" in text
    assert any("it broke" in line for line in lines)
    assert any("does not fit" in line for line in lines)


def test_a_score_without_a_number_is_a_missing_cell_with_its_reason(record):
    text, lines = shown([record(score(1.0), score(None, name="fid")), record(score(2.0), model="gmm")])
    assert "fid" not in text
    assert lines == ["digits: no frechet: no weights (vanilla + non-saturating)"]


def test_an_overridden_budget_is_marked_in_the_terminal(record):
    assert "not standard" not in shown([record(score(1.0))])[0]
    assert "10 updates (not standard)" in shown([record(score(1.0), standard=False)])[0]


def test_a_name_from_a_plugin_is_never_markup(record):
    from ganbench.schema.choice import Choice

    text, _ = shown([record(score(1.0), model=Choice("[red]x[/red]"))])
    assert "[red]x[/red]" in text


def test_tables_are_written_as_csv_and_parquet_that_read_back(record, tmp_path):
    records = [record(score(1.0)), record(status=Status.FAILED, reason='said "no", twice\n', seed=1)]
    built = results(records)
    assert [path.name for path in write_tables(built, tmp_path)] == [
        "leaderboard.csv", "leaderboard.parquet", "tidy.csv", "tidy.parquet",
    ]  # fmt: skip
    assert pd.read_csv(tmp_path / "tidy.csv")["reason"].tolist()[1] == 'said "no", twice\n'
    written = pd.read_parquet(tmp_path / "leaderboard.parquet")
    assert written["mean"].tolist() == [1.0]
    assert written["protocol"].tolist() == ["real=100, split=test"]


def test_no_records_make_empty_tables_with_all_their_columns(tmp_path):
    built = results([])
    assert built.tidy.empty
    assert {"mean", "rank", "model", "score"} <= set(built.leaderboard.columns)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (8.0, "8"), (1234.0, "1,234"), (0.0123456, "0.0123"), (1.2345, "1.23"), (123.456, "123"),
     (1234.56, "1,235"), (9.999e-5, "1.00e-04"), (-0.5, "-0.500"), (2.5e7, "2.50e+07"), (float("inf"), "inf")],
)  # fmt: skip
def test_numbers_are_written_with_three_digits_that_mean_something(value, text):
    assert number(value) == text


def test_mean_and_deviation_of_little_and_nothing():
    assert mean_and_deviation([]) == (None, None)
    assert mean_and_deviation([float("nan")]) == (None, None)
    assert mean_and_deviation([2.0, float("nan")]) == (2.0, None)
    mean, deviation = mean_and_deviation([1.0, 3.0])
    assert (mean, deviation) == (2.0, pytest.approx(2**0.5))


def test_two_protocols_of_one_score_are_told_apart_in_their_headings(record):
    scores = [score(1.0, features="inception", weights=weights, fake=100) for weights in ("abc", "def")]
    text, _ = shown([record(scores[0]), record(scores[1], seed=1)])
    assert "(inception, n=100, weights abc)" in text
    assert "(inception, n=100, weights def)" in text
    same, _ = shown([record(scores[0]), record(scores[0], seed=1)])
    assert "(inception, n=100)" in same


def test_scores_that_do_not_fit_the_terminal_are_named_below(record):
    many = [score(float(index), name=f"a_score_of_some_length_{index}") for index in range(9)]
    text, _ = shown([record(*many)], width=120)
    assert max(map(len, text.splitlines())) <= 120
    assert "a score of some length 0" in text
    assert "more in leaderboard.csv: " in text
    assert text.count("a score of some length 8") == 1
    assert "leaderboard.csv" not in shown([record(*many[:1])], width=120)[0]


def test_references_have_means_and_no_place_and_stand_where_their_means_do(record):
    values = {"real": 1.0, "gmm": 2.0, "vanilla": 3.0}
    records = [
        replace(record(score(value + seed / 10), model=model, seed=seed), family="reference" if model == "real" else "")
        for model, value in values.items()
        for seed in range(3)
    ]
    board = leaderboard(tidy(records)).set_index("model")
    assert board.loc["real", "mean"] == pytest.approx(1.1)
    assert board.loc["real", ["rank", "place", "rank_low"]].isna().all()
    assert board.loc[["gmm", "vanilla"], "place"].tolist() == [1, 2]
    (grid,) = grids(board.reset_index())
    assert [(row.names[0], row.place) for row in grid.rows] == [("real", "–"), ("gmm", "1"), ("vanilla", "2")]
    assert [row.cells[0].best for row in grid.rows] == [False, True, False]


def test_every_column_is_described_and_nothing_else_is(make_spec):
    frame = tidy([RunRecord(make_spec(), Status.FAILED, "it broke")])
    assert sorted(frame.columns) == sorted(columns.TIDY)
    assert sorted(leaderboard(frame).columns) == sorted(columns.LEADERBOARD)


def test_an_interval_of_counts_ends_at_the_number_that_there_are(make_spec):
    def of(seed, value):
        score = Score("modes", "modes_captured", value, "higher", lowest=0.0, highest=8.0)
        return RunRecord(make_spec(seed=seed), Status.DONE, checkpoints=(Checkpoint(1.0, Spent(1, 1, 1.0), (score,)),))

    (row,) = leaderboard(tidy([of(0, 8.0), of(1, 8.0), of(2, 1.0)])).to_dict("records")
    assert (row["low"], row["high"]) == (0.0, 8.0)
    old = [of(seed, value) for seed, value in enumerate((8.0, 8.0, 9.0))]  # a record that contradicts itself
    (row,) = leaderboard(tidy(old)).to_dict("records")
    assert row["low"] < row["mean"] < row["high"] == 9.0
