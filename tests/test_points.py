"""Points in the plane and beyond it: each set follows the law that its docstring states."""

import pytest
import torch

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench_datasets.mixtures import gaussians, ring8
from ganbench_datasets.planes import checkerboard, swiss_roll, two_moons
from ganbench_metrics.modes import score_modes


@pytest.mark.parametrize(("modes", "dimensions"), [(100, 16), (30, 2), (5, 1)])
def test_samples_of_gaussians_anywhere_score_what_the_truth_scores(modes, dimensions):
    data = gaussians(None, modes=modes, dimensions=dimensions)
    assert (data.shape, data.classes, len(data.means)) == ((dimensions,), modes, modes)
    scores = score_modes(data.splits["test"][0], data.means, data.deviation)
    assert scores["modes_captured"] == scores["modes_nearest"] == modes
    assert scores["high_quality_share"] == pytest.approx(0.98889, abs=0.004)
    assert 0 < scores["reverse_kl"] < 3 * (modes - 1) / 20_000  # its mean is a third of that
    assert torch.equal(data.means, gaussians(None, modes=modes, dimensions=dimensions).means)


def test_two_moons_lie_on_their_half_circles():
    samples, labels = two_moons(None).splits["train"]
    centres = torch.tensor([[0.0, 0.0], [1.0, 0.5]])[labels]
    assert ((samples - centres).norm(dim=1) - 1).std().item() == pytest.approx(0.05, rel=0.05)
    assert (samples[labels == 0, 1] > -0.3).all()
    assert (samples[labels == 1, 1] < 0.8).all()


def test_a_swiss_roll_grows_with_its_angle():
    samples, _ = swiss_roll(None).splits["train"]
    turns = 5 * samples.norm(dim=1)
    angle = torch.atan2(samples[:, 1], samples[:, 0])
    error = torch.remainder(turns - angle + torch.pi, 2 * torch.pi) - torch.pi
    assert error.abs().median().item() < 0.5
    assert 4.0 < turns.quantile(0.01) < 5.5
    assert 13.5 < turns.quantile(0.99) < 14.8


def test_a_checkerboard_is_uniform_over_its_dark_squares():
    samples, _ = checkerboard(None).splits["train"]
    assert samples.abs().max() <= 4
    column, row = (samples / 2).floor().long().unbind(1)
    assert ((column + row) % 2 == 0).all()
    counts = torch.bincount((column + 2) * 4 + row + 2, minlength=16)
    assert counts[counts > 0].tolist() == pytest.approx([12_500] * 8, rel=0.04)


def test_points_of_high_quality_are_within_three_deviations_in_the_plane():
    means = ring8(None).means
    near, far = (means[:1] + torch.tensor([[distance * 0.01, 0.0]]) for distance in (2.999, 3.001))
    assert score_modes(near, means, 0.01)["high_quality_share"] == 1
    assert score_modes(far, means, 0.01)["high_quality_share"] == 0


def test_numbers_that_no_mixture_has_are_refused(factory):
    with pytest.raises(BadOptionError, match="from 2 to 1000 for modes, not 1"):
        factory.dataset(Choice("gaussians", (("modes", 1),)))
