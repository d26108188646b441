"""Plots of what autoencoders are used for: rows of pictures, and areas by the class that was left out."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ganbench.analysis.tables import results
from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.storage.store import RunFolder
from ganbench_sections import anomalies, reconstructions

AREAS = {"gmm": (0.9, 0.8, 0.7), "vanilla": (0.4, 0.5, 0.6)}


def ended(spec, *scores):
    return RunRecord(
        spec, Status.DONE, checkpoints=(Checkpoint(1.0, Spent(100, 10, 1.0), scores),), environment={"device": "cpu"}
    )


@pytest.fixture
def judged(make_spec):
    """Return a maker of results: two models on three classes left out, two seeds each, and one run on whole data."""

    def make(without=(), extra=""):
        records = [
            ended(
                make_spec(model=model, loss=None, seed=seed, dataset=Choice.parse(f"digits:without={label}{extra}")),
                Score("anomaly", "anomaly_auroc", area + 0.02 * seed, "higher"),
            )
            for model, areas in AREAS.items()
            for label, area in enumerate(areas)
            for seed in (0, 1)
            if (model, label) not in without
        ]
        whole = ended(make_spec(model="gmm", loss=None), Score("anomaly", "anomaly_auroc", None, "higher", "no class"))
        return results([*records, whole])

    return make


def test_a_table_has_the_means_over_seeds_by_class_and_over_classes(judged):
    ((key, part),) = anomalies.parts(judged().leaderboard)
    assert key[4:] == ("digits", "anomaly")
    table = anomalies.table(part)
    assert list(table.index) == ["gmm", "vanilla"]
    assert list(table.columns) == [0, 1, 2, "mean"]
    assert table.to_numpy() == pytest.approx(np.array([[0.91, 0.81, 0.71, 0.81], [0.41, 0.51, 0.61, 0.51]]))


def test_a_model_that_lacks_a_class_has_no_mean_over_classes(judged):
    ((_, part),) = anomalies.parts(judged(without=[("gmm", 2)]).leaderboard)
    table = anomalies.table(part)
    assert table.loc["gmm"].isna().tolist() == [False, False, True, True]
    assert list(table.index) == ["vanilla", "gmm"]


def test_the_areas_are_drawn_as_numbers(judged, tmp_path):
    ((name, figure),) = anomalies.Anomalies().figures(judged())
    assert name.startswith("anomaly test@1 digits anomaly")
    assert {"0.910", "0.410", "0.810"} <= {text.get_text() for text in figure.axes[0].texts}
    assert [path.suffix for path in anomalies.Anomalies().write(judged(), tmp_path)] == [".png", ".svg"]


def test_nothing_is_drawn_where_no_class_was_left_out(make_spec):
    found = results([ended(make_spec(), Score("frechet", "distance", 1.0, "lower"))])
    assert list(anomalies.Anomalies().figures(found)) == []
    assert list(reconstructions.Reconstructions().figures(found)) == []


def test_rows_are_drawn_for_the_best_seed_of_each_model(judged, tmp_path):
    found = judged()
    folders = {}
    for run in found.tidy["run"].unique():
        folders[run] = folder = tmp_path / run
        folder.mkdir()
        Image.new("L", (8, 8)).save(folder / "samples.png")
        grey, colour = (np.full((3, channels, 4, 4), 200, np.uint8) for channels in (1, 3))
        shown = {"reconstruction": {"source": grey, "reconstruction": grey}, "colouring": {"source": colour}}
        RunFolder(folder).write_picture_rows(shown)
    drawn = dict(reconstructions.Reconstructions().figures(replace(found, folders=folders)))
    assert len(drawn) == 2 * 3  # a board for each class left out, a figure for each metric
    figure = next(each for name, each in drawn.items() if name.endswith(" reconstruction"))
    assert len(figure.axes) == 2 * 2 * 3  # models, rows, pictures
    texts = [text.get_text() for text in figure.texts]
    assert texts[:3] == ["gmm, seed 1", "source", "reconstruction"]
    assert {"vanilla, seed 1"} <= set(texts)
    images = [axes.images[0].get_array() for axes in figure.axes]
    assert all(image.shape == (4, 4) and (image == 200).all() for image in images)


def test_long_names_stay_on_the_page():
    long = "text-gan:noise=3.0,norm=layer,upsampling=nearest,width=8 + relativistic-r1r2:penalty_weight=0.005, seed 0"
    rows = {"data, 'a large yellow triangle above a small red square'": np.zeros((8, 1, 4, 4), np.uint8)}
    figure = reconstructions.draw([reconstructions.Block(who, rows) for who in (long, "gmm, seed 1")], "a board")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    assert len(boxes) >= 4
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.width
    first, second = (box for text, box in zip(figure.texts, boxes, strict=True) if text.get_weight() == "bold")
    pictures = [axes.get_window_extent() for axes in figure.axes]
    assert first.y0 >= max(box.y1 for box in pictures) - 1
    assert second.y0 >= max(box.y1 for box in pictures[8:]) - 1
