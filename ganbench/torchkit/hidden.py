"""A discriminator in two parts, what it makes of samples and its last layer, for losses that compare the former."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class HiddenFeatures(ABC):
    """Claimed by a discriminator that shows its last hidden activations; an nn.Sequential shows them unasked."""

    @abstractmethod
    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return (n, …) activations of (n, *shape) samples; condition: (n, …) of a conditional one."""

    @abstractmethod
    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the logits, (n,) or (n, 1), that these activations lead to."""


def hidden_features(discriminator: nn.Module) -> HiddenFeatures | None:
    """Return how a discriminator shows its hidden activations; None for one that neither claims nor chains them."""
    if isinstance(discriminator, HiddenFeatures):
        return discriminator
    layers = chained(discriminator)
    return _Chain(layers) if len(layers) > 1 else None


def chained(network: nn.Module) -> list[nn.Module]:
    """Return a network's layers in their order, those of sequences within it one by one."""
    if not isinstance(network, nn.Sequential):
        return [network]
    return [layer for part in network for layer in chained(part)]


class _Chain(HiddenFeatures):
    def __init__(self, layers: list[nn.Module]) -> None:
        self._body, self._head = nn.Sequential(*layers[:-1]), layers[-1]

    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return what the last layer is given."""
        activations: Tensor = self._body(samples)
        return activations

    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return what the last layer gives."""
        logits: Tensor = self._head(hidden)
        return logits
