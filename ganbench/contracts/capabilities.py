"""What a model may claim beyond learning and sampling: each claim is a base class that it inherits from.

A method of the same name on a class that inherits nothing from here is that class's own affair.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ganbench.schema.condition import Condition
from ganbench.schema.recipe import Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn


@dataclass(frozen=True)
class Profile:
    """The facts of a built model, which the harness reads once.

    batch: real samples that it wants in each batch. condition: what `sample` takes,
    of what its task has; None where it takes nothing.
    average: decay of the moving average of the weights that it samples from; 0 for none. batch_norm: by which
    statistics it samples, "running" or "batch of N at most"; nothing where it has no batch norm. truncation: how many
    standard deviations its codes are cut off at; 0 where they are not.
    latent: dimensions of the standard normal codes that it draws from; None where it has no such thing.
    levels: how many grey levels its `log_prob` or its `elbo` is a probability of; None for a density.
    updates: how many it makes at most, for it has learnt all it can by then or before; None where it goes on as long
    as its data do. parameters: trainable numbers of each network, read again once it is trained. recipe: how an
    adversarial pair is optimised.
    evaluations: how often a network is evaluated for one sample: 1 for a generator, the steps of a diffusion, the
        dimensions of a model that draws one after another; None for a model without a network.
    kernels: which layers run other than by torch's usual kernels, in words, as measured on this machine.
    """

    batch: int = 128
    condition: Condition | None = None
    average: float = 0.0
    batch_norm: str = ""
    truncation: float = 0.0
    latent: int | None = None
    levels: int | None = None
    updates: int | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    recipe: Recipe | None = None
    evaluations: int | None = None
    kernels: str = ""

    @property
    def conditional(self) -> bool:
        """Whether `sample` takes a condition."""
        return self.condition is not None


class Profiled(ABC):
    """Tells facts of itself; a model that does not inherit this is taken to have a plain `Profile()`."""

    @abstractmethod
    def profile(self) -> Profile:
        """Return the facts, once the model is built."""


class StepCounter(ABC):
    """Counts the optimizer steps of its networks apart; without it an update is one step of the only network."""

    @abstractmethod
    def steps_by_player(self) -> Mapping[str, int]:
        """Return the steps taken so far, by the network's name."""


class Resumable(ABC):
    """Can be saved in the middle of training, so that a run that was killed goes on to the same bits."""

    @abstractmethod
    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from, as a flat mapping of tensors."""

    @abstractmethod
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave, on a model that was built anew."""


@dataclass(frozen=True)
class SamplingMode:
    """One way to draw from the same weights.

    average: whether from their moving average. batch_norm: whether by the running statistics of training or by those
    of each batch that is drawn.
    """

    average: bool = False
    batch_norm: Literal["running", "batch"] = "running"


class SamplingModes(ABC):
    """Can draw in several ways from what it has learnt, which scores tell apart; its profile has the one in use."""

    @abstractmethod
    def modes(self) -> tuple[SamplingMode, ...]:
        """Return every mode in which it draws differently, the usual one first."""

    @abstractmethod
    def use(self, mode: SamplingMode) -> None:
        """Draw in that mode from now on; training and the weights stay as they are."""


class Likelihood(ABC):
    """Tells how probable it finds samples."""

    @abstractmethod
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return (n,) nats of (n, *shape) samples: of a density, or of as many grey levels as its profile says."""


class LatentDecoder(ABC):
    """Makes samples from standard normal codes, so that it can be walked through; its profile has the `latent`."""

    @abstractmethod
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that (n, latent) codes stand for; condition: of a conditional model."""


class CodeVariation(LatentDecoder):
    """A latent decoder whose codes have parts with a meaning of their own, which pictures show one at a time."""

    @abstractmethod
    def variations(self, codes: Tensor, steps: int) -> Tensor:
        """Return (n, steps, latent): each of the codes (n, latent) with one of its parts varied, the others kept."""


class Reconstructor(ABC):
    """Maps samples to codes and back."""

    @abstractmethod
    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return each sample's code, (n, …)."""

    @abstractmethod
    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return each sample through its code and back, (n, *shape)."""

    def anomaly(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return how badly each sample is reconstructed, (n,): its mean squared error over all dimensions."""
        return (self.reconstruct(samples, condition) - samples).square().flatten(1).mean(dim=1)


class BackTranslator(ABC):
    """Translates samples back into the domain of its sources."""

    @abstractmethod
    def translate_back(self, samples: Tensor) -> Tensor:
        """Return the sources, (n, *source shape) float32 in [-1, 1], that samples (n, *shape) stand for."""


class EvidenceBound(ABC):
    """Bounds the likelihood of samples from below."""

    @abstractmethod
    def elbo(self, samples: Tensor, generator: Generator, condition: Tensor | None = None) -> Tensor:
        """Return a lower bound of each sample's log-likelihood, (n,) nats, by draws from the generator."""


@dataclass(frozen=True)
class Players:
    """Copies of two players, to be trained against each other's originals; nothing done to them reaches the model.

    generate: codes (n, latent) and condition (n, …) to samples (n, *shape), with gradients for the generator's weights.
    judge: samples and condition to log odds (n,) that each is real, with gradients for the discriminator's weights.
    batch, learning_rate: what the model itself was trained with.
    """

    generator: nn.Module
    discriminator: nn.Module
    generate: Callable[[Tensor, Tensor], Tensor]
    judge: Callable[[Tensor, Tensor], Tensor]
    latent: int
    batch: int
    learning_rate: float


class TwoPlayers(ABC):
    """Is a generator and a discriminator that play for one value: that of Goodfellow et al. (2014), equation 1."""

    @abstractmethod
    def players(self) -> Players:
        """Return copies as they are now, new ones each time; raises UnfitError where they play for another value."""


PLAIN = Profile()


def profile_of(model: Any) -> Profile:
    """Return what a model says of itself, or a plain profile; raises TypeError for what is no Profile."""
    if not isinstance(model, Profiled):
        return PLAIN
    profile = model.profile()
    if not isinstance(profile, Profile):
        raise TypeError(f"profile() returns a ganbench.Profile, not {profile!r}")
    return profile
