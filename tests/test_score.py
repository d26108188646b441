"""`ganbench score`: samples from anywhere, compared by any metric, with intervals that mean something."""

import json

import numpy as np
import pytest
import torch

from ganbench.errors import BadOptionError
from ganbench.evaluation.resampling import with_intervals
from ganbench.evaluation.sources import Reader
from ganbench.evaluation.standalone import choose, compare
from ganbench.schema.choice import Choice
from ganbench_metrics.frechet import frechet_distance

pytest_plugins = ["sampled"]


def points(path, n, seed, mean=0.0, d=2):
    np.save(path, np.random.default_rng(seed).standard_normal((n, d)) + mean)
    return str(path)


def test_two_arrays_are_scored_as_by_hand(command, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 300, 0, mean=1), points(tmp_path / "real.npy", 200, 1)
    answer = command("score", fake, real, "--metric", "frechet", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    (score,) = told["scores"]
    by_hand = frechet_distance(*(np.load(path).astype(np.float32).astype(np.float64) for path in (real, fake)))
    assert score["value"] == pytest.approx(by_hand, rel=1e-6)
    assert score["protocol"] == {"real": 200, "fake": 300, "seed": 0, "features": "raw"}
    assert (told["fake"], told["real"]) == (fake, real)


def test_a_run_scores_what_it_scored(finished, command):
    record = finished(samples=280)
    trained = record.checkpoints[-1].scores[0]
    answer = command("score", record.key, "digits:test", "--metric", "frechet", "--samples", "280", "--json")
    (score,) = json.loads(answer.stdout)["scores"]
    assert score["value"] == pytest.approx(trained.value, rel=1e-9)
    assert score["protocol"] == dict(trained.protocol)


def test_a_conditional_run_draws_the_real_sides_labels(finished, command):
    record = finished(model="cgan:width=8")
    answer = command("score", record.key, "digits:test", "--metric", "classification-accuracy", "--json")
    assert answer.exit_code == 0, answer.output
    assert 0 <= json.loads(answer.stdout)["scores"][0]["value"] <= 1


def test_real_data_are_best_and_the_table_shows_it(command, tmp_path):
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).uniform(-1, 1, (300, 1, 8, 8)))
    good = command("score", "digits:train", "digits:test", "--metric", "frechet")
    bad = command("score", str(tmp_path / "noise.npy"), "digits:test", "--metric", "frechet")
    assert "frechet distance" in good.stdout
    values = [float(answer.stdout.split("frechet distance")[1].split()[0]) for answer in (good, bad)]
    assert values[0] < 1 < 10 < values[1]


def test_what_is_missing_has_its_reason_and_exit_code_one(command, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 300, 0), points(tmp_path / "real.npy", 200, 1)
    answer = command("score", fake, real, "--metric", "frechet,modes")
    assert answer.exit_code == 1
    assert "no modes: modes needs the dataset that the real side is from" in answer.stderr
    assert "frechet distance" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digits:train", "digits:test", "--metric", "frchet"], "unknown metric 'frchet'; did you mean 'frechet'?"),
        (["digits:train", "digits:test", "--metric", "frechet", "--features", "rwa"], "unknown feature 'rwa'"),
        (["digits:train", "digts:test", "--metric", "frechet"], "unknown dataset 'digts'; did you mean 'digits'?"),
        (["nowhere", "digits:test", "--metric", "frechet"], "can't find 'nowhere'"),
        (["digits:train", "ring8:test", "--metric", "frechet"], "the sides differ in shape"),
        (["digits:train", "digits:test", "--metric", "frechet", "--bootstrap", "1"], "two rounds or more, not 1"),
        (["digits:train", "digits:test", "--metric", "frechet:depth=3"], "metric 'frechet' takes no parameter 'depth'"),
        (["digits:train", "digits:test", "--metric", "frechet", "--samples", "0"], "samples must be 1 or more"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_two(command, arguments, message):
    answer = command("score", *arguments)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_features_named_once_hold_for_every_metric_that_has_some(catalog):
    chosen = choose(catalog, Choice.parse_many("frechet,modes,fid:features=raw"), "inception")
    assert list(map(str, chosen)) == ["frechet:features=inception", "modes", "fid:features=raw"]


def test_without_a_name_the_usual_metrics_are_asked(catalog):
    names = [metric.name for metric in choose(catalog, None, None)]
    assert "fid" in names
    assert all(catalog.get("metrics", name).default for name in names)


def means(comparison, rounds=200):
    (interval,) = with_intervals(comparison, [Choice("frechet")], rounds)
    return interval


@pytest.mark.slow
def test_intervals_hold_the_truth_about_as_often_as_they_say(features, tmp_path):
    # points whose distance is known: a shift by one in each of two dimensions, far from where the score is biased
    held, trials = 0, 40
    for trial in range(trials):
        fake = points(tmp_path / "fake.npy", 400, 2 * trial, mean=1)
        real = points(tmp_path / "real.npy", 400, 2 * trial + 1)
        interval = means(compare(Reader(features, tmp_path), fake, real), rounds=60)
        assert interval.low < interval.score.value < interval.high
        held += interval.low < 2.0 < interval.high
    assert held >= 0.8 * trials


def test_an_interval_ends_where_the_scores_range_does(features, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 60, 0), points(tmp_path / "real.npy", 60, 1)
    comparison = compare(Reader(features, tmp_path), fake, real)
    distance, *shares = with_intervals(comparison, [Choice("frechet"), Choice.parse("prdc:features=raw")], 30)
    assert distance.low == 0.0
    assert all(0.0 <= share.low <= share.high for share in shares)
    assert all(share.high <= 1.0 for share in shares if share.score.name != "density")


def test_more_samples_make_an_interval_narrower(features, tmp_path):
    widths = []
    for n in (200, 3_200):
        fake, real = points(tmp_path / "fake.npy", n, 0, mean=1), points(tmp_path / "real.npy", n, 1)
        interval = means(compare(Reader(features, tmp_path), fake, real))
        widths.append(interval.high - interval.low)
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.35)


def test_intervals_repeat_with_the_seed(features, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 100, 0, mean=1), points(tmp_path / "real.npy", 100, 1)
    first, again, other = (means(compare(Reader(features, tmp_path, seed=s), fake, real), 20) for s in (0, 0, 1))
    assert (first.low, first.high) == (again.low, again.high)
    assert first.low != other.low


def test_a_score_that_is_missing_has_no_interval(features, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 100, 0), points(tmp_path / "real.npy", 100, 1)
    comparison = compare(Reader(features, tmp_path), fake, real)
    assert {interval.low for interval in with_intervals(comparison, [Choice("modes")], 3)} == {None}
    with pytest.raises(BadOptionError, match="two rounds or more"):
        with_intervals(comparison, [Choice("frechet")], 1)


def test_halves_keep_the_features_that_were_computed(features, tmp_path):
    fake, real = points(tmp_path / "fake.npy", 100, 0), points(tmp_path / "real.npy", 100, 1)
    comparison, seen = compare(Reader(features, tmp_path), fake, real), []

    def watched(space, samples):
        seen.append(space)
        return features.features(space, samples)

    comparison.real.embed = comparison.fake.embed = watched
    means(comparison, rounds=10)
    assert len(seen) == 2


def test_a_picture_folder_is_scored_against_a_dataset(command, tmp_path, factory):
    from torchvision.utils import save_image

    folder = tmp_path / "digits"
    folder.mkdir()
    for index, digit in enumerate(factory.dataset(Choice("digits")).head("train", 200).samples):
        save_image(digit.add(1).div(2), folder / f"{index}.png")
    answer = command("score", str(folder), "digits:test", "--metric", "frechet", "--json")
    (score,) = json.loads(answer.stdout)["scores"]
    assert score["value"] < 2
    assert score["protocol"]["fake"] == 200
    assert torch.isfinite(torch.tensor(score["value"]))
