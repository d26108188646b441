"""Whether an adversarial loss keeps its contract."""

import torch

from ganbench.contracts.losses import FeatureObjective
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.testing.bench import make_factory, seeded


def check_loss(name: str, factory: Factory | None = None) -> None:
    """Check that an adversarial loss gives finite scalars whose gradients reach what they should."""
    loss = (factory or make_factory()).loss(Choice.parse(name))
    real, fake = (torch.randn(6, generator=seeded(seed)).requires_grad_() for seed in (0, 1))
    for term in (loss.generator(real.detach(), fake), loss.discriminator(real, fake)):
        assert term.shape == (), f"a term is a scalar, not of shape {tuple(term.shape)}"
        assert term.isfinite(), f"a term is finite, not {term}"
    if isinstance(loss, FeatureObjective):
        slope = _slope_of_matching(loss)
        assert slope > 0, "the generator's loss ignores the generated samples' hidden activations"
    else:
        (slopes,) = torch.autograd.grad(loss.generator(real.detach(), fake), fake)
        assert slopes.abs().sum() > 0, "the generator's loss ignores the generated logits"

    # the penalty is one for each sample, so it is the same whatever stands beside it
    samples = [torch.randn(6, 2, generator=seeded(seed)) for seed in (2, 3)]
    weight = torch.tensor([3.0, 4.0])
    penalty = loss.penalty(lambda points: points @ weight, samples[0], samples[1], seeded())
    if penalty is not None:
        assert penalty.shape == (), "a penalty is a scalar"
        assert penalty.isfinite(), "a penalty is finite"
        assert penalty >= 0, "a penalty is a mean of squares"


def _slope_of_matching(loss: FeatureObjective) -> float:
    real, fake = (torch.randn(6, 3, generator=seeded(seed)) for seed in (0, 1))
    fake.requires_grad_()
    (slopes,) = torch.autograd.grad(loss.match(real, fake), fake)
    return float(slopes.abs().sum())
