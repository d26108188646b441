"""Time to a stated score: the first checkpoint that has it, whichever way the score points, and never a guess."""

import pytest
from click.testing import CliRunner
from sites import make_record, of_values, rescored, write_results

from ganbench.analysis.tables import tidy
from ganbench.analysis.time_to_score import parse_level, reached
from ganbench.cli import main
from ganbench.errors import BadOptionError


def rows(records, level, score="fid"):
    frame = reached(tidy(records), score, level)
    return {row["model"]: (row["reached"], row["seeds"], row["images"], row["seconds"]) for _, row in frame.iterrows()}


def test_it_is_the_first_checkpoint_that_is_as_good_and_a_mean_over_those_that_got_there():
    records = [
        rescored(make_record("dcgan", "digits", seed), *values) for seed, values in enumerate([(4, 3), (9, 4), (9, 8)])
    ]
    assert rows(records, 4.0)["dcgan"] == (2, 3, (3_200 + 6_400) / 2, (1.5 + 3.0) / 2)
    assert rows(records, 3.0)["dcgan"] == (1, 3, 6_400, 3.0)


def test_nobody_who_gets_there_is_no_time():
    found = rows([make_record("dcgan", "digits", 0)], 0.5)["dcgan"]
    assert found[:2] == (0, 1)
    assert all(value != value or value is None for value in found[2:])


def test_the_direction_is_the_scores():
    records = [rescored(make_record("gmm", "digits", 0), 0.2, 0.9, better="higher")]
    assert rows(records, 0.5)["gmm"] == (1, 1, 6_400, 3.0)
    records = [rescored(make_record("gmm", "digits", 0), 0.2, 0.45, better="closer to 0.5")]
    assert rows(records, 0.6)["gmm"] == (1, 1, 6_400, 3.0)


@pytest.mark.parametrize("text", ["fid", "fid=x", "fid=true", "fid=1,kid=2", ""])
def test_what_is_no_level_is_refused(text):
    with pytest.raises(BadOptionError):
        parse_level(text)


def test_a_score_that_nobody_has_is_said_so():
    with pytest.raises(BadOptionError, match="no run has the score 'fidd'; did you mean 'fid'"):
        reached(tidy(of_values("gmm", [1.0])), "fidd", 1.0)


def test_the_command_line_shows_it_and_writes_it(tmp_path):
    write_results(tmp_path / "ganbench-results", [make_record("gmm", "digits", seed) for seed in range(2)])
    result = CliRunner().invoke(main, ["report", "--reach", "fid=2.05"])
    assert result.exit_code == 0, result.output
    assert "1 of 2" in result.stdout
    assert "3,200" in result.stdout
    assert (tmp_path / "ganbench-results" / "reached.csv").read_text().startswith("suite,")
