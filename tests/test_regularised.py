"""DRAGAN's penalty, LeCam's averages and distances, and the transformations of differentiable augmentation, by hand."""

import pytest
import torch

import ganbench
from ganbench_losses.diffaugment import DiffAugment, coloured, cut_out, translated
from ganbench_losses.dragan import DRAGAN
from ganbench_losses.lecam import LeCam


def shown(real, fake):
    samples = torch.zeros(len(real), 1)
    return ganbench.Shown(samples, samples, torch.tensor(real), torch.tensor(fake), torch.sum, torch.Generator())


def seeded():
    return torch.Generator().manual_seed(0)


def test_logits_are_held_near_the_other_sides_average():
    loss = LeCam(weight=2.0, decay=0.5)
    first = loss.discriminator_term(shown([1.0, 3.0], [-1.0, -1.0]))  # averages 2 and -1
    assert first.item() == pytest.approx(2 * ((4 + 16) / 2 + (9 + 9) / 2))
    second = loss.discriminator_term(shown([4.0, 4.0], [1.0, 1.0]))  # averages 3 and 0
    assert loss.averages.tolist() == [3.0, 0.0]
    assert second.item() == pytest.approx(2 * (16 + 4))


def test_the_slope_of_lecam_is_that_of_a_distance_to_a_constant():
    real = torch.tensor([1.0, 3.0], requires_grad=True)
    fake = torch.tensor([0.0, 2.0], requires_grad=True)
    empty = torch.zeros(2, 1)
    LeCam(weight=1.0).discriminator_term(
        ganbench.Shown(empty, empty, real, fake, torch.sum, torch.Generator())
    ).backward()
    assert real.grad.tolist() == [0.0, 2.0]  # 2 (D(x) - 1) / 2
    assert fake.grad.tolist() == [-2.0, 0.0]  # 2 (D(G(z)) - 2) / 2


def test_lecam_of_no_weight_adds_nothing():
    assert LeCam(weight=0.0).discriminator_term(shown([1.0, 3.0], [-1.0, 5.0])).item() == 0


def test_the_averages_are_restored_to_the_bit_and_so_is_their_absence():
    kept, anew = LeCam(), LeCam()
    anew.restore(kept.checkpoint())
    assert anew.averages is None
    for step in range(3):
        kept.discriminator_term(shown([1.0 + step, 0.3], [-0.7, 0.1]))
    anew.restore(kept.checkpoint())
    assert torch.equal(anew.averages, kept.averages)


def test_brightness_saturation_and_contrast_are_drawn_from_the_published_ranges():
    grey = coloured(torch.zeros(4_000, 3, 2, 2), seeded())
    assert grey.flatten(1).std(dim=1).max() < 1e-5  # one brightness an image
    assert -0.5 <= grey.min() < -0.48
    assert 0.48 < grey.max() < 0.5
    flat = torch.tensor([1.0, 0.0, -1.0])[:, None, None].expand(4_000, 3, 2, 2)
    spread = coloured(flat, seeded())[:, 0] - coloured(flat, seeded())[:, 1]  # saturation times contrast
    assert 0 <= spread.min() < 0.01
    assert 2.7 < spread.max() < 3
    assert spread.mean().item() == pytest.approx(1.0, abs=0.03)
    steps = torch.tensor([-1.0, 1.0]).expand(4_000, 1, 2, 2)
    contrast = coloured(steps, seeded()).diff(dim=3)[:, 0, 0, 0] / 2
    assert 0.5 <= contrast.min() < 0.51
    assert 1.49 < contrast.max() < 1.5


def test_images_are_moved_by_an_eighth_at_most_and_zeros_come_in():
    ramp = torch.arange(1.0, 9.0).expand(2_000, 1, 8, 8)
    rows = {tuple(row.tolist()) for row in translated(ramp, 0.125, seeded())[:, 0, 3]}
    assert rows == {(0, 1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5, 6, 7, 8), (2, 3, 4, 5, 6, 7, 8, 0)}
    firsts = translated(ramp, 0.125, seeded())[:, 0, 0, 3] == 0
    assert firsts.float().mean().item() == pytest.approx(1 / 3, abs=0.04)


def test_half_of_each_side_is_cut_out_unless_the_edge_cuts_it_off():
    left = cut_out(torch.ones(2_000, 2, 8, 8), 0.5, seeded())
    holes = (left == 0).flatten(1).sum(dim=1) / 2
    assert holes.max() == 16
    assert holes.min() == 4  # two by two in a corner
    assert torch.equal(left[:, 0], left[:, 1])


def test_without_its_transformations_samples_stay_as_they_are():
    images = torch.rand(3, 1, 8, 8)
    plain = DiffAugment(colour=False, translation=0.0, cutout=0.0)
    assert torch.equal(plain.augment(images, seeded()), images)
    images.requires_grad_()
    DiffAugment().augment(images, seeded()).sum().backward()
    assert images.grad.abs().sum() > 0


def test_the_penalty_of_dragan_is_of_each_real_samples_own_norm_and_mean_of_squares():
    real = torch.tensor([[1.0, 2.0], [0.0, -1.0], [2.0, -1.0], [1.0, -1.0]])

    def critic(points):
        steep = (points[:, 1] > 0).float().detach()  # a slope of 5 where the last number is positive, of 1 elsewhere
        return (1 + 4 * steep) * points[:, 0]

    penalty = DRAGAN(spread=0.0).penalty(critic, real, real[:0], torch.Generator().manual_seed(0))
    assert penalty.item() == pytest.approx(((5 - 1) ** 2 + 0 + 0 + 0) / 4, rel=1e-5)


def test_dragan_looks_between_a_sample_and_half_a_deviation_beyond_it():
    seen, real = [], torch.randn(4_000, 2, generator=torch.Generator().manual_seed(1)) * 3 + 1

    def critic(points):
        seen.append(points.detach() - real)
        return points.sum(dim=1)

    DRAGAN().penalty(critic, real, real[:0], torch.Generator().manual_seed(0))
    moves = seen[0] / (0.5 * real.std(correction=0))
    assert moves.min() >= -1e-5
    assert 0.95 < moves.max() <= 1
    assert moves.mean().item() == pytest.approx(0.25, abs=0.01)  # the product of two uniform shares
    assert not torch.allclose(moves[:, 0], moves[:, 1])


def test_dragan_has_the_second_derivative_that_its_formula_has():
    scale = torch.tensor(3.0, requires_grad=True)
    real = torch.ones(2, 1)
    penalty = DRAGAN(spread=0.0).penalty(
        lambda points: scale * points[:, 0].square() / 2, real, real, torch.Generator()
    )
    penalty.backward()  # (3x - 1)² at x = 1
    assert penalty.item() == pytest.approx(4.0, rel=1e-5)
    assert scale.grad.item() == pytest.approx(4.0, rel=1e-5)
