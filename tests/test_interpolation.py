"""Walks through latent space: ends that are samples, steps as likely as samples, and classes that stay."""

import pytest
import torch

from ganbench.interpolation import ROWS, STEPS, has_codes, walk


class Codes:
    """A model whose samples are its codes."""

    latent = 16

    def decode(self, codes, labels=None):
        self.labels = labels
        return codes.reshape(-1, 1, 4, 4)


def test_each_row_goes_from_one_code_to_another_at_the_length_of_codes():
    rows = walk(Codes(), 0, "cpu", 0).reshape(ROWS, STEPS, 16)
    lengths = rows.norm(dim=-1)
    low, high = lengths[:, [0, -1]].amin(1), lengths[:, [0, -1]].amax(1)
    assert (lengths >= 0.95 * low[:, None]).all()
    assert (lengths <= 1.05 * high[:, None]).all()
    steps = (rows[:, 1:] - rows[:, :-1]).norm(dim=-1)
    assert (steps > 0.1).all()
    assert torch.equal(walk(Codes(), 0, "cpu", 0), walk(Codes(), 0, "cpu", 0))
    assert not torch.equal(walk(Codes(), 0, "cpu", 0), walk(Codes(), 1, "cpu", 0))


def test_a_conditional_model_keeps_its_class_along_a_row():
    model = Codes()
    model.conditional = True
    walk(model, 0, "cpu", 3)
    assert model.labels.reshape(ROWS, STEPS).tolist() == [[row % 3] * STEPS for row in range(ROWS)]


@pytest.mark.parametrize(
    ("model", "shape", "there"), [(Codes(), (1, 8, 8), True), (Codes(), (2,), False), (object(), (1, 8, 8), False)]
)
def test_only_images_from_codes_have_one(model, shape, there):
    assert has_codes(model, shape) is there


@pytest.mark.parametrize("model", ["vanilla", "dcgan:width=8", "cgan:width=8", "vae", "autoencoder"])
def test_what_is_decoded_is_what_sample_draws_of_the_same_codes(run, make_spec, bench, model):
    spec = make_spec(model=model)
    built = bench.make("models", spec.model, bench.task(spec))
    codes = torch.randn(5, built.latent, generator=torch.Generator().manual_seed(3))
    labels = torch.arange(5) if getattr(built, "conditional", False) else None
    assert torch.equal(built.sample(5, torch.Generator().manual_seed(3), labels), built.decode(codes, labels))
