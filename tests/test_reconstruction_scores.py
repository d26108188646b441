"""What an autoencoder is used for: reconstructing, denoising, colouring; against references, by hand, by laws."""

import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure

import ganbench
from ganbench.contracts.metrics import Evidence, Side
from ganbench.errors import UnfitError
from ganbench.torchkit.colours import from_lab, in_grey, to_lab
from ganbench_metrics.colouring import Colouring, colour_error
from ganbench_metrics.denoising import Denoising, noisy
from ganbench_metrics.reconstruction import Reconstruction
from ganbench_metrics.similarity import HIGHEST_PSNR, psnr, ssim


class Through(ganbench.Reconstructor):
    """Reconstructs by a function."""

    def __init__(self, function):
        self.function = function

    def encode(self, samples, condition=None):
        return samples

    def reconstruct(self, samples, condition=None):
        return self.function(samples) if condition is None else self.function(samples, condition)


def pictures(n=20, channels=1, side=28, spread=1.0):
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(n, channels, side, side, generator=generator) * 2 - 1) * spread


def score(metric, images, function, profile=None, labels=None):
    side = Side(images, labels)
    profile = profile or ganbench.Profile()
    return metric.score(Evidence(side, side, None, Through(function), 0, profile=profile))


@pytest.mark.parametrize("channels", [1, 3])
def test_psnr_and_ssim_are_those_of_torchmetrics(channels):
    first = pictures(channels=channels)
    second = (first + 0.3 * pictures(channels=channels).flip(0)).clamp(-1, 1)
    theirs = peak_signal_noise_ratio(first, second, data_range=2.0, reduction="none", dim=(1, 2, 3))
    assert torch.allclose(psnr(first, second), theirs, atol=1e-4)
    # theirs has places beyond the border too, filled by reflection
    _, everywhere = structural_similarity_index_measure(
        first, second, data_range=2.0, reduction="none", return_full_image=True
    )
    assert torch.allclose(ssim(first, second), everywhere[..., 5:-5, 5:-5].flatten(1).mean(1), atol=1e-5)


def test_ssim_of_a_small_picture_has_the_largest_odd_window_that_fits():
    first, second = pictures(1, 1, 8).double(), pictures(2, 1, 8)[1:].double()
    offsets = np.arange(7) - 3
    window = np.exp(-(offsets**2) / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2
    found = []
    for down in range(2):
        for across in range(2):
            x, y = (side[0, 0, down : down + 7, across : across + 7].numpy() for side in (first, second))
            mean_x, mean_y = (window * x).sum(), (window * y).sum()
            spread = (window * (x - mean_x) ** 2).sum() + (window * (y - mean_y) ** 2).sum()
            both = (window * (x - mean_x) * (y - mean_y)).sum()
            alike = (2 * mean_x * mean_y + 0.02**2) * (2 * both + 0.06**2)
            found.append(alike / ((mean_x**2 + mean_y**2 + 0.02**2) * (spread + 0.06**2)))
    assert ssim(first, second).item() == pytest.approx(np.mean(found), rel=1e-9)


def test_equal_pictures_have_the_ends_of_every_range_and_the_worst_ones_the_other():
    images = pictures()
    same = score(Reconstruction(), images, lambda shown: shown)
    assert same["reconstruction_error"] == 0
    assert same["reconstruction_psnr"] == pytest.approx(HIGHEST_PSNR) == pytest.approx(58.9226, abs=1e-4)
    assert same["reconstruction_ssim"] == pytest.approx(1.0)
    black, white = torch.full((3, 1, 9, 9), -1.0), torch.ones(3, 1, 9, 9)
    assert score(Reconstruction(), black, lambda _: white)["reconstruction_psnr"] == pytest.approx(0.0, abs=1e-5)
    assert score(Reconstruction(), black, lambda _: white)["reconstruction_error"] == pytest.approx(4.0)


def test_a_reconstruction_is_judged_as_it_can_be_shown():
    images = torch.ones(4, 1, 8, 8)
    assert score(Reconstruction(), images, lambda shown: 5 * shown)["reconstruction_error"] == 0


def test_noise_is_of_the_strength_that_it_says_and_the_noisy_picture_is_the_floor():
    images = torch.zeros(50, 1, 28, 28)  # in the middle of the range, so that little is cut off
    assert noisy(images, 10, 0).std() == pytest.approx(0.2, rel=0.02)
    assert torch.equal(noisy(images, 10, 0), noisy(images, 10, 0))
    floor = score(Denoising(), images, lambda shown: shown)
    assert floor["denoised_psnr_10"] == pytest.approx(20.0, abs=0.1)
    assert floor["denoised_psnr_10"] > floor["denoised_psnr_25"] > floor["denoised_psnr_50"]
    ceiling = score(Denoising(), images, torch.zeros_like)
    assert [ceiling[f"denoised_psnr_{strength}"] for strength in (10, 25, 50)] == [pytest.approx(HIGHEST_PSNR)] * 3
    assert ceiling["denoised_ssim_50"] == pytest.approx(1.0)


def test_colours_are_those_that_published_tables_have():
    # red, green, blue, white, black in CIE L*a*b* under D65, as computed from the standard's matrix
    levels = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0]]).float().mul(2).sub(1)
    known = torch.tensor(
        [[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86], [100, 0, 0], [0, 0, 0]]
    )
    lab = to_lab(levels[:, :, None, None]).flatten(1)
    assert torch.allclose(lab, known, atol=0.03)
    grey = in_grey(levels[:, :, None, None])
    assert (grey.std(dim=1) == 0).all()
    assert torch.allclose(to_lab(grey)[:, 0].flatten(), known[:, 0], atol=0.03)


def test_the_error_of_colours_is_the_chroma_for_grey_and_zero_for_the_truth():
    images = pictures(channels=3)
    chroma = to_lab(images)[:, 1:].norm(dim=1).mean().item()
    assert score(Colouring(), images, lambda shown: shown)["colour_error"] == pytest.approx(chroma, rel=1e-4)
    assert score(Colouring(), images, lambda _: images)["colour_error"] == 0
    assert torch.allclose(from_lab(to_lab(images)), images, atol=1e-4)
    # lightness is the picture's own, whatever the model makes of it
    assert colour_error(in_grey(images) * 0.5, in_grey(images)).max() < 1e-3


def test_a_conditional_model_is_told_the_labels():
    images, labels = pictures(600, side=8), torch.arange(600)
    given = []

    def reconstruct(shown, condition):
        given.append(condition)
        return shown

    profile = ganbench.Profile(condition=ganbench.Labels(600))
    score(Reconstruction(), images, reconstruct, profile, labels)
    assert torch.equal(torch.cat(given), labels)


@pytest.mark.parametrize(
    ("metric", "images", "function", "message"),
    [
        (Reconstruction(), torch.zeros(5, 2), lambda shown: shown, r"images alone are judged here.*shape \(2,\)"),
        (Denoising(), torch.zeros(5, 1, 64), lambda shown: shown, r"images alone are judged here.*shape \(1, 64\)"),
        (Colouring(), pictures(), lambda shown: shown, "images of 3 channels, and these have 1"),
        (Reconstruction(), pictures(), lambda shown: shown * math.nan, "reconstructions are not finite"),
        (Reconstruction(), pictures(), lambda shown: shown[:1], r"gave shape \(1, 1, 28, 28\) for samples of \(20"),
    ],
)
def test_what_can_not_be_judged_is_said_in_one_line(metric, images, function, message):
    with pytest.raises(UnfitError, match=message):
        score(metric, images, function)
