"""How an adversarial pair is optimised: numbers that belong to an objective, as its paper has them."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Annotated, Literal

from ganbench.errors import BadOptionError, nearest
from ganbench.schema.choice import Value
from ganbench.schema.setting import Parameter, Setting

_FIRST_BURSTS, _BURST_EVERY, _BURST = 25, 500, 100


@dataclass(frozen=True)
class Recipe:
    """How an adversarial pair is optimised; the defaults are DCGAN's (Radford et al. 2016).

    Raises BadOptionError for a setting outside its bounds. The moving average is shorter at first,
    (1 + n) / (10 + n) after n updates, so that no start stays in it.
    """

    optimizer: Annotated[Literal["adam", "rmsprop", "sgd"], Setting("of both players")] = "adam"
    learning_rate: Annotated[
        float, Setting("of the generator, and of the discriminator unless it has its own", above=0)
    ] = 2e-4
    discriminator_learning_rate: Annotated[float | None, Setting("of the discriminator", above=0)] = None
    beta1: Annotated[float, Setting("Adam's first decay, or the momentum of sgd", at_least=0, below=1)] = 0.5
    beta2: Annotated[float, Setting("Adam's second decay", at_least=0, below=1)] = 0.999
    critic_steps: Annotated[
        int, Setting("discriminator updates, each on a batch of its own, before every generator update", at_least=1)
    ] = 1
    critic_bursts: Annotated[
        bool, Setting("100 critic steps before each of the first 25 generator updates and every 500th, as WGAN's code")
    ] = False
    batch: Annotated[int, Setting("real samples in a batch", unit="images", at_least=1)] = 128
    penalty_weight: Annotated[float, Setting("what the loss's penalty is multiplied by", at_least=0)] = 0.0
    clip: Annotated[float | None, Setting("bound on every critic weight after its step", above=0)] = None
    average: Annotated[
        float,
        Setting("decay of the moving average of weights that samples are drawn from; 0 for none", at_least=0, below=1),
    ] = 0.0

    def __post_init__(self) -> None:
        for parameter in recipe_parameters():
            value = getattr(self, parameter.name)
            if value is not None and value is not parameter.default:
                object.__setattr__(self, parameter.name, parameter.checked(value, "a recipe"))

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
        return replace(self, **dict(changes))  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def recipe_parameters() -> tuple[Parameter, ...]:
    """Return the settings of a recipe, declared as those of a plugin are."""
    hints = typing.get_type_hints(Recipe, include_extras=True)
    return tuple(Parameter.of(each.name, hints[each.name], each.default) for each in fields(Recipe))
