"""Grids of images: what torchvision would draw, to the pixel."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate
from torchvision.utils import save_image

from ganbench.evaluation.pictures import draw_grid


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image)


@pytest.mark.parametrize("shape", [(64, 1, 8, 8), (13, 3, 32, 32), (9, 3, 27, 29), (2, 3, 64, 100)])
def test_a_grid_is_torchvisions(shape):
    images = 2 * torch.randn(shape, generator=torch.Generator().manual_seed(0))  # some lie beyond the range
    enlarged = interpolate(images, scale_factor=max(1, -(-56 // min(shape[2:]))), mode="nearest")
    ours, theirs = io.BytesIO(), io.BytesIO()
    save_image(enlarged.add(1).div(2).clamp(0, 1), theirs, format="png", nrow=8, padding=4, pad_value=1.0)
    draw_grid(ours, images)
    np.testing.assert_array_equal(pixels(ours), pixels(theirs))


def test_a_single_image_is_drawn_within_a_margin():
    file = io.BytesIO()
    draw_grid(file, torch.full((1, 1, 28, 28), -1.0))
    drawn = pixels(file)
    assert drawn.shape == (64, 64, 3)
    assert not drawn[4:60, 4:60].any()
    assert (drawn[:4] == 255).all()


@pytest.mark.parametrize(("channels", "shown"), [(2, 1), (5, 3)])
def test_of_other_channels_the_first_are_drawn(channels, shown):
    images = torch.rand(3, channels, 8, 8, generator=torch.Generator().manual_seed(0))
    all_of_them, first = io.BytesIO(), io.BytesIO()
    draw_grid(all_of_them, images)
    draw_grid(first, images[:, :shown])
    np.testing.assert_array_equal(pixels(all_of_them), pixels(first))
