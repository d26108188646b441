"""The program's own speed: what our loop costs beside the plainest one. Run with `pytest --benchmark-enable`."""

import itertools

import pytest
import torch
from torch import nn

from ganbench import Recipe, Task
from ganbench_datasets.mixtures import ring8
from ganbench_losses.non_saturating import NonSaturating
from ganbench_models.perceptrons import perceptrons
from ganbench_models.vanilla import Vanilla

BATCH, WIDTH = 100, 64


def task():
    return Task((2,), 8, "cpu", 100_000, 0, loss=NonSaturating(Recipe(batch=BATCH)))


def our_updates():
    """Return an endless stream of updates by the harness's own loop, diagnostics and all."""
    model = Vanilla(task(), width=WIDTH)
    return iter(model.fit(ring8(None).batches("train", BATCH, 0)))


def plain_updates():
    """Return an endless stream of updates by the loop of every tutorial, with nothing recorded."""
    generator, discriminator = perceptrons(task(), 2, WIDTH)
    settings = {"lr": 2e-4, "betas": (0.5, 0.999)}
    steps = [torch.optim.Adam(network.parameters(), **settings) for network in (generator, discriminator)]
    judge, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    for batch in ring8(None).batches("train", BATCH, 0):
        fake = generator(torch.randn(BATCH, 2)).detach()
        loss = judge(discriminator(batch.samples), ones) + judge(discriminator(fake), zeros)
        steps[1].zero_grad()
        loss.backward()
        steps[1].step()
        loss = judge(discriminator(generator(torch.randn(BATCH, 2))), ones)
        steps[0].zero_grad()
        loss.backward()
        steps[0].step()
        yield loss


@pytest.mark.parametrize("updates", [our_updates, plain_updates])
def bench_updates(benchmark, updates):
    stream = updates()
    last = benchmark(lambda: list(itertools.islice(stream, 20))[-1])
    assert last is not None


@pytest.mark.parametrize("size", [128, 2_048])
def bench_batches(benchmark, size):
    stream = ring8(None).batches("train", size, 0)
    assert benchmark(lambda: next(stream)).samples.shape == (size, 2)
