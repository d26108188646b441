"""Steps of an optimizer that leave it and its weights alone, and that a gradient goes through."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ganbench import Recipe

_ADAM_EPSILON = _RMSPROP_EPSILON = 1e-8  # torch's own
_RMSPROP_DECAY = 0.99
_UNDER_ROOT = 1e-30  # the root's slope is infinite at 0, where a unit that is never used has its gradient


class LookAhead:
    """Goes on from an optimizer's present state: Adam, RMSProp or gradient descent with momentum, as a recipe has it.

    optimizer: as torchkit.optim.make_optimizer makes it of the recipe and these weights. What it holds is read at the
    start and never written.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, recipe: Recipe, weights: Sequence[nn.Parameter]) -> None:
        self.recipe, self.rate = recipe, float(optimizer.param_groups[0]["lr"])
        states: list[dict[str, Any]] = [optimizer.state.get(weight, {}) for weight in weights]
        first = "exp_avg" if recipe.optimizer == "adam" else "momentum_buffer"
        second = "exp_avg_sq" if recipe.optimizer == "adam" else "square_avg"
        self._first = [_moment(state, first, weight) for state, weight in zip(states, weights, strict=True)]
        self._second = [_moment(state, second, weight) for state, weight in zip(states, weights, strict=True)]
        self._steps = states[0].get("step", torch.zeros(())) if states else torch.zeros(())

    def step(self, weights: Sequence[Tensor], slopes: Sequence[Tensor | None]) -> list[Tensor]:
        """Return the weights one step on; slopes: their gradients, None where a weight has none and stays."""
        self._steps = self._steps + 1
        return [
            weight if slope is None else weight - self.rate * self._move(index, slope)
            for index, (weight, slope) in enumerate(zip(weights, slopes, strict=True))
        ]

    def _move(self, index: int, slope: Tensor) -> Tensor:
        beta1, beta2 = self.recipe.beta1, self.recipe.beta2
        if self.recipe.optimizer == "sgd":
            self._first[index] = beta1 * self._first[index] + slope
            return self._first[index]
        if self.recipe.optimizer == "rmsprop":
            self._second[index] = _RMSPROP_DECAY * self._second[index] + (1 - _RMSPROP_DECAY) * slope.square()
            return slope / ((self._second[index] + _UNDER_ROOT).sqrt() + _RMSPROP_EPSILON)
        self._first[index] = beta1 * self._first[index] + (1 - beta1) * slope
        self._second[index] = beta2 * self._second[index] + (1 - beta2) * slope.square()
        first = self._first[index] / (1 - beta1**self._steps)
        second = self._second[index] / (1 - beta2**self._steps)
        return first / ((second + _UNDER_ROOT).sqrt() + _ADAM_EPSILON)


def _moment(state: dict[str, Any], name: str, weight: Tensor) -> Tensor:
    moment = state.get(name)
    return torch.zeros_like(weight, requires_grad=False) if moment is None else moment
