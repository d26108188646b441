"""Walks through latent space: ends that are samples, steps as likely as samples, and classes that stay."""

import pytest
import torch

import ganbench
from ganbench.contracts.capabilities import LatentDecoder, Profile, profile_of
from ganbench.evaluation.interpolation import ROWS, STEPS, rows_of, walk
from ganbench.schema.record import Status
from ganbench.storage.store import INTERPOLATION

PLAIN = Profile(latent=16)


class Codes(LatentDecoder):
    """A model whose samples are its codes."""

    def decode(self, codes, labels=None):
        self.labels = labels
        return codes.reshape(-1, 1, 4, 4)


def test_each_row_goes_from_one_code_to_another_at_the_length_of_codes():
    rows = walk(Codes(), PLAIN, 0, "cpu").reshape(ROWS, STEPS, 16)
    lengths = rows.norm(dim=-1)
    low, high = lengths[:, [0, -1]].amin(1), lengths[:, [0, -1]].amax(1)
    assert (lengths >= 0.95 * low[:, None]).all()
    assert (lengths <= 1.05 * high[:, None]).all()
    steps = (rows[:, 1:] - rows[:, :-1]).norm(dim=-1)
    assert (steps > 0.1).all()
    assert torch.equal(walk(Codes(), PLAIN, 0, "cpu"), walk(Codes(), PLAIN, 0, "cpu"))
    assert not torch.equal(walk(Codes(), PLAIN, 0, "cpu"), walk(Codes(), PLAIN, 1, "cpu"))


def test_a_conditional_model_keeps_its_class_along_a_row():
    model = Codes()
    profile = Profile(latent=16, condition=ganbench.Labels(3))
    walk(model, profile, 0, "cpu", rows_of(profile, None, "cpu"))
    assert model.labels.reshape(ROWS, STEPS).tolist() == [[row % 3] * STEPS for row in range(ROWS)]


@pytest.mark.parametrize(
    ("model", "dataset", "there"), [("vanilla", "digits", True), ("vanilla", "ring8", False), ("gmm", "digits", False)]
)
def test_only_images_from_codes_have_one(run, make_spec, tmp_path, model, dataset, there):
    record = run(make_spec(model=model, dataset=dataset))
    assert record.status is Status.DONE
    assert (tmp_path / "a" / "runs" / record.key / INTERPOLATION).exists() is there


@pytest.mark.parametrize("model", ["vanilla", "dcgan:width=8", "cgan:width=8", "vae", "autoencoder"])
def test_what_is_decoded_is_what_sample_draws_of_the_same_codes(make_spec, factory, model):
    built = factory.model(make_spec(model=model))
    profile = profile_of(built)
    codes = torch.randn(5, profile.latent, generator=torch.Generator().manual_seed(3))
    labels = torch.arange(5) if profile.conditional else None
    assert torch.equal(built.sample(5, torch.Generator().manual_seed(3), labels), built.decode(codes, labels))
