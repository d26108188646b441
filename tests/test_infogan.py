"""InfoGAN: the laws of its codes, what both players minimise, and pictures that vary one code."""

import itertools
import math

import pytest
import torch
from torch.nn.functional import log_softmax

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.evaluation.interpolation import ROWS, STEPS, walk
from ganbench_losses.non_saturating import NonSaturating
from ganbench_models.infogan import Coded, InfoGAN

SMALL = {"width": 4, "latent": 3, "categories": 4, "continuous": 2}


def built(shape=(2,), **settings):
    torch.manual_seed(0)
    loss = NonSaturating(NonSaturating.recipe.but({"batch": 6}))
    return InfoGAN(Task(shape, 0, "cpu", 100, 0, loss=loss), **SMALL | settings)


def batch(shape=(2,), size=6):
    samples = torch.rand(size, *shape, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(samples, torch.zeros(size, dtype=torch.int64))


def test_codes_have_their_laws_and_the_network_is_given_them_beside_the_noise():
    coded, latents = (
        Coded(torch.nn.Identity(), 4, 2),
        torch.randn(40_000, 9, generator=torch.Generator().manual_seed(0)),
    )
    given = coded(latents)
    assert torch.equal(given[:, :3], latents[:, :3])
    share = given[:, 3:7].mean(0)
    assert set(given[:, 3:7].sum(1).tolist()) == {1.0}
    torch.testing.assert_close(share, torch.full((4,), 0.25), atol=0.01, rtol=0)
    codes = given[:, 7:]
    assert codes.abs().max() < 1
    torch.testing.assert_close(codes.var(0), torch.full((2,), 1 / 3), atol=0.01, rtol=0)
    assert torch.corrcoef(given.T)[7, 8].abs() < 0.02


@pytest.mark.parametrize(("shape", "settings"), [((2,), {}), ((1, 8, 8), {"norm": "none"})])
def test_both_players_minimise_the_unlikeliness_of_the_codes_that_samples_were_made_of(shape, settings):
    model, data = built(shape, information=2.0, continuous_information=0.5, **settings), batch(shape)
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    latents = torch.randn(6, model.latent, generator=noise)
    with torch.no_grad():
        answers = model.judge.answers(model.judge.hidden(model.generator(latents)))
    category = latents[:, 3:7].argmax(dim=1)
    codes = 2 * (0.5 * (1 + (latents[:, 7:] / math.sqrt(2)).erf())) - 1
    unlikely = -log_softmax(answers[:, :4], dim=1)[torch.arange(6), category].mean()
    normal = (0.5 * (codes - answers[:, 4:]) ** 2 + 0.5 * math.log(2 * math.pi)).sum(dim=1).mean()
    state = model._random.get_state()
    of_generator = model.generator_terms(data)
    model._random.set_state(state)
    of_discriminator = model._step_discriminator(data)
    for terms, player in ((of_generator, "generator"), (of_discriminator, "discriminator")):
        assert terms[f"{player}_category_loss"].item() == pytest.approx(2 * unlikely.item(), rel=1e-4)
        assert terms[f"{player}_continuous_loss"].item() == pytest.approx(0.5 * normal.item(), rel=1e-4)


def test_a_row_of_the_picture_varies_one_code_and_keeps_the_rest():
    model = built((1, 8, 8))
    rows = model.variations(torch.randn(ROWS, model.latent, generator=torch.Generator().manual_seed(0)), STEPS)
    for number, row in enumerate(rows):
        category, codes = model.coded.codes(row)
        varied = [len(set(part.tolist())) for part in (category, codes[:, 0], codes[:, 1])]
        assert varied == [4 if number < 2 else 1, STEPS if number in (2, 3) else 1, STEPS if number > 3 else 1]
        assert (row[:, :3] == row[:1, :3]).all()
    assert model.coded.codes(rows[0])[0].tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    low, high = model.coded.codes(rows[2])[1][[0, -1], 0].tolist()
    assert (low, high) == (pytest.approx(-0.95, abs=1e-4), pytest.approx(0.95, abs=1e-4))
    assert walk(model, model.profile(), 0, "cpu").shape == (ROWS * STEPS, 1, 8, 8)


def test_without_continuous_codes_there_is_no_term_of_them():
    model = built(continuous=0)
    assert set(model.generator_terms(batch())) == {"generator_loss", "generator_category_loss"}


@pytest.mark.slow
def test_categories_are_found_without_labels():
    """Four far modes: after a short training Q tells the category, and categories are of different modes."""
    centres = 2 * torch.tensor([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    model, random = built(width=64, latent=2, continuous=0), torch.Generator().manual_seed(0)
    for group in model._generator_optimizer.param_groups + model._discriminator_optimizer.param_groups:
        group["lr"] = 2e-3

    def endless():
        while True:
            modes = torch.randint(4, (64,), generator=random)
            yield Batch(centres[modes] + 0.1 * torch.randn(64, 2, generator=random), torch.zeros(64).long())

    list(model.fit(itertools.islice(endless(), 500)))
    latents = torch.randn(400, model.latent, generator=random)
    category = model.coded.codes(latents)[0]
    with torch.no_grad():
        samples = model.decode(latents)
        told = model.judge.answers(model.judge.hidden(samples)).argmax(dim=1)
    assert (told == category).float().mean() > 0.9
    nearest = torch.cdist(samples, centres).argmin(dim=1)
    assert {nearest[category == each].mode().values.item() for each in range(4)} == {0, 1, 2, 3}
