"""torch's fused Adam in one call a step: a small network's update is shorter than what `step` looks up each time."""

import inspect
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class _Slots(NamedTuple):
    """What the kernel works on, in the order of the weights; the tensors themselves, which stay where they are."""

    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]


_STEP = inspect.unwrap(torch.optim.Adam.step)
_LOAD = inspect.unwrap(torch.optim.Adam.load_state_dict)


class FusedAdam(torch.optim.Adam):
    """Adam (Kingma & Ba 2015) by torch's fused kernel, with torch's state; `advance` gives the bits of `step`.

    torch's compiler is not asked to pass it by, as torch does of its own: importing that takes a second.
    """

    _slots: _Slots | None = None
    add_param_group = inspect.unwrap(torch.optim.Adam.add_param_group)
    state_dict = inspect.unwrap(torch.optim.Adam.state_dict)

    def __init__(self, weights: Iterable[nn.Parameter], rate: float, betas: tuple[float, float]) -> None:
        super().__init__(weights, lr=rate, betas=betas, fused=True)

    @torch.no_grad()
    def advance(self) -> None:
        """Take a step down the gradients; by `step` the first one, and where that has hooks or a weight no gradient."""
        group = self.param_groups[0]
        gradients = [weight.grad for weight in group["params"]]
        if self._slots is None or self._watched or any(gradient is None for gradient in gradients):
            self.step() if self._watched else _STEP(self)
            self._slots = self._found()
            return
        weights, means, squares, steps = self._slots
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            weights,
            gradients,
            means,
            squares,
            [],
            steps,
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=0.0,
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what state_dict gave."""
        _LOAD(self, state)
        self._slots = None

    @property
    def _watched(self) -> bool:
        # by hooks, or by a scheduler of rates, which puts a step of its own in place
        return bool(self._optimizer_step_pre_hooks or self._optimizer_step_post_hooks or "step" in vars(self))

    def _found(self) -> _Slots | None:
        weights = self.param_groups[0]["params"]
        states = [self.state[weight] for weight in weights]
        if not all(states):  # a weight that has had no gradient yet
            return None
        return _Slots(list(weights), *([state[name] for state in states] for name in ("exp_avg", "exp_avg_sq", "step")))
