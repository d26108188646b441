"""How an adversarial pair is optimised: numbers that belong to an objective, as its paper has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ganbench.choice import Value
from ganbench.errors import BadOptionError, nearest

_FIRST_BURSTS, _BURST_EVERY, _BURST = 25, 500, 100


@dataclass(frozen=True)
class Recipe:
    """How an adversarial pair is optimised; the defaults are DCGAN's (Radford et al. 2016).

    critic_steps: discriminator updates, each on a batch of its own, before every generator update.
    critic_bursts: whether 100 of them come before each of the first 25 generator updates and before every
        500th, as in the code of Arjovsky et al. (2017).
    penalty_weight: what the loss's penalty is multiplied by.
    clip: bound on every critic weight after its step; None for no clipping.
    average: decay of the moving average of the generator's weights that samples are drawn from; 0 for none.
        It is shorter at first, (1 + n) / (10 + n) after n updates, so that no start stays in the average.
    """

    optimizer: str = "adam"
    learning_rate: float = 2e-4
    discriminator_learning_rate: float | None = None
    beta1: float = 0.5
    beta2: float = 0.999
    critic_steps: int = 1
    critic_bursts: bool = False
    batch: int = 128
    penalty_weight: float = 0.0
    clip: float | None = None
    average: float = 0.0

    def __post_init__(self) -> None:
        bounds = {
            "optimizer in adam, rmsprop, sgd": self.optimizer in ("adam", "rmsprop", "sgd"),
            "learning_rate above 0": self.learning_rate > 0,
            "discriminator_learning_rate above 0": (self.discriminator_learning_rate or 1) > 0,
            "beta1 from 0 to below 1": 0 <= self.beta1 < 1,
            "beta2 from 0 to below 1": 0 <= self.beta2 < 1,
            "critic_steps of 1 or more": self.critic_steps >= 1,
            "batch of 1 or more": self.batch >= 1,
            "penalty_weight of 0 or more": self.penalty_weight >= 0,
            "clip above 0": self.clip is None or self.clip > 0,
            "average from 0 to below 1": 0 <= self.average < 1,
        }
        for rule, kept in bounds.items():
            if not kept:
                raise BadOptionError(f"a recipe takes {rule}, not {getattr(self, rule.split()[0])!r}")

    def steps_before(self, update: int) -> int:
        """Return how many critic steps come before a generator update, the first being number 0."""
        if self.critic_bursts and (update < _FIRST_BURSTS or update % _BURST_EVERY == 0):
            return _BURST
        return self.critic_steps

    def but(self, changes: Mapping[str, Value]) -> Recipe:
        """Return this recipe with some settings replaced; raises BadOptionError for ones it has not."""
        known = self.__dataclass_fields__
        for name in changes:
            if name not in known:
                raise BadOptionError(f"unknown recipe setting {name!r}{nearest(name, known)}")
        try:
            return replace(self, **dict(changes))  # type: ignore[arg-type]
        except TypeError:
            raise BadOptionError(f"a recipe's settings are numbers, not {dict(changes)!r}") from None
