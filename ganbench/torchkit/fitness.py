"""Which objective can't go with which discriminator, refused before training."""

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganbench.contracts.losses import AdversarialLoss
from ganbench.errors import UnfitError


def check_fit(loss: AdversarialLoss, discriminator: nn.Module) -> None:
    """Raise UnfitError for a sigmoid at the end, and for batch norm under a penalty on each sample's gradient.

    Losses take logits: a sigmoid before them squashes a Wasserstein critic and least squares alike, and is
    taken twice by the logarithmic ones. A penalty is a sample's own, and batch norm makes it everybody's.
    """
    name = type(loss).__name__
    if isinstance(_last(discriminator), nn.Sigmoid):
        raise UnfitError(f"this discriminator ends in a sigmoid, and {name} takes logits; leave the sigmoid out")
    mixes = any(isinstance(layer, _BatchNorm) for layer in discriminator.modules())
    if penalises(loss) and mixes:
        raise UnfitError(
            f"{name} penalises each sample's gradient, and batch norm in this discriminator mixes samples; "
            "use a model without it, such as one with norm=layer"
        )


def penalises(loss: AdversarialLoss) -> bool:
    """Whether a loss brings a penalty of its own that counts for something."""
    own = getattr(type(loss), "penalty", AdversarialLoss.penalty) is not AdversarialLoss.penalty
    return own and loss.recipe.penalty_weight > 0


def _last(network: nn.Module) -> nn.Module:
    while isinstance(network, nn.Sequential) and len(network):
        network = network[-1]
    return network
