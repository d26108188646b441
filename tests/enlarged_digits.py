"""Digits of MNIST's size that need no file: scikit-learn's, enlarged, with strokes that vary."""

import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate, pad

from ganbench.torchkit.resident import Resident
from ganbench_datasets.digits import digits


def enlarged(source=None):
    """Return scikit-learn's digits at MNIST's size, 28 x 28, with strokes and slants that vary as much."""
    generator, splits = torch.Generator().manual_seed(0), {}
    for split, (images, labels) in digits(source).splits.items():
        large = pad(interpolate(images.float(), scale_factor=3, mode="bilinear"), (2, 2, 2, 2)) / 255
        large = (3 * (large - 0.7 * torch.rand(len(large), 1, 1, 1, generator=generator))).clamp(0, 1)
        large = sheared(large, torch.rand(len(large), generator=generator) * 0.8 - 0.35)
        splits[split] = (large.mul(255).round().to(torch.uint8), labels)
    return Resident(splits, classes=10)


def sheared(ink, tangents):
    """Return ink (n, 1, side, side) whose rows are moved right by so many (n,) pixels a row up."""
    theta = torch.eye(2, 3).repeat(len(ink), 1, 1)
    theta[:, 0, 1] = tangents
    grid = affine_grid(theta, list(ink.shape), align_corners=False)
    return grid_sample(ink, grid, align_corners=False)
