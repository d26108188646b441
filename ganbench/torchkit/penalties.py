"""Gradients of a critic at its samples, one norm a sample, for the penalties that losses are made of."""

import torch
from torch import Generator, Tensor

from ganbench.contracts.losses import Critic


def squared_slopes(critic: Critic, samples: Tensor) -> Tensor:
    """Return the squared Euclidean norm of the critic's gradient at each sample, (n,), itself differentiable.

    samples: (n, *shape). The sum over logits gives each sample its own gradient, as long as no layer of the
    critic mixes samples; batch norm does.
    """
    points = samples.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return slopes.flatten(1).square().sum(dim=1)


def between(real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
    """Return a point on the line from each real sample to its generated partner, uniform, one share a pair.

    real and fake: (n, *shape).
    """
    shape = (len(real),) + (1,) * (real.ndim - 1)
    share = torch.rand(shape, generator=generator, device=real.device)
    return share * real + (1 - share) * fake
