"""What plots show, number by number: the right seed, the right side, the right way up."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageSequence
from sites import costing, joined, make_record, rescored, respec, seeds_of

from ganbench.analysis.tables import results, tidy
from ganbench.storage.store import RunFolder
from ganbench_sections import heat_map, histograms, players, progress, samples, trade_offs, training_pictures
from ganbench_sections.figures import boards


def trajectory(folder, who, shades):
    frames = {}
    for fraction, colour in shades.items():
        frames[fraction] = folder / f"{who}-{colour}.png"
        Image.new("RGB", (8, 8), colour).save(frames[fraction])
    return training_pictures.Course(who, frames)


def test_a_model_that_ended_early_stays_in_the_animation(tmp_path):
    early, late = (
        trajectory(tmp_path, "early", {0.25: "red"}),
        trajectory(tmp_path, "late", {0.25: "lime", 1.0: "blue"}),
    )
    pages = training_pictures.animate([early, late])
    assert [[page.getpixel((x, 21)) for x in (6, 246)] for page in pages] == [
        [(255, 0, 0), (0, 255, 0)], [(255, 0, 0), (0, 0, 255)],
    ]  # fmt: skip


def test_a_strip_has_each_checkpoints_own_picture(tmp_path):
    figure = training_pictures.draw([trajectory(tmp_path, "one", {0.25: "red", 1.0: "blue"})], "title")
    (axes,) = figure.axes
    pixels = np.asarray(axes.images[0].get_array())[..., :3]
    assert [tuple(map(int, pixels[0, column])) for column in (0, -1)] == [(255, 0, 0), (0, 0, 255)]
    assert [text.get_text() for text in axes.texts] == ["one", "25%", "100%"]
    places = [text.get_position()[0] for text in axes.texts[1:]]
    assert places[0] < axes.get_xlim()[1] / 2 < places[1]


@pytest.fixture
def pictured(tmp_path):
    """Return a maker of results from records whose folders have pictures, a frame unless told otherwise, and modes."""

    def make(records, frames=True):
        folders = []
        for record in records:
            folder = RunFolder(tmp_path / record.key)
            folder.write_picture("samples.png", Image.new("RGB", (8, 8), "blue").save)
            if frames:
                folder.write_frame(0.5, Image.new("RGB", (8, 8), "red").save)
            counts = {"class-modes": {"generated": [3, 1], "real": [1 + record.spec.seed, 1]}}
            folder.write_text("modes.json", json.dumps(counts))
            folders.append(folder.path)
        return results(records, folders)

    return make


def test_the_animation_rests_at_its_end(pictured, tmp_path):
    (path,) = training_pictures.Animation().write(pictured(seeds_of("dcgan")), tmp_path / "out")
    with Image.open(path) as film:
        durations = [page.info["duration"] for page in ImageSequence.Iterator(film)]
    assert durations == [700, 2_500]


def test_runs_of_a_single_picture_have_no_strip(pictured, tmp_path):
    assert list(training_pictures.Strips().write(pictured(seeds_of("dcgan"), frames=False), tmp_path / "out")) == []


def test_strips_and_samples_are_of_the_seeds_that_are_best_at_the_end(pictured):
    first, second, third = seeds_of("dcgan")
    built = pictured([first, rescored(second, 1.0, 5.0), third])
    ((_, _, (found,)),) = training_pictures._boards(built)
    assert found.frames[1.0].parent.name == make_record("dcgan", "digits", 0).key
    ((_, _, ((best, worst),)),) = samples.pairs_by_board(built)
    assert [(run.seed, run.value) for run in (best, worst)] == [(0, 4.0), (1, 5.0)]


def test_the_best_sample_follows_the_scores_direction(pictured):
    pairs = zip(seeds_of("dcgan"), (1.0, 3.0, 2.0), strict=True)
    built = pictured([rescored(record, value, better="higher") for record, value in pairs])
    ((best, worst),) = samples.extremes(built.tidy.assign(who="dcgan"), built)
    assert (best.seed, worst.seed) == (1, 0)


def test_samples_of_many_models_go_in_bands(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "samples.png")

    def run(who, seed):
        return samples.Drawn(who, seed, 1.0, tmp_path / "samples.png")

    figure = samples.draw([(run(f"m{n}", 0), run(f"m{n}", 1)) for n in range(6)], "title", "fid")
    told = [(*text.get_position(), text.get_text().partition(":")[0]) for text in figure.axes[0].texts]
    rows = [[text for _, y, text in sorted(told) if y == row] for row in sorted({y for _, y, _ in told})]
    assert rows[0] == ["m0", "m1", "m2", "m3", "m4"]
    assert rows[1:3] == [["best seed (0)"] * 5, ["worst seed (1)"] * 5]
    assert rows[3:] == [["m5"], ["best seed (0)"], ["worst seed (1)"]]


def test_histograms_show_the_worst_seed_and_the_true_shares(pictured):
    ((_, _, (counted,)),) = histograms.counted_by_board(pictured(seeds_of("dcgan")))
    assert counted.who == "dcgan + hinge, seed 1"
    assert counted.generated.tolist() == [0.75, 0.25]
    assert counted.real.tolist() == pytest.approx([2 / 3, 1 / 3])
    (axes,) = histograms.draw([counted], "title").axes
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([2 / 3, 1 / 3])


def two_by_two():
    return [record for model in ("dcgan", "gmm") for data in ("digits", "ring8") for record in seeds_of(model, data)]


def test_the_colours_of_the_heat_map_are_ranks():
    axes = heat_map.draw(results(two_by_two()).leaderboard, "title").axes[0]
    assert np.asarray(axes.collections[0].get_array()).ravel().tolist() == [1, 1, 2, 2]


def test_the_heat_map_is_of_standard_budgets_and_first_scores():
    records = [joined(record, rescored(record, 9.0, 8.0, name="kid")) for record in two_by_two()]
    others = [respec(record, standard=False) for record in seeds_of("cgan")]
    ((_, part),) = heat_map.parts(results([*records, *others]).leaderboard)
    assert set(part["score"]) == {"fid"}
    assert sorted(part["model"]) == ["dcgan", "dcgan", "gmm", "gmm"]


def costed(better, values):
    """Return the leaderboard of three models by seconds, each with the mean of its values."""
    records = []
    for (model, seconds), found in zip({"gmm": 1.0, "dcgan": 10.0, "cgan": 100.0}.items(), values, strict=True):
        for seed, value in enumerate(found):
            record = rescored(make_record(model, "digits", seed), value, better=better)
            records.append(costing(record, seconds, images=int(1_000 / seconds)))
    ((_, board),) = boards(results(records).leaderboard)
    return board


def frontier_of(axes):
    (line,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    return line


def test_the_frontier_follows_the_scores_direction_and_each_panels_cost():
    seconds, images, _ = trade_offs.draw(costed("higher", [(1.0,) * 3, (3.0,) * 3, (2.0,) * 3]), "title").axes
    assert frontier_of(seconds).get_xdata().tolist() == [1, 10]
    assert frontier_of(seconds).get_ydata().tolist() == [1, 3]
    assert frontier_of(seconds).get_drawstyle() == "steps-post"
    assert frontier_of(images).get_xdata().tolist() == [10, 100]
    assert frontier_of(images).get_ydata().tolist() == [2, 3]


def test_error_bars_of_trade_offs_end_where_the_interval_does():
    board = costed("lower", [(1.0, 1.0, 9.0), (3.0,) * 3, (2.0,) * 3])
    row = board[board["model"] == "gmm"].iloc[0]
    axes = trade_offs.draw(board, "title").axes[0]
    ends = [segment[:, 1].tolist() for bars in axes.collections for segment in bars.get_segments()]
    assert any(found == pytest.approx([row["low"], row["high"]]) for found in ends)
    assert row["low"] < row["mean"] < row["high"]


def curves(offset, updates=100, **more):
    at = np.arange(1, updates + 1)
    return pd.DataFrame({"update": at, "images": at * 8, "generator_loss": offset + 0.0 * at, **more})


def arrays(frame):
    """Return a frame's columns as sections read them."""
    return {name: frame[name].to_numpy(float) for name in frame if name != "images"}


def test_the_band_of_losses_goes_from_the_lowest_seed_to_the_highest_up_to_the_longest():
    seeds = (curves(0.0, 50), curves(1.0), curves(5.0))
    read = [arrays(seed) for seed in seeds]
    (line,) = players.losses().lines(read)
    assert line.at[-1] == 100
    assert line.mean[[0, -1]].tolist() == [2.0, 3.0]
    assert (line.low[0], line.high[0]) == (0, 5)
    assert (line.low[-1], line.high[-1]) == (1, 5)
    (axes,) = players.losses().draw({"dcgan": read}, "title").axes
    corners = axes.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} == {
        *zip(line.at, line.low, strict=True), *zip(line.at, line.high, strict=True)
    }  # fmt: skip


def test_losses_are_of_every_seed_and_accuracy_of_its_columns(tmp_path):
    records = seeds_of("dcgan")
    for record in records:
        frame = curves(float(record.spec.seed), discriminator_accuracy=0.5)
        (tmp_path / record.key).mkdir()
        frame.to_parquet(tmp_path / record.key / "curves.parquet")
    built = results(records, [tmp_path / record.key for record in records])
    ((_, _, losses),) = players.losses().curves_by_board(built)
    (seeds,) = losses.values()
    assert [seed["generator_loss"][0] for seed in seeds] == [0, 1, 2]
    ((_, _, accuracy),) = players.accuracy().curves_by_board(built)
    (seeds,) = accuracy.values()
    assert [seed["discriminator_accuracy"][0] for seed in seeds] == [0.5] * 3


def test_progress_has_means_bands_levels_and_the_best_first():
    values = {"dcgan": (1.0, 2.0, 6.0), "cgan": (20.0, 21.0, 22.0)}
    records = [
        rescored(make_record(model, "digits", seed), 10 * value, value)
        for model, found in values.items() for seed, value in enumerate(found)
    ]  # fmt: skip
    level = [rescored(make_record("gmm", "digits", seed), value) for seed, value in enumerate((0.5, 0.6, 1.0))]
    ((title, board),) = boards(tidy([*records, *level]))
    axes = progress.draw(board, title).axes[0]
    lines = {line.get_label().partition(" ")[0]: line for line in axes.lines}
    assert list(lines) == ["gmm", "dcgan", "cgan"]
    assert lines["dcgan"].get_ydata().tolist() == [30, 3]
    assert lines["gmm"].get_ydata()[0] == pytest.approx(0.7)
    corners = axes.collections[0].get_paths()[0].vertices
    end = corners[np.isclose(corners[:, 0], 6_400), 1]
    assert (end.min(), end.max()) == (1, 6)
    assert axes.get_yscale() == "log"


def test_a_score_that_moves_little_is_drawn_on_a_plain_axis():
    ((title, board),) = boards(tidy(seeds_of("dcgan")))
    assert progress.draw(board, title).axes[0].get_yscale() == "linear"


def test_the_heat_map_shows_a_value_whose_place_is_undecided_in_grey():
    records = [
        record
        for model in ("dcgan", "gmm")
        for data in ("digits", "ring8")
        for record in seeds_of(model, data, count=1)
    ]
    axes = heat_map.draw(results(records).leaderboard, "title").axes[0]
    assert [text.get_text() for text in axes.texts] == ["2", "2", "4", "4"]
    assert len(axes.patches) == 4
