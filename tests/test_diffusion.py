"""Diffusion and flow matching: closed forms, and what a perfect network would sample."""

import itertools
import math

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench_models.ddpm import DDPM
from ganbench_models.diffusion import Schedule, ancestral, implicit
from ganbench_models.flow_matching import FlowMatching, path, solved

MEAN, DEVIATION = torch.tensor([1.5, -0.5]), 0.4


def task(shape=(2,)):
    return Task(shape=shape, classes=0, device="cpu", examples=64, seed=0)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def gaussian_denoiser(schedule):
    """Return the noise that is to be expected in what a Gaussian became after so many steps."""

    def denoise(now, steps):
        signal = schedule.signal[steps].float()[:, None]
        spread = signal * DEVIATION**2 + 1 - signal
        return (1 - signal).sqrt() * (now - signal.sqrt() * MEAN) / spread

    return denoise


def test_the_linear_schedule_is_the_published_one():
    schedule = Schedule(1_000)
    assert schedule.betas[0].item() == pytest.approx(1e-4)
    assert schedule.betas[-1].item() == pytest.approx(0.02)
    assert schedule.betas.diff().std().item() == pytest.approx(0, abs=1e-12)
    product = 1.0
    for beta in schedule.betas.tolist():
        product *= 1 - beta
    assert schedule.signal[-1].item() == pytest.approx(product, rel=1e-10)
    assert product == pytest.approx(4.04e-5, rel=0.01)  # nothing is left of the sample


@pytest.mark.parametrize("name", ["linear", "cosine"])
@pytest.mark.parametrize("steps", [10, 100, 1_000])
def test_every_schedule_ends_in_noise(name, steps):
    schedule = Schedule(steps, name)
    assert ((schedule.betas > 0) & (schedule.betas < 1)).all()
    assert (schedule.signal.diff() < 0).all()
    assert schedule.signal[-1] < 1e-3


def test_the_cosine_schedule_is_its_formula():
    schedule = Schedule(100, "cosine")
    start = math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    for step in (0, 20, 60):
        share = ((step + 1) / 100 + 0.008) / 1.008
        assert schedule.signal[step].item() == pytest.approx(math.cos(share * math.pi / 2) ** 2 / start, rel=1e-9)


@pytest.mark.parametrize("step", [0, 1, 17, 49])
def test_the_posterior_is_the_product_of_both_gaussians(step):
    # q(before | now, start) is in proportion to q(now | before) q(before | start), both normal in `before`
    schedule, start, now = Schedule(50), torch.tensor([[0.7, -0.2]]), torch.tensor([[0.1, 0.4]])
    mean, variance = schedule.posterior(start, now, step)
    beta, before = schedule.betas[step].item(), schedule.before[step].item()
    if step == 0:
        assert torch.allclose(mean, start)
        assert variance == 0
        return
    precision = (1 - beta) / beta + 1 / (1 - before)
    centre = (math.sqrt(1 - beta) / beta * now + math.sqrt(before) / (1 - before) * start) / precision
    assert variance == pytest.approx(1 / precision, rel=1e-9)
    assert torch.allclose(mean, centre, atol=1e-6)


def test_noise_added_in_one_go_is_noise_added_step_by_step():
    schedule, samples = Schedule(30), torch.full((200_000, 1), 0.8)
    now = samples
    for beta in schedule.betas[:12].tolist():
        now = math.sqrt(1 - beta) * now + math.sqrt(beta) * torch.randn(now.shape, generator=seeded(int(1e6 * beta)))
    at_once = schedule.noised(samples, torch.full((len(samples),), 11), torch.randn(samples.shape, generator=seeded()))
    assert now.mean().item() == pytest.approx(at_once.mean().item(), abs=0.01)
    assert now.std().item() == pytest.approx(at_once.std().item(), abs=0.01)


def test_the_noise_of_a_sample_leads_back_to_it():
    schedule, samples = Schedule(100), torch.randn(4, 3, generator=seeded())
    noise = torch.randn(4, 3, generator=seeded(1))
    noised = schedule.noised(samples, torch.full((4,), 60), noise)
    assert torch.allclose(schedule.start_of(noised, 60, noise), samples, atol=1e-5)


def test_a_perfect_denoiser_of_a_gaussian_samples_that_gaussian():
    schedule, noise = Schedule(500), torch.randn(20_000, 2, generator=seeded())
    denoise = gaussian_denoiser(schedule)
    drawn = ancestral(schedule, noise, denoise, seeded(1), clip=False)
    assert torch.allclose(drawn.mean(0), MEAN, atol=0.02)
    assert torch.allclose(torch.cov(drawn.T), DEVIATION**2 * torch.eye(2), atol=0.01)
    # the error of DDIM is that of Euler's method: in proportion to 1 / steps
    errors = []
    for steps in (100, 500):
        few = implicit(schedule, noise, denoise, steps, clip=False)
        assert torch.allclose(few.mean(0), MEAN, atol=0.02)
        errors.append((torch.cov(few.T).diagonal().mean() - DEVIATION**2).abs().item())
    assert errors[0] < 0.02
    assert errors[1] < errors[0] / 2


def test_ddim_is_a_function_of_its_noise_and_ancestral_sampling_is_not():
    schedule, noise = Schedule(50), torch.randn(5, 2, generator=seeded())
    denoise = gaussian_denoiser(schedule)
    assert torch.equal(
        implicit(schedule, noise, denoise, 10, clip=False), implicit(schedule, noise, denoise, 10, clip=False)
    )
    draws = [ancestral(schedule, noise, denoise, seeded(seed), clip=False) for seed in (1, 2)]
    assert not torch.allclose(*draws)


def test_clipping_keeps_samples_of_images_in_their_range():
    schedule, noise = Schedule(20), torch.randn(50, 2, generator=seeded())
    drawn = implicit(schedule, noise, gaussian_denoiser(schedule), 20, clip=True)
    assert drawn.abs().max() <= 1 + 1e-6


def test_paths_go_from_noise_to_data_at_their_velocity():
    data, noise = torch.randn(4, 3, generator=seeded()), torch.randn(4, 3, generator=seeded(1))
    start, velocity = path(data, noise, torch.zeros(4))
    end, _ = path(data, noise, torch.ones(4))
    assert torch.allclose(start, noise)
    assert torch.allclose(end, data, atol=1e-3)
    later, _ = path(data, noise, torch.full((4,), 0.25))
    assert torch.allclose(later, start + 0.25 * velocity, atol=1e-6)


@pytest.mark.parametrize(("solver", "error"), [("euler", 0.1), ("midpoint", 0.005)])
def test_solvers_follow_a_field_whose_flow_is_known(solver, error):
    start = torch.tensor([[1.0, 2.0]])
    end = solved(lambda where, times: where * times[:, None] * 2, start, 20, solver)  # x' = 2 t x, so x(1) = e x(0)
    assert torch.allclose(end, math.e * start, rtol=error)


def test_the_marginal_velocity_of_a_gaussian_carries_noise_to_it():
    def velocity(where, times):
        share = times[:, None]
        spread = (1 - share) ** 2 + share**2 * DEVIATION**2
        slope = (share * DEVIATION**2 - (1 - share)) / spread
        return MEAN + slope * (where - share * MEAN)

    drawn = solved(velocity, torch.randn(20_000, 2, generator=seeded()), 50, "midpoint")
    assert torch.allclose(drawn.mean(0), MEAN, atol=0.02)
    assert torch.allclose(torch.cov(drawn.T), DEVIATION**2 * torch.eye(2), atol=0.01)


def mixture(size=256):
    """Yield points of two narrow modes, one of them with three quarters of the mass."""
    generator = seeded()
    centres = torch.tensor([[-1.0, 0.5], [1.0, -0.5]])
    while True:
        which = (torch.rand(size, generator=generator) < 0.75).long()
        yield Batch(centres[which] + 0.1 * torch.randn(size, 2, generator=generator), torch.zeros(size).long())


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda: FlowMatching(task(), width=8, learning_rate=2e-3, steps=20, batch=256),
        lambda: DDPM(task(), width=8, learning_rate=2e-3, steps=100, average=0.99, batch=256),
    ],
    ids=["flow-matching", "ddpm"],
)
def test_a_trained_model_reaches_a_mixture(make):
    torch.manual_seed(0)
    model = make()
    for _ in model.fit(itertools.islice(mixture(), 1_500)):
        pass
    drawn = model.sample(4_000, seeded(5))
    heavy = drawn[:, 0] > 0
    assert heavy.float().mean().item() == pytest.approx(0.75, abs=0.06)
    for mode, centre in ((heavy, [1.0, -0.5]), (~heavy, [-1.0, 0.5])):
        assert torch.allclose(drawn[mode].median(0).values, torch.tensor(centre), atol=0.06)
        assert (drawn[mode] - torch.tensor(centre)).norm(dim=1).median().item() == pytest.approx(0.118, abs=0.06)


@pytest.mark.parametrize("make", [FlowMatching, DDPM])
def test_samples_come_from_the_averaged_weights(make):
    torch.manual_seed(0)
    model = make(task(), width=4, steps=5, average=0.9, learning_rate=1e-2)
    list(model.fit(itertools.islice(mixture(), 20)))
    assert not torch.equal(model.sampled.last.weight, model.network.last.weight)
    before = model.sample(3, seeded())
    torch.nn.init.zeros_(model.network.last.weight)
    assert torch.equal(model.sample(3, seeded()), before)
    assert model.profile().average == 0.9


@pytest.mark.parametrize("make", [FlowMatching, DDPM])
@pytest.mark.parametrize(
    ("shape", "message"), [((1, 4, 4), "8 pixels a side or more"), ((3, 80, 80), "64 pixels a side or fewer")]
)
def test_pictures_too_small_or_too_large_are_a_reason_to_skip(make, shape, message):
    with pytest.raises(UnfitError, match=message):
        make(task(shape))


def test_more_sampling_steps_than_steps_are_refused():
    with pytest.raises(BadOptionError, match="sampling_steps of 0 to its 10 steps, not 11"):
        DDPM(task(), steps=10, sampling_steps=11)


def test_a_code_is_decoded_to_the_same_sample_each_time():
    model = DDPM(task((1, 8, 8)), width=4, steps=10)
    codes = torch.randn(2, 64, generator=seeded())
    assert torch.equal(model.decode(codes), model.decode(codes))
    with pytest.raises(BadOptionError, match="takes no labels"):
        model.sample(1, seeded(), torch.zeros(1, dtype=torch.int64))
