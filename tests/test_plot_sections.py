"""Plots of training, of modes and of costs: each shows what the records hold, and nothing where they hold nothing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageSequence
from sites import make_record

from ganbench.analysis.tables import results
from ganbench.schema.record import Status
from ganbench.storage.store import RunFolder
from ganbench_sections import heat_map, histograms, trade_offs, training_pictures
from ganbench_sections.figures import boards, clock_formatter


@pytest.fixture
def shown(tmp_path):
    """Return results of two models with pictures at half of the budget and at its end, and with counted modes."""
    records, folders = [], []
    for model, shade in (("dcgan", 60), ("cgan", 120)):
        for seed in range(2):
            record = make_record(model, "digits", seed)
            folder = RunFolder(tmp_path / record.key)
            folder.write_picture("samples.png", Image.new("RGB", (40, 40), (shade, 0, 0)).save)
            folder.write_frame(0.5, Image.new("RGB", (40, 40), (0, 0, shade)).save)
            folder.write_text(
                "modes.json", json.dumps({"class-modes": {"generated": [30, 10, 0], "real": [14, 13, 13]}})
            )
            records.append(record)
            folders.append(folder.path)
    return results(records, folders)


def test_strips_have_a_row_a_model_and_a_column_a_checkpoint(shown, tmp_path):
    (first, second) = training_pictures.Strips().write(shown, tmp_path / "out")
    assert (first.suffix, second.suffix) == (".png", ".svg")
    ((_, _, trajectories),) = training_pictures._boards(shown)
    assert [(each.who, sorted(each.frames)) for each in trajectories] == [
        ("dcgan\nhinge", [0.5, 1.0]), ("cgan\nnon-saturating", [0.5, 1.0]),
    ]  # fmt: skip


def test_the_animation_shows_every_model_at_each_checkpoint(shown, tmp_path):
    (path,) = training_pictures.Animation().write(shown, tmp_path / "out")
    with Image.open(path) as film:
        pages = [page.convert("RGB") for page in ImageSequence.Iterator(film)]
    assert len(pages) == 2
    centres = [[page.getpixel((x, 30)) for x in (25, 265)] for page in pages]
    assert [[max(range(3), key=colour.__getitem__) for colour in page] for page in centres] == [[2, 2], [0, 0]]


def test_a_model_that_ended_early_keeps_its_last_picture(tmp_path):
    for name in ("a", "b", "c"):
        Image.new("RGB", (8, 8), "red" if name == "a" else "blue").save(tmp_path / f"{name}.png")
    early = training_pictures.Course("early", {0.25: tmp_path / "a.png"})
    late = training_pictures.Course("late", {0.25: tmp_path / "b.png", 1.0: tmp_path / "c.png"})
    assert len(training_pictures.animate([early, late])) == 2


def test_runs_without_pictures_have_no_strip(tmp_path):
    bare = results([make_record("dcgan", "digits", 0)], [tmp_path])
    assert list(training_pictures.Strips().write(bare, tmp_path)) == []
    assert list(training_pictures.Animation().write(bare, tmp_path)) == []
    assert list(histograms.Histograms().write(bare, tmp_path)) == []


def test_histograms_are_of_the_worst_seed_in_shares(shown, tmp_path):
    assert len(list(histograms.Histograms().write(shown, tmp_path / "out"))) == 2
    key = make_record("dcgan", "digits", 0).key
    counted = histograms.read("dcgan", 1, tmp_path / key)
    assert counted.generated.tolist() == [0.75, 0.25, 0]
    assert counted.real.tolist() == [0.35, 0.325, 0.325]
    figure = histograms.draw([counted], "title")
    assert [bar.get_height() for bar in figure.axes[0].patches] == [0.75, 0.25, 0]
    many = replace(counted, generated=np.eye(40)[7], real=np.full(40, 1 / 40))
    assert histograms.draw([many], "title").axes[0].patches[0].get_height() == 1


def test_the_frontier_keeps_what_nothing_cheaper_betters():
    costs = np.array([1.0, 2.0, 3.0, 4.0, 2.0])
    merits = np.array([9.0, 5.0, 6.0, 1.0, 7.0])
    assert trade_offs.frontier(costs, merits).tolist() == [0, 1, 3]
    assert trade_offs.frontier(np.array([]), np.array([])).tolist() == []


def test_trade_offs_draw_no_frontier_through_references(tmp_path):
    records = [make_record(model, "digits", seed) for model in ("dcgan", "cgan", "gmm") for seed in range(3)]
    records = [replace(r, family="reference" if str(r.spec.model) == "gmm" else r.family) for r in records]
    ((title, frame),) = boards(results(records).leaderboard)
    figure = trade_offs.draw(frame, title)
    (line,) = [line for line in figure.axes[0].lines if line.get_linestyle() == ":"]
    assert line.get_ydata().tolist() == [4.5]
    assert len(list(trade_offs.TradeOffs().write(results(records), tmp_path))) == 2


def test_the_heat_map_has_ranks_as_colours_and_scores_as_numbers(tmp_path):
    records = [
        make_record(model, data, seed) for model in ("dcgan", "gmm") for data in ("digits", "ring8") for seed in (0, 1)
    ]
    assert len(list(heat_map.HeatMap().write(results(records), tmp_path))) == 2
    figure = heat_map.draw(results(records).leaderboard, "title")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["gmm", "dcgan + hinge"]
    assert [text.get_text() for text in axes.texts] == ["2.05", "2.05", "4.5", "4.5"]
    one = [record for record in records if str(record.spec.dataset) == "digits"]
    assert list(heat_map.HeatMap().write(results(one), tmp_path)) == []


def test_seconds_are_never_written_as_milli():
    assert clock_formatter("seconds")(0.1, 0) == "0.1"
    assert clock_formatter("images")(2e6, 0) == "2M"


def test_a_run_keeps_the_counts_of_modes_of_both_sides(run, make_spec, tmp_path):
    from ganbench.schema.choice import Choice

    spec = make_spec(dataset="ring8", model="gmm", metrics=(Choice("modes"), Choice("frechet")), samples=800)
    assert run(spec).status is Status.DONE
    counts = json.loads((tmp_path / "a" / "runs" / spec.key / "modes.json").read_text())
    assert list(counts) == ["modes"]
    assert {side: sum(each) for side, each in counts["modes"].items()} == {"generated": 800, "real": 800}
    assert len(counts["modes"]["real"]) == 8
    assert all(60 < count < 140 for count in counts["modes"]["real"])
