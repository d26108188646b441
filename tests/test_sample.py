"""Samples of a finished run: from its weights alone, and the ones that were scored."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

import ganbench
from ganbench.evaluation.asking import Request
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice

pytest_plugins = ["sampled"]
RESULTS = "ganbench-results"


def unpacked(name):
    with np.load(name) as packed:
        return dict(packed)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "vanilla:width=16", "dataset": "ring8"},
        {"model": "dcgan:width=8", "recipe": (("average", 0.9),), "precision": "bf16", "seed": 3},
        {"model": "gmm", "loss": None},
    ],
    ids=["points", "images, averaged, bf16", "no gradient"],
)
def test_the_runs_own_seed_and_count_draw_the_samples_that_were_scored(run, make_spec, factory_with, sampler, changes):
    class Watch:
        def score(self, evidence):
            scored.append(evidence.fake.samples)
            return {"seen": 1.0}

    scored = []
    card = ganbench.MetricCard("watch", make=Watch, about="Sees.", columns=(ganbench.Column("seen", "One."),))
    features = FeatureStore(factory_with("watch", metrics=[card]))
    record = run(make_spec(metrics=(Choice("watch"),), **changes), RESULTS, features=features)
    assert torch.equal(sampler(record).draw(Request(100, record.spec.seed)), scored[0])


def test_the_data_need_not_be_there(finished, tmp_path, sample):
    for number in range(10):
        (tmp_path / "photos" / "cats").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (20 * number, 0, 0)).save(tmp_path / "photos" / "cats" / f"{number}.png")
    record = finished(dataset=f"image-folder:folder={tmp_path / 'photos'},size=8", metrics=())
    shutil.rmtree(tmp_path / "photos")
    assert sample(record.key).exit_code == 0


def test_weights_say_what_a_model_knows_of_its_data(finished, folder_of):
    record = finished()
    with safe_open(folder_of(record).path / "weights.safetensors", framework="pt") as file:
        task = json.loads(file.metadata()["task"])
    assert task.keys() == {"shape", "classes", "examples"}
    assert (task["shape"], task["classes"]) == ([1, 8, 8], 10)
    weights = folder_of(record).read_weights()
    assert (weights.shape, weights.classes, weights.examples) == ((1, 8, 8), 10, task["examples"])


def test_drawing_leaves_the_global_streams_alone(finished, sampler):
    record = finished()
    torch.manual_seed(5), np.random.seed(5)
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    sampler(record).draw(Request(3))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]


def test_a_seed_draws_the_same_again_and_another_seed_others(finished, sample):
    key = finished(model="vanilla:width=16").key
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert sample(f"{key[:6]} -n 5 --seed {seed} --out {name}.npy").exit_code == 0
    first, again, other = (np.load(f"{name}.npy") for name in "abc")
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_images_become_a_grid_with_rows_of_eight_and_one_line_is_printed(finished, tmp_path, sample):
    record = finished()
    result = sample(f"{record.key} -n 17")
    assert (result.exit_code, result.stdout) == (0, f"17 samples: samples-{record.key}.png\n")
    with Image.open(f"samples-{record.key}.png") as picture:
        assert picture.size == (8 * 60 + 4, 3 * 60 + 4)  # 8 pixels a side, enlarged seven times, and 4 between
    assert {path.name for path in tmp_path.iterdir()} == {"ganbench-results", f"samples-{record.key}.png"}


@pytest.mark.parametrize("n", [1, 300])
def test_points_become_a_scatter(finished, n, sample):
    record = finished(model="vanilla:width=16", dataset="ring8")
    assert sample(f"{record.key} -n {n} --out new/points.PNG").exit_code == 0
    with Image.open("new/points.PNG") as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 400


def test_arrays_hold_the_samples_as_they_were_drawn(finished, sampler, sample):
    record = finished(model="vanilla:width=16")
    for name in ("a.npy", "a.NPZ"):
        assert sample(f"{record.key} -n 5 --out {name}").stdout == f"5 samples: {name}\n"
    drawn = sampler(record).draw(Request(5)).numpy()
    plain, packed = np.load("a.npy"), unpacked("a.NPZ")
    assert (plain.dtype, plain.shape) == (np.float32, (5, 1, 8, 8))
    assert np.array_equal(plain, drawn)
    assert list(packed) == ["samples"]
    assert np.array_equal(packed["samples"], drawn)


def test_a_conditional_model_draws_the_class_that_it_is_asked_for(shaded, sample):
    assert sample(f"{shaded.key} -n 3 --label 7 --out seven.npz").exit_code == 0
    packed = unpacked("seven.npz")
    assert packed["labels"].dtype == np.int64
    assert packed["labels"].tolist() == [7, 7, 7]
    assert packed["samples"] == pytest.approx(0.7)


def test_a_conditional_model_draws_classes_itself_when_asked_for_none(shaded, sample):
    assert sample(f"{shaded.key} -n 50 --out any.npz").exit_code == 0
    packed = unpacked("any.npz")
    assert list(packed) == ["samples"]
    assert len(np.unique(packed["samples"])) > 5
