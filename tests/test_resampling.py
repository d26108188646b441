"""The spread over sampling: as theory has it, the same every time, and apart from the spread over seeds."""

import pytest

from ganbench.analysis.tables import leaderboard, tidy
from ganbench.errors import BadSuiteError
from ganbench.schema.choice import Choice
from ganbench.suites.toml import read_suite

SAMPLES = 2_500


@pytest.fixture
def spec(make_spec):
    return make_spec(dataset="ring8", model="gmm", metrics=(Choice("modes"),), samples=SAMPLES, halves=32)


def deviations(record):
    return {score.name: score.sampling_deviation for score in record.checkpoints[-1].scores}


def test_the_deviation_of_a_share_is_the_binomial_one(run, spec):
    record = run(spec)
    (share,) = (score.value for score in record.checkpoints[-1].scores if score.name == "high_quality_share")
    expected = (share * (1 - share) / SAMPLES) ** 0.5
    assert deviations(record)["high_quality_share"] == pytest.approx(expected, rel=0.5)
    assert deviations(record)["modes_captured"] == 0


def test_it_is_the_same_every_time_and_only_at_the_end(run, spec, make_spec):
    assert deviations(run(spec, "a")) == deviations(run(spec, "b"))
    record = run(make_spec(checkpoints=(0.5, 1.0), halves=4))
    half, end = (checkpoint.scores[0].sampling_deviation for checkpoint in record.checkpoints)
    assert half is None
    assert end > 0


def test_the_score_itself_does_not_move(run, spec, make_spec):
    plain = make_spec(dataset="ring8", model="gmm", metrics=(Choice("modes"),), samples=SAMPLES)
    assert run(plain).checkpoints_scores == run(spec).checkpoints_scores


def test_a_seed_that_has_no_score_has_no_deviation_either(run, make_spec):
    record = run(make_spec(metrics=(Choice("fid"),), halves=4))  # needs weights that are not there
    assert deviations(record) == {"fid": None}


def test_the_board_has_it_beside_the_spread_over_seeds(run, make_spec):
    records = [run(make_spec(seed=seed, halves=4)) for seed in (0, 1)]
    (row,) = leaderboard(tidy(records)).to_dict("records")
    spreads = [record.checkpoints[-1].scores[0].sampling_deviation for record in records]
    assert row["sampling_deviation"] == pytest.approx(((spreads[0] ** 2 + spreads[1] ** 2) / 2) ** 0.5)
    assert row["deviation"] != row["sampling_deviation"]


def test_one_half_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'version = 1\nabout = "x"\ndatasets = ["digits"]\nmetrics = ["frechet"]\nseeds = [0]\nhalves = 1\n'
        "[budget]\nupdates = 1\n[[entries]]\nmodel = 'gmm'\n"
    )
    with pytest.raises(BadSuiteError, match="halves must be 0 or at least 2"):
        read_suite(path)
