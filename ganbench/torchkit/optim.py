"""Optimizers from a recipe, and their state as flat tensors, so that no checkpoint needs unpickling."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from ganbench.schema.recipe import Recipe
from ganbench.torchkit.fused_adam import FusedAdam


def make_optimizer(recipe: Recipe, parameters: Iterable[nn.Parameter], rate: float) -> torch.optim.Optimizer:
    """Return the recipe's optimizer, in its fastest form: one kernel for all parameters."""
    parameters = list(parameters)
    if recipe.optimizer == "adam":
        return FusedAdam(parameters, rate, (recipe.beta1, recipe.beta2))
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate, foreach=True)
    return torch.optim.SGD(parameters, lr=rate, momentum=recipe.beta1, foreach=True)


def optimizer_tensors(optimizer: torch.optim.Optimizer, prefix: str) -> dict[str, Tensor]:
    """Return an optimizer's state as `prefix.parameter.name` tensors."""
    state = optimizer.state_dict()["state"]
    return {
        f"{prefix}.{index}.{name}": value
        for index, slots in state.items()
        for name, value in slots.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor], prefix: str) -> None:
    """Take back what optimizer_tensors gave; other keys are left alone."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith(f"{prefix}."):
            index, name = key.removeprefix(f"{prefix}.").split(".", 1)
            state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def descend(optimizer: torch.optim.Optimizer, weights: list[nn.Parameter], total: Tensor) -> Tensor:
    """Take one step of an optimizer of weights down the gradient of a scalar; return the norm of that gradient."""
    for weight in weights:  # the optimizer's own way walks through its groups, and tells torch's profiler of it
        weight.grad = None
    total.backward()  # type: ignore[no-untyped-call]
    norm = gradient_norm(weights)
    if isinstance(optimizer, FusedAdam):
        optimizer.advance()
    else:
        optimizer.step()
    return norm


def gradient_norm(weights: list[nn.Parameter]) -> Tensor:
    """Return the Euclidean norm of all the gradients together."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))) if gradients else torch.zeros(())


def share_at_bound(weights: list[nn.Parameter], bound: float) -> Tensor:
    """Return the share of weights whose size has reached the bound."""
    sizes = torch.cat([weight.detach().flatten() for weight in weights]).abs()
    return (sizes >= bound).float().mean()
