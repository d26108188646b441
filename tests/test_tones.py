"""Tones: their law, the score against it, and what is drawn and kept of waveforms."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from ganbench.analysis.tables import results
from ganbench.contracts.metrics import Evidence, Side
from ganbench.errors import UnfitError
from ganbench.evaluation.pictures import draw_samples
from ganbench.evaluation.waveforms import kept_waveforms, mean_power
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget
from ganbench.storage.store import RunFolder, Store
from ganbench_metrics.spectral import Spectral, distance_to_uniform, spectral_distance
from ganbench_metrics.tone_fit import fitted
from ganbench_sections import waveforms as section

NAMES = ("generated", "generated_power", "real", "real_power")


@pytest.fixture(scope="module")
def tones():
    from ganbench_datasets.tones import tones

    return tones(None)


def tone(frequency, amplitude, decay, phase, length=1_024):
    times = torch.arange(length, dtype=torch.float64) / length
    return amplitude * (-decay * times).exp() * (2 * math.pi * frequency * times + phase).sin()


def score(dataset, generated, count=400):
    real = Side(dataset.head("test", count).samples, None)
    return Spectral().score(Evidence(real, Side(generated, None), dataset, None, 0))


def test_a_tone_is_fitted_to_its_own_numbers():
    made = [(16.3, 0.5, 0.0, 0.1), (40.0, 0.9, 4.0, 6.0), (63.7, 0.4, 1.5, 3.1), (25.5, 0.7, 2.0, 1.6)]
    found = fitted(torch.stack([tone(*numbers) for numbers in made]))
    for index, (frequency, amplitude, decay, phase) in enumerate(made):
        assert found.frequency[index].item() == pytest.approx(frequency, abs=1e-6)
        assert found.amplitude[index].item() == pytest.approx(amplitude, abs=1e-6)
        assert found.decay[index].item() == pytest.approx(decay, abs=1e-6)
        assert found.phase[index].item() == pytest.approx(phase, abs=1e-5)
        assert found.residue[index].item() < 1e-7


def test_silence_and_noise_are_no_tones_and_no_error():
    strange = torch.stack([torch.zeros(1_024), torch.randn(1_024, generator=torch.Generator().manual_seed(0))])
    found = fitted(strange)
    assert all(values.isfinite().all() for values in found)
    assert found.residue[1] > 0.5


@pytest.mark.slow
def test_the_data_are_of_their_law(tones):
    samples, bands = tones.head("train", 4_000)
    assert samples.shape == (4_000, 1, 1_024)
    assert samples.abs().max() <= 1
    found = fitted(samples[:, 0])
    band = (8 * (found.frequency / 16).log() / math.log(4)).floor().clamp(0, 7)
    assert (band == bands).double().mean() > 0.999
    assert found.residue.mean().item() == pytest.approx(tones.law.noise, rel=0.02)
    low, high = map(math.log, tones.law.frequency)
    for values, ends in ((found.frequency.log(), (low, high)), (found.amplitude, (0.4, 0.9)), (found.decay, (0, 4))):
        assert distance_to_uniform(values, *ends) < 1.63 / math.sqrt(4_000)  # one time in a hundred


def test_real_tones_score_as_the_law_says(tones):
    scores = score(tones, tones.head("train", 400).samples)
    assert scores["tone_share"] == 1.0
    assert scores["spectral_distance"] < 1.0
    for name in ("frequency", "amplitude", "decay", "phase"):
        assert scores[f"{name}_distance"] < 1.63 / math.sqrt(400)


def test_a_collapsed_a_detuned_and_a_noisy_model_are_told_apart(tones):
    real = tones.head("train", 400).samples
    collapsed = score(tones, real[:1].expand(400, -1, -1))
    assert collapsed["tone_share"] == 1.0
    assert collapsed["frequency_distance"] >= 0.5
    assert collapsed["spectral_distance"] > 10
    high = torch.stack([tone(20 + index / 10, 0.6, 1.0, index) for index in range(400)]).float()[:, None]
    detuned = score(tones, high)
    assert detuned["frequency_distance"] > 0.1
    assert detuned["tone_share"] == 1.0
    noisy = score(tones, real + 0.2 * torch.randn(real.shape, generator=torch.Generator().manual_seed(0)))
    assert noisy["tone_share"] == 0.0
    assert noisy["frequency_distance"] < 0.1
    assert noisy["spectral_distance"] > 5


def test_a_gain_is_its_decibels():
    waves = torch.randn(5, 256, generator=torch.Generator().manual_seed(0))
    assert spectral_distance(waves, 10 * waves) == pytest.approx(20.0, abs=1e-6)
    assert spectral_distance(waves, waves) == 0


def test_the_distance_to_a_uniform_law_is_scipys():
    from scipy.stats import kstest

    values = torch.rand(50, generator=torch.Generator().manual_seed(0), dtype=torch.float64) ** 2 * 3 + 1
    assert distance_to_uniform(values, 1, 4) == pytest.approx(kstest(values.numpy(), "uniform", (1, 3)).statistic)


def test_tones_are_scored_on_data_of_a_law_alone(factory):
    digits = factory.dataset(Choice("digits"))
    side = Side(torch.zeros(2, 1, 16), None)
    with pytest.raises(UnfitError, match="this data has none; tones has one"):
        Spectral().score(Evidence(side, side, digits, None, 0))


def test_a_pictures_worth_of_waveforms_is_drawn(tmp_path, tones):
    draw_samples(tmp_path / "samples.png", tones.head("test", 40).samples, tones.head("test", 40).samples)
    with Image.open(tmp_path / "samples.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    assert (pixels != 255).any(axis=2).mean() > 0.02


def test_mean_power_of_a_sine_is_at_its_frequency():
    power = mean_power(tone(40, 0.5, 0, 0)[None])
    assert power.argmax().item() == 40


def test_a_run_on_tones_keeps_waveforms_and_the_section_draws_them(run, make_spec, tmp_path):
    spec = make_spec(
        dataset="tones", model="pixel-gaussian", loss=None, budget=Budget(images=500), samples=50,
        metrics=(Choice("spectral"),),
    )  # fmt: skip
    record = run(spec)
    assert record.status == "done", record.reason
    folder = Store(tmp_path / "a").run(spec.key)
    kept = folder.waveforms()
    assert {name: values.shape for name, values in kept.items()} == {
        "generated": (8, 1_024), "generated_power": (513,), "real": (8, 1_024), "real_power": (513,),
    }  # fmt: skip
    paths = list(section.Waveforms().write(results([record], [folder.path]), tmp_path / "out"))
    assert [path.suffix for path in paths] == [".png", ".svg"]


def test_the_section_draws_each_sides_own_spectrum():
    flat = section.Heard("m", np.zeros((3, 8)), np.ones(5))
    real = section.Heard("real", np.ones((3, 8)), np.full(5, 10.0))
    axes = section.draw(real, [flat], "title").axes
    drawn = {line.get_label(): line.get_ydata().tolist() for line in axes[7].lines}
    assert drawn["real"] == pytest.approx([10.0] * 4)
    assert drawn["generated"] == pytest.approx([0.0] * 4, abs=1e-9)
    assert [axes[row * 4].get_title(loc="left") for row in (0, 1)] == ["real", "m"]


def test_a_damaged_file_of_waveforms_is_none(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.waveforms() == {}
    (tmp_path / "waveforms.safetensors").write_bytes(b"PK\x03\x04 torn")
    assert folder.waveforms() == {}
    whole = {name: np.zeros(shape) for name, shape in zip(NAMES, ((2, 8), (5,), (2, 8), (5,)), strict=True)}
    for name, wrong in (
        ("real", np.zeros((2, 9))),
        ("real_power", np.zeros(4)),
        ("generated", np.full((2, 8), np.nan)),
    ):
        folder.write_waveforms(whole | {name: wrong})
        assert folder.waveforms() == {}, name
    folder.write_waveforms({name: values for name, values in whole.items() if name != "real_power"})
    assert folder.waveforms() == {}
    folder.write_waveforms(whole)
    assert sorted(folder.waveforms()) == sorted(NAMES)
    (tmp_path / "waveforms.safetensors").unlink()
    assert section.read("m", tmp_path) is None


def test_what_is_kept_is_of_either_side():
    generated, real = torch.ones(3, 1, 16), torch.zeros(20, 1, 16)
    kept = kept_waveforms(generated, real)
    assert kept["generated"].shape == (3, 16)
    assert kept["real"].shape == (8, 16)
    assert kept["generated_power"].sum() > 0
    assert kept["real_power"].sum() == 0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["wavenet:width=4,skip=4,dilations=2,stacks=1,batch=4", "realnvp:width=2"])
def test_waveforms_go_from_training_to_a_picture(model, run, make_spec, tmp_path):
    spec = make_spec(
        dataset="tones", model=model, loss=None, budget=Budget(updates=2), samples=3, metrics=(Choice("spectral"),)
    )
    record = run(spec)
    assert record.status == "done", record.reason
    assert record.sampling["seconds_per_sample"] > 0
    assert record.sampling["network_evaluations"] == (1_024 if "wavenet" in model else 1)
    assert (Store(tmp_path / "a").run(spec.key).path / "samples.png").exists()
