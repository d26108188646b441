"""What a paper has and we do not is said where `ganbench describe` shows it, and networks have its layers."""

import pytest
import torch
from torch import nn

from ganbench.contracts.models import Task
from ganbench.registry.description import describe
from ganbench.schema.choice import Choice
from ganbench_losses.hinge import Hinge
from ganbench_losses.relativistic_r1r2 import RelativisticR1R2
from ganbench_models.r3gan import R3GAN, Residual
from ganbench_models.sngan import SNGAN


@pytest.mark.parametrize(
    ("kind", "name", "deviation"),
    [
        ("models", "sngan", "table's layers"),
        ("models", "r3gan", "1.387"),
        ("models", "dcgan", "512 maps"),
        ("models", "dcgan", "uniform in [-1, 1]"),
        ("models", "vanilla", "maxout"),
        ("models", "resnet-gan", "100,000 updates"),
        ("models", "projection-gan", "from 64 to 1,024"),
        ("models", "stylegan", "R1's γ is 1 in place of 10"),
        ("models", "infogan", "without its batch norm"),
        ("models", "acgan", "dropout of 0.5"),
        ("models", "vae", "500 tanh units"),
        ("models", "gmm", "by images and seconds"),
        ("metrics", "prdc", "Kynkäänniemi et al. have 3"),
    ],
)
def test_a_deviation_from_the_paper_is_described(catalog, kind, name, deviation):
    text = " ".join(describe(catalog, kind, Choice(name)).text.split())
    assert deviation in text


def test_sngans_generator_has_the_layers_of_its_table():
    model = SNGAN(Task((3, 32, 32), 0, "cpu", 10, 0, loss=Hinge()))
    layers = [layer for layer in model.generator if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]
    shapes = [tuple(layer.weight.shape) for layer in layers]
    assert shapes == [(512 * 4 * 4, 128), (512, 256, 4, 4), (256, 128, 4, 4), (128, 64, 4, 4), (3, 64, 3, 3)]
    assert model.sample(2, torch.Generator()).shape == (2, 3, 32, 32)


def test_r3gans_weights_begin_with_the_gain_of_their_activation():
    torch.manual_seed(0)
    block = Residual(256, 4, image=False)
    for layer, inputs in ((block.widen, 256), (block.middle, 512)):
        assert layer.weight.std().item() == pytest.approx(1.387 * 4**-0.25 / inputs**0.5, rel=0.01)
    assert block.narrow.weight.abs().max() == 0
    assert (
        R3GAN(Task((1, 8, 8), 0, "cpu", 10, 0, loss=RelativisticR1R2()), width=4)
        .sample(1, torch.Generator())
        .isfinite()
        .all()
    )
