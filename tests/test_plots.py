"""Plots of training and of ranks: what they show is what the tables say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.ticker import MaxNLocator
from PIL import Image

from ganbench.analysis.tables import results
from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget
from ganbench_sections import players, progress, ranks, samples
from ganbench_sections.figures import boards, drawn_pixels, panels, slug, stem, styles
from ganbench_sections.small_panels import Panel, frames, limits, small_panels

VALUES = {"vanilla": (90.0, 60.0, 50.0), "gmm": (40.0, 45.0, 44.0)}


@pytest.fixture
def shown(make_spec):
    """Return a maker of results: two models, three seeds each, three checkpoints unless told otherwise."""

    def make(seeds=3, fractions=(0.25, 0.5, 1.0), **changed):
        made = []
        for model, values in VALUES.items():
            for seed in range(seeds):
                checkpoints = tuple(
                    Checkpoint(
                        fraction,
                        Spent(int(1_000 * fraction), 10, 2.0 * fraction),
                        (Score("frechet", "distance", value + seed, "lower"),),
                    )
                    for fraction, value in zip(fractions, values[-len(fractions) :], strict=True)
                )
                spec = make_spec(model=model, loss=None, seed=seed, **changed)
                made.append(RunRecord(spec, Status.DONE, checkpoints=checkpoints, environment={"device": "cpu"}))
        return results(made)

    return make


def test_progress_draws_the_mean_of_each_model_against_images_and_seconds(shown):
    ((title, board),) = boards(shown().tidy)
    figure = progress.draw(board, title)
    images, seconds = figure.axes
    lines = {line.get_label(): line for line in images.lines}
    assert lines["vanilla"].get_xdata().tolist() == [250, 500, 1_000]
    assert lines["vanilla"].get_ydata().tolist() == [91, 61, 51]
    assert seconds.lines[0].get_xdata().tolist() == [0.5, 1.0, 2.0]
    assert "lower is better" in images.get_ylabel()


def test_progress_of_a_single_checkpoint_is_no_plot(shown, tmp_path):
    assert list(progress.Progress().write(shown(fractions=(1.0,)), tmp_path)) == []


def test_plots_are_written_in_two_formats_under_names_that_stay(shown, tmp_path):
    first = progress.Progress().write(shown(), tmp_path)
    assert [path.suffix for path in first] == [".png", ".svg"]
    assert all(path.stat().st_size > 1_000 for path in first)
    assert first[0].name == "progress-digits-test-1-10-updates-cpu.png"


def test_ranks_are_the_tables_with_their_intervals(shown):
    ((title, board),) = boards(shown().leaderboard)
    figure = ranks.draw([(title, board)])
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["gmm", "vanilla"]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == [1, 2]
    assert {text.get_text() for text in axes.texts} == {"place 1", "place 2"}


def test_ranks_of_single_seeds_are_no_plot(shown, tmp_path):
    assert list(ranks.Ranks().write(shown(seeds=1), tmp_path)) == []
    assert [path.name for path in ranks.Ranks().write(shown(), tmp_path)] == ["ranks.png", "ranks.svg"]


def curves(offset, updates=300):
    at = np.arange(1, updates + 1)
    return pd.DataFrame(
        {"update": at, "images": at * 8, "generator_loss": at / 100 + offset, "discriminator_loss": 1.0}
    )


def arrays(frame):
    """Return a frame's columns as sections read them."""
    return {name: frame[name].to_numpy(float) for name in frame if name != "images"}


def test_losses_are_means_over_seeds_with_a_band_from_lowest_to_highest():
    seeds = [arrays(curves(0.0)), arrays(curves(1.0))]
    lines = {line.label: line for line in players.losses().lines(seeds)}
    assert lines["discriminator"].mean.tolist() == [1.0] * 120
    assert lines["generator"].mean - lines["generator"].at / 100 == pytest.approx(np.full(120, 0.5), abs=0.01)
    (axes,) = players.losses().draw({"dcgan\nhinge": seeds}, "title").axes
    assert "dcgan + hinge" in [text.get_text() for text in axes.texts]
    assert {line.get_label(): line.get_ydata().tolist() for line in axes.lines} == {
        name: line.mean.tolist() for name, line in lines.items()
    }


def test_a_run_whose_losses_were_never_finite_takes_no_other_curve_along():
    whole, diverged = arrays(curves(0.0)), arrays(curves(0.0))
    diverged["generator_loss"] = np.full(300, np.nan)
    section = players.losses()
    first, second, third = (
        {line.label: line for line in section.lines(seeds)} for seeds in ([diverged], [whole], [whole, diverged])
    )
    assert list(first) == ["generator (never finite)", "discriminator"]
    assert list(second) == list(third) == ["generator", "discriminator"]
    assert np.array_equal(second["generator"].mean, third["generator"].mean)
    (axes,) = section.draw({"dcgan": [diverged], "cgan": [whole]}, "title").axes
    assert [line.get_label() for line in axes.lines] == [*first, *second]


@pytest.mark.parametrize("scale", [1.0, 1e-9, 3e7])
def test_panels_in_one_axes_look_as_axes_of_their_own_do(scale):
    at, values = np.arange(1.0, 301.0), scale * np.sin(np.arange(300) / 20)
    figure, axes, (box,) = small_panels(1, 1, 3.0, 1.9, 0.78)
    panel = Panel(axes, box, limits(at), limits(np.append(values, values + 0.1 * scale)))
    plain, (own,) = panels(1, 1, 3.0, 1.9, 0.78)
    for drawing, band in ((panel.line, panel.band), (own.plot, own.fill_between)):
        drawing(at, values, color="#0072b2", linewidth=1.2)
        band(at, values, values + 0.1 * scale, color="#0072b2", alpha=0.2, linewidth=0)
    panel.title("dcgan")
    panel.name("update")
    frames([panel])
    own.set_title("dcgan", fontsize=9)
    own.set_xlabel("update", fontsize=8)
    own.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    own.yaxis.set_major_locator(MaxNLocator(5))
    own.ticklabel_format(axis="y", useOffset=False)
    own.tick_params(labelsize=8)
    own.yaxis.get_offset_text().set_fontsize(8)
    own.grid(alpha=0.3)
    ours, theirs = (np.asarray(drawn_pixels(drawn), int) for drawn in (figure, plain))
    assert ours.shape == theirs.shape
    assert (np.abs(ours - theirs).max(axis=-1) > 40).mean() < 1e-4


def test_one_diverged_run_leaves_every_other_plot(shown, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = [*shown(dataset=Choice("digits")).records, *shown(dataset=Choice("ring8")).records]
    folders = []
    for index, record in enumerate(records):
        folder = tmp_path / "runs" / record.key
        folder.mkdir(parents=True)
        losses = np.full(3, np.nan if index == 0 else 1.0, np.float32)
        columns = {"update": [1, 2, 3], "generator_loss": losses, "generator_gradient_norm": losses}
        pq.write_table(pa.table(columns), folder / "curves.parquet")
        folders.append(folder)
    for section in (players.losses(), players.gradients()):
        assert len(list(section.write(results(records, folders), tmp_path / "out"))) == 2 * 2


def test_bins_are_means_and_what_is_not_finite_is_left_out():
    values = np.array([1.0, 3.0, np.nan, 5.0])
    found = players.binned(values, np.array([0, 0, 1, 2]), 3)
    assert found[[0, 2]].tolist() == [2.0, 5.0]
    assert np.isnan(found[1])


def test_losses_come_from_the_runs_own_folders(run, make_spec, tmp_path):
    record = run(make_spec(budget=Budget(updates=12)))
    folder = tmp_path / "a" / "runs" / record.key
    paths = players.losses().write(results([record], [folder]), tmp_path / "out")
    assert [path.suffix for path in paths] == [".png", ".svg"]
    assert list(players.losses().write(results([record]), tmp_path / "none")) == []


def test_many_models_look_different_and_names_are_harmless(shown):
    looks = styles(f"model {index}" for index in range(49))
    assert len(set(looks.values())) == 49
    assert len({colour for colour, _ in list(looks.values())[:7]}) == len({m for _, m in list(looks.values())[:7]}) == 7
    assert slug("image-folder:folder=../../x,size=32") == "image-folder-folder-x-size-32"
    assert slug("…") == "board"
    assert stem("losses", shown(precision="bf16").tidy).endswith("cpu bf16")


def test_the_best_and_the_worst_seed_of_each_model_stand_side_by_side(shown, tmp_path):
    built = shown()
    folders = {}
    for record in built.records:
        folders[record.key] = tmp_path / record.key
        folders[record.key].mkdir()
        Image.new("RGB", (20, 20)).save(folders[record.key] / "samples.png")
    built = replace(built, folders=folders)
    ((title, board),) = boards(built.tidy[built.tidy["fraction"] == 1.0])
    pairs = samples.extremes(board, built)
    assert [(best.who, best.seed, best.value, worst.seed, worst.value) for best, worst in pairs] == [
        ("gmm", 0, 44.0, 2, 46.0),
        ("vanilla", 0, 50.0, 2, 52.0),
    ]
    figure = samples.draw(pairs, title, "distance")
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "gmm", "best seed (0): distance 44", "vanilla", "best seed (0): distance 50",
        "worst seed (2): distance 46", "worst seed (2): distance 52",
    ]  # fmt: skip
    assert len(list(samples.Samples().write(built, tmp_path / "out"))) == 2


def test_runs_whose_pictures_are_not_at_hand_are_no_plot(shown, tmp_path):
    assert list(samples.Samples().write(shown(), tmp_path)) == []
