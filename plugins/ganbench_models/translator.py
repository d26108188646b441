"""What models that translate pictures share: two players of some networks, their optimizers, their schedule."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import (
    BadOptionError,
    Batch,
    Profile,
    Profiled,
    Recipe,
    Resumable,
    Setting,
    Sources,
    StepCounter,
    Task,
    UnfitError,
)
from ganbench.torchkit.optim import descend, make_optimizer, optimizer_tensors, restore_optimizer
from ganbench.torchkit.precision import autocast, kernel_choice

CHUNK = 250  # pictures translated at a time
PLAYERS = ("generator", "discriminator")

# settings of both models
LearningRate = Annotated[float, Setting("of Adam, brought down to 0 over the second half of the budget", above=0)]
BatchSize = Annotated[int, Setting("training pictures in a batch", unit="images", at_least=1)]
GeneratorWidth = Annotated[int, Setting("channels of a generator next to the picture", at_least=1)]
DiscriminatorWidth = Annotated[int, Setting("channels of a discriminator next to the picture", at_least=1)]


def require_sources(task: Task, model: str) -> Sources:
    """Return the sources of a task; raises UnfitError where there are none, or of another size than the samples."""
    condition = task.condition
    if not isinstance(condition, Sources):
        given = f"these data have {condition.kind}" if condition else "these data have none"
        raise UnfitError(f"{model} translates source pictures, and {given}")
    if task.shape[1:] != condition.shape[1:] or condition.shape[0] not in (1, task.shape[0]):
        raise UnfitError(f"{model} keeps the size: samples are {task.shape}, and their sources {condition.shape}")
    return condition


def sources_of(n: int, condition: Tensor | None) -> Tensor:
    """Return the sources of n translations; raises BadOptionError for none, or for another number of them."""
    if condition is None or len(condition) != n:
        given = "none" if condition is None else f"{len(condition)}"
        raise BadOptionError(f"{n} translations need {n} source pictures, and {given} came")
    return condition


class Translator(Profiled, StepCounter, Resumable, ABC):
    """Two players, each with an Adam of its own over all of its networks; fulfils contracts.Model with `update`.

    generators, discriminators: networks by name; the one called `to_samples` translates sources. The learning rate is
    constant for half of the budget and then goes down to 0 in a line, by the share of it that is spent. Weights are
    drawn from N(0, 0.02).
    """

    paired = False

    def __init__(
        self,
        task: Task,
        generators: Mapping[str, nn.Module],
        discriminators: Mapping[str, nn.Module],
        recipe: Recipe,
    ) -> None:
        self.task, self.recipe = task, recipe
        self.networks = {
            name: nn.ModuleDict(each).apply(_draw_weights).to(task.device)
            for name, each in zip(PLAYERS, (generators, discriminators), strict=True)
        }
        self._weights = {name: list(each.parameters()) for name, each in self.networks.items()}
        rate = recipe.learning_rate
        self._optimizers = {name: make_optimizer(recipe, each, rate) for name, each in self._weights.items()}
        self._steps = dict.fromkeys(PLAYERS, 0)

    def profile(self) -> Profile:
        """Return the batch, the sources, whether pairs are learnt from, parameters and the recipe."""
        assert isinstance(self.task.condition, Sources), "require_sources is asked first"
        return Profile(
            batch=self.recipe.batch,
            condition=replace(self.task.condition, paired=True) if self.paired else self.task.condition,
            parameters={name: sum(weight.numel() for weight in each) for name, each in self._weights.items()},
            recipe=self.recipe,
            evaluations=1,
            kernels=str(kernel_choice(self.task)),
        )

    def steps_by_player(self) -> dict[str, int]:
        """Return the optimizer steps of generators and of discriminators."""
        return dict(self._steps)

    @abstractmethod
    def update(self, batch: Batch) -> dict[str, Tensor]:
        """Take one step of each player, by `step`; return the scalars."""

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Train until batches ends; yield the terms of each update and the norms of both gradients."""
        for batch in batches:
            rate = self.recipe.learning_rate * min(1.0, 2 * (1 - self.task.progress()))
            for optimizer in self._optimizers.values():
                for group in optimizer.param_groups:
                    group["lr"] = rate
            yield self.update(batch)

    def step(self, player: str, loss: Tensor) -> dict[str, Tensor]:
        """Minimise a scalar by one step of a player; return the norm of its gradient, by name."""
        norm = descend(self._optimizers[player], self._weights[player], loss)
        self._steps[player] += 1
        return {f"{player}_gradient_norm": norm}

    def frozen(self, player: str, *, frozen: bool = True) -> None:
        """Let a player's networks pass gradients on without gathering any, or gather them again."""
        for weight in self._weights[player]:
            weight.requires_grad_(not frozen)

    @torch.no_grad()
    def translate(self, network: str, pictures: Tensor) -> Tensor:
        """Map pictures (n, …) in [-1, 1] through a generator, in chunks; float32 in [-1, 1]."""
        generator = self.networks["generator"][network]
        generator.eval()
        try:
            with autocast(self.task):
                parts = [generator(part).float() for part in torch.split(pictures, CHUNK)]
        finally:
            generator.train()
        return torch.cat(parts).clamp_(-1, 1)

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Translate the sources, (n, *shape) float32; raises BadOptionError for none."""
        return self.translate("to_samples", sources_of(n, condition))

    def state_dict(self) -> dict[str, Tensor]:
        """Return the weights of all networks."""
        return {
            f"{player}.{name}": value
            for player, networks in self.networks.items()
            for name, value in networks.state_dict().items()
        }

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict or checkpoint gave."""
        for player, networks in self.networks.items():
            networks.load_state_dict({name: state[f"{player}.{name}"] for name in networks.state_dict()})

    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from: weights, optimizers, counts."""
        state = self.state_dict() | {"steps": torch.tensor(list(self._steps.values()))}
        for name, optimizer in self._optimizers.items():
            state |= optimizer_tensors(optimizer, f"{name}_optimizer")
        return state

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; training then goes on to the bit."""
        self.load_state_dict(state)
        for name, optimizer in self._optimizers.items():
            restore_optimizer(optimizer, state, f"{name}_optimizer")
        self._steps = dict(zip(self._steps, state["steps"].tolist(), strict=True))


def _draw_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, std=0.02)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
