"""Thickness, slant and size of digits: analytic strokes, laws, and other code."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from enlarged_digits import enlarged, sheared
from scipy.ndimage import distance_transform_edt
from scipy.stats import spearmanr
from torch.nn.functional import pad

from ganbench.contracts.datasets import SampleFormat
from ganbench_datasets.digit_captions import valued
from ganbench_datasets.digit_measures import measured
from ganbench_features.digit_factors import DigitFactors

THICKNESS, SLANT, SIZE = range(3)


@pytest.fixture(scope="module")
def base():
    return enlarged()


def bar(width, degrees, length=16.0, side=28, centre=(13.5, 13.5)):
    """Return a stroke as a picture (1, 1, side, side), smooth over a pixel; it leans right by so many degrees."""
    down, right = torch.meshgrid(torch.arange(side) - centre[0], torch.arange(side) - centre[1], indexing="ij")
    angle = math.radians(degrees)
    along = down * math.cos(angle) - right * math.sin(angle)
    across = down * math.sin(angle) + right * math.cos(angle)
    inside = torch.minimum(length / 2 - along.abs(), width / 2 - across.abs())
    return ((inside + 0.5).clamp(0, 1) * 2 - 1)[None, None]


@pytest.mark.parametrize(("width", "degrees"), list(product((2.0, 3.0, 4.5), (-25, -10, 0, 12, 30))))
def test_a_strokes_width_and_slant_are_measured(width, degrees):
    measures, angle, length = measured(bar(width, degrees))[0], math.radians(degrees), 16.0
    # its ends are edges too: two of the width, across the two of its length
    assert measures[THICKNESS].item() == pytest.approx(length * width / (length + width), rel=0.06)
    along, across = length * math.cos(angle) ** 2 + width * math.sin(angle) ** 2, (length - width) * math.sin(angle)
    expected = math.degrees(math.atan(across * math.cos(angle) / along))
    assert measures[SLANT].item() == pytest.approx(expected, abs=2.5)
    assert measures[SIZE].item() == pytest.approx(math.sqrt((length**2 + width**2) / 12), rel=0.04)


def test_mirrors_turn_the_slant_and_places_change_nothing(base):
    pictures = base.head("test", 100).samples
    measures = measured(pictures)
    mirrored = measured(pictures.flip(3))
    assert torch.allclose(mirrored, measures * torch.tensor([1.0, -1.0, 1.0]).double())
    moved = torch.roll(pad(pictures, (2, 2, 2, 2), value=-1.0), (1, -2), dims=(2, 3))
    assert torch.allclose(measured(moved), measures, atol=1e-9)
    assert torch.equal(measured(pictures[3:4]), measures[3:4])
    large = measured(pictures.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3))
    assert torch.allclose(large[:, SIZE], 2 * measures[:, SIZE], rtol=0.01)
    assert torch.allclose(large[:, THICKNESS], 2 * measures[:, THICKNESS], rtol=0.2)


def test_a_shear_adds_its_tangent_to_the_slant(base):
    pictures = base.head("test", 200).samples
    tangent = torch.tan(torch.deg2rad(measured(pictures)[:, SLANT]))
    shift = 0.25  # pixels to the right, a row up
    moved = sheared(pictures + 1, torch.full((200,), shift)) - 1
    more = torch.tan(torch.deg2rad(measured(moved)[:, SLANT])) - tangent
    assert more.mean().item() == pytest.approx(shift, abs=0.06)  # less by the pixels' smoothing
    assert (more > 0).all()


def test_thickness_and_size_agree_with_other_code(base):
    pictures = base.head("test", 150).samples
    measures = measured(pictures)
    ink = np.clip((pictures[:, 0].double().numpy() + 1) / 2 - 0.2, 0, None) / 0.8
    depths = [distance_transform_edt(each > 0.5) for each in ink]
    inner = [np.sort(depth[depth > 0])[-20:].mean() for depth in depths]  # of the middle of strokes
    assert spearmanr(measures[:, THICKNESS], inner).statistic > 0.75
    rows, columns = np.mgrid[:28, :28]
    for each, measure in zip(ink[:20], measures[:20, SIZE].tolist(), strict=True):
        spread = [np.cov(axis.ravel(), aweights=each.ravel(), ddof=0) for axis in (rows, columns)]
        assert measure == pytest.approx(math.sqrt(sum(spread)), rel=1e-9)


def test_pictures_without_ink_have_no_measures():
    blank = torch.full((2, 1, 28, 28), -0.8)
    assert measured(blank).isnan().all()
    assert valued(measured(blank)).tolist() == [[0, 0, 0]] * 2
    vectors = DigitFactors(SampleFormat((1, 28, 28), 0, "cpu"))(torch.cat([blank, bar(3.0, 0.0)])).vectors
    parts = torch.split(vectors, [11, 4, 4, 4], dim=1)
    assert [[int(part[row].argmax()) for part in parts] for row in (0, 2)] == [[0, 0, 0, 0], [2, 2, 2, 1]]
