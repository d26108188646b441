"""Consistency: the term is what the paper has, and images move as it says."""

import pytest
import torch

import ganbench
from ganbench_losses.consistency import Consistency, moved_images


def test_the_term_of_consistency_is_the_mean_squared_difference_of_logits():
    real = torch.rand(6, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    loss = Consistency(weight=3.0, shift=1, mirror=False)

    def critic(images):
        return images[:, 0, 0, 0]

    shown = ganbench.Shown(real, real, critic(real), critic(real), critic, torch.Generator().manual_seed(5))
    moved = moved_images(real, 1, False, torch.Generator().manual_seed(5))
    expected = 3.0 * (real[:, 0, 0, 0] - moved[:, 0, 0, 0]).square().mean()
    assert expected > 0
    assert loss.discriminator_term(shown).item() == pytest.approx(expected.item())


def test_images_move_by_whole_pixels_and_turn_half_of_the_time():
    ramp = torch.arange(5.0).expand(4_000, 1, 5, 5)
    generator = torch.Generator().manual_seed(0)
    still = moved_images(ramp, 0, False, generator)
    assert torch.equal(still, ramp)
    turned = moved_images(ramp, 0, True, generator)[:, 0, 0, 0] == 4
    assert turned.float().mean().item() == pytest.approx(0.5, abs=0.03)
    firsts = moved_images(ramp, 2, False, generator)[:, 0, 2]
    assert {tuple(row.tolist()) for row in firsts} == {
        (0, 0, 0, 1, 2), (0, 0, 1, 2, 3), (0, 1, 2, 3, 4), (1, 2, 3, 4, 4), (2, 3, 4, 4, 4),
    }  # fmt: skip
