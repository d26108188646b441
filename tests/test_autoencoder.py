"""The denoising and the colouring autoencoder: what is shown, and what it is compared with."""

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench.torchkit.colours import in_grey
from ganbench_models.autoencoder import Autoencoder


def built(shape=(3, 8, 8), **settings):
    torch.manual_seed(0)
    return Autoencoder(Task(shape, 0, "cpu", 64, 0), width=16, **settings)


def batch(shape=(3, 8, 8), n=200):
    return Batch(torch.rand(n, *shape, generator=torch.Generator().manual_seed(0)) * 2 - 1, torch.zeros(n))


@pytest.mark.parametrize(("shape", "deviation"), [((3, 8, 8), 0.5), ((1, 16), 0.5), ((2,), 0.25)])
def test_noisy_samples_are_compared_with_themselves_as_they_were(shape, deviation):
    model, data = built(shape, noise=0.25), batch(shape)
    drawn = torch.Generator().manual_seed(0)
    drawn.set_state(model.random.get_state())
    shown = data.samples + deviation * torch.randn(data.samples.shape, generator=drawn)
    decoded = model.network.decoder(model.network.encoder(shown.flatten(1)))
    expected = (decoded - data.samples.flatten(1)).square().mean()
    assert model.terms(data)["reconstruction_loss"].item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_share_of_pictures_is_shown_in_grey():
    data = batch()
    assert torch.equal(built(grey=1.0)._shown(data.samples), in_grey(data.samples))
    shown = built(grey=0.25)._shown(data.samples)
    grey = (shown == in_grey(data.samples)).flatten(1).all(1)
    assert torch.equal(shown[~grey], data.samples[~grey])
    assert 30 < int(grey.sum()) < 70


def test_without_either_samples_are_shown_as_they_are_and_nothing_is_drawn():
    model, data = built(), batch()
    before = model.random.get_state()
    assert model._shown(data.samples) is data.samples
    assert torch.equal(model.random.get_state(), before)


def test_grey_pictures_have_no_colours_to_hide():
    with pytest.raises(
        UnfitError, match=r"pictures of 3 channels have colours to hide, and this data has shape \(1, 8"
    ):
        built((1, 8, 8), grey=0.5)
