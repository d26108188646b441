"""The training loop of popular scripts, with our networks: what our own loop is compared with."""

from collections.abc import Iterator
from itertools import count

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.resident import Resident

_TO_TENSOR = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


class Pictures(Dataset[Tensor]):
    """Grey images as torchvision's MNIST gives them: each through Pillow and transforms; points as they are."""

    def __init__(self, data: Resident) -> None:
        self.samples = data.splits["train"][0]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Tensor:
        """Return a sample, float32; images in [-1, 1]."""
        sample = self.samples[index]
        if sample.dtype != torch.uint8:
            return sample
        pixels: Tensor = _TO_TENSOR(Image.fromarray(sample[0].numpy()))
        return pixels


def popular_updates(model: AdversarialModel, data: Resident) -> Iterator[tuple[float, float]]:
    """Yield both losses of each generator update, read by `.item()`; plain Adam, every gradient gathered.

    Either step has noise of its own, as ours have and as Goodfellow et al. (2014) write it. The objective is
    cross-entropy, or the Wasserstein one with its penalty where the recipe weighs one.
    """
    generator, critic, recipe = model.generator, model.discriminator, model.recipe
    settings = {"lr": recipe.learning_rate, "betas": (recipe.beta1, recipe.beta2)}
    steps = [torch.optim.Adam(network.parameters(), **settings) for network in (generator, critic)]
    batches = _endless(DataLoader(Pictures(data), batch_size=recipe.batch, shuffle=True, drop_last=True))
    for number in count(1):
        real = next(batches)
        fake = generator(torch.randn(len(real), model.latent))
        steps[1].zero_grad()
        loss = _critic_loss(critic, real, fake.detach(), recipe.penalty_weight)
        loss.backward()  # type: ignore[no-untyped-call]
        steps[1].step()
        if number % recipe.critic_steps:
            continue
        steps[0].zero_grad()
        logits = critic(generator(torch.randn(len(real), model.latent))).flatten()
        moved = -logits.mean() if recipe.penalty_weight else _entropy(logits, 1.0)
        moved.backward()  # type: ignore[no-untyped-call]
        steps[0].step()
        yield loss.item(), moved.item()


def _critic_loss(critic: nn.Module, real: Tensor, fake: Tensor, weight: float) -> Tensor:
    first, second = critic(real).flatten(), critic(fake).flatten()
    if not weight:
        return _entropy(first, 1.0) + _entropy(second, 0.0)
    share = torch.rand(len(real), *[1] * (real.ndim - 1))
    mixed = (share * real + (1 - share) * fake).requires_grad_()
    (slopes,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    penalty: Tensor = (slopes.flatten(1).norm(2, dim=1) - 1).square().mean()
    return second.mean() - first.mean() + weight * penalty


def _entropy(logits: Tensor, real: float) -> Tensor:
    return nn.functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, real))


def _endless(loader: DataLoader[Tensor]) -> Iterator[Tensor]:
    while True:
        yield from loader
