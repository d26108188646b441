"""What a run keeps besides its scores: halves, walks, pictures, counts, each of its own side and seed."""

import json
from dataclasses import dataclass, replace

import pytest
import torch
from PIL import Image

import ganbench
from ganbench.contracts.capabilities import LatentDecoder, Profile
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.interpolation import walk
from ganbench.evaluation.resampling import half, with_deviations
from ganbench.schema.choice import Choice
from ganbench.schema.record import Score, Status
from ganbench.seeds import stream
from ganbench.storage.store import RunFolder


@dataclass
class Side:
    samples: torch.Tensor

    def part(self, order):
        return Side(self.samples[order])


@dataclass
class Sides:
    real: Side
    fake: Side
    seed: int = 0
    paired: None = None


def test_a_half_is_half_of_either_side_without_a_sample_twice():
    whole = Sides(Side(torch.arange(100)), Side(torch.arange(100)))
    found = half(whole, 0)
    for side in (found.real, found.fake):
        assert len(side.samples) == len(set(side.samples.tolist())) == 50
    assert not torch.equal(found.real.samples, found.fake.samples)
    for other in (half(whole, 1), half(replace(whole, seed=1), 0)):
        assert not torch.equal(other.real.samples, found.real.samples)
        assert not torch.equal(other.fake.samples, found.fake.samples)
    apart = half(Sides(Side(torch.arange(100)), Side(torch.arange(100, 200))), 0)
    assert apart.real.samples.max() < 100 <= apart.fake.samples.min()


def test_the_deviation_over_halves_is_the_sample_one_and_none_without_a_score():
    class Means(Sides):
        def scores(self, metrics):
            return tuple(Score("m", name, self.real.samples.mean().item(), "lower") for name in ("a", "b"))

    whole = Means(Side(torch.arange(10.0)), Side(torch.arange(10.0)))
    scores = (Score("m", "a", 5.0, "lower"), Score("m", "b", None, "lower"))
    first, second = with_deviations(scores, whole, (), 2)
    one, other = (half(whole, round_).real.samples.mean().item() for round_ in range(2))
    assert one != other
    assert first.sampling_deviation == pytest.approx(abs(one - other) / 2**0.5)
    assert second.sampling_deviation is None


class Codes(LatentDecoder):
    def decode(self, codes, labels=None):
        return codes.reshape(-1, 1, 4, 4)


class Broken(Codes):
    def decode(self, codes, labels=None):
        return super().decode(codes) * float("nan")


def test_a_walk_whose_samples_are_not_finite_is_refused():
    with pytest.raises(ValueError, match="not finite"):
        walk(Broken(), Profile(latent=16), 0, "cpu")


def test_a_row_of_a_walk_goes_from_its_first_code_to_its_last():
    rows = walk(Codes(), Profile(latent=16), 0, "cpu").reshape(6, 8, 16)
    ends = torch.randn(2, 6, 16, generator=torch.Generator().manual_seed(stream(0, "walk")))
    assert torch.allclose(rows[:, [0, -1]].transpose(0, 1), ends, atol=1e-5)


def test_pictures_of_checkpoints_are_in_the_order_of_training_and_go_with_what_is_repeated(tmp_path):
    folder = RunFolder(tmp_path)
    for fraction in (0.5, 0.05, 0.25):
        folder.write_frame(fraction, Image.new("RGB", (4, 4)).save)
    folder.write_picture("samples.png", Image.new("RGB", (4, 4)).save)
    names = ["frame-0050.png", "frame-0250.png", "frame-0500.png", "samples.png"]
    assert [path.name for path in folder.frames()] == names
    folder.clear()
    assert folder.frames() == []


def test_counts_of_modes_are_of_their_own_side(run, make_spec, tmp_path):
    metrics = (Choice("modes"), Choice("fid"))
    kept = []
    for seed in (0, 1):
        spec = make_spec(dataset="ring8", model="gmm", metrics=metrics, samples=400, seed=seed)
        assert run(spec).status is Status.DONE
        kept.append(json.loads((tmp_path / "a" / "runs" / spec.key / "modes.json").read_text())["modes"])
    assert kept[0]["real"] == kept[1]["real"]
    assert kept[0]["generated"] != kept[1]["generated"]


def test_a_metric_that_broke_leaves_no_counts_of_modes(run, make_spec, factory_with, tmp_path):
    class Breaks(ganbench.ModeHistogram):
        def score(self, evidence):
            raise RuntimeError("no score")

        def histogram(self, evidence):
            raise RuntimeError("no counts either")

    column = ganbench.Column("breaks", "Nothing.")
    card = ganbench.MetricCard("breaks", make=Breaks, about="Breaks.", columns=(column,))
    spec = make_spec(dataset="ring8", model="gmm", metrics=(Choice("breaks"), Choice("modes")), samples=400)
    own = FeatureStore(factory_with("breaking", metrics=[card]))
    assert run(spec, features=own).status is Status.DONE
    counts = json.loads((tmp_path / "a" / "runs" / spec.key / "modes.json").read_text())
    assert list(counts) == ["modes"]


def test_what_a_metric_can_not_show_costs_no_trained_model(run, make_spec, factory_with, tmp_path):
    class Shows(ganbench.ModeHistogram, ganbench.PictureRows):
        def score(self, evidence):
            return {"shows": 1.0}

        def histogram(self, evidence):
            raise RuntimeError("no counts")

        def rows(self, evidence, count):
            raise RuntimeError("no rows")

    card = ganbench.MetricCard("shows", make=Shows, about="Shows.", columns=(ganbench.Column("shows", "One."),))
    spec = make_spec(dataset="ring8", model="gmm", metrics=(Choice("shows"), Choice("modes")), samples=400)
    record = run(spec, features=FeatureStore(factory_with("showing", metrics=[card])))
    assert (record.status, record.checkpoints[-1].scores[0].value) == (Status.DONE, 1.0)
    folder = tmp_path / "a" / "runs" / spec.key
    assert list(json.loads((folder / "modes.json").read_text())) == ["modes"]
    assert "RuntimeError: no rows" in (folder / "traceback-shows.txt").read_text()


class Luck:
    """A model that learns nothing: what it draws is the generator's."""

    def __init__(self, task):
        self.task, self.state = task, {"nothing": torch.zeros(1)}

    def fit(self, batches):
        for _ in batches:
            yield {"loss": self.state["nothing"][0]}

    def sample(self, n, generator, labels=None):
        return torch.randn(n, *self.task.shape, generator=generator)

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        self.state = state


def test_samples_have_the_same_latents_at_each_checkpoint_and_others_by_seed(run, make_spec, factory_with):
    card = ganbench.ModelCard("luck", make=Luck, about="Learns nothing.")
    own = FeatureStore(factory_with("luck", models=[card]))
    made = []
    for seed in (0, 1):
        spec = make_spec(dataset="ring8", model="luck", loss=None, seed=seed, checkpoints=(0.5, 1.0))
        record = run(spec, features=own)
        assert record.status is Status.DONE, record.reason
        made.append([checkpoint.scores[0].value for checkpoint in record.checkpoints])
    assert made[0][0] == made[0][1]
    assert made[0][1] != made[1][1]
