"""Plain gradient descent on one network: a model plugin brings the network and its loss on a batch."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from ganbench.contracts.capabilities import Profile, Profiled, Resumable, StepCounter
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError
from ganbench.schema.recipe import Recipe
from ganbench.seeds import stream
from ganbench.torchkit.averaging import MovingAverage
from ganbench.torchkit.optim import descend, make_optimizer, optimizer_tensors, restore_optimizer
from ganbench.torchkit.precision import autocast, kernel_choice


class DescentModel(Profiled, StepCounter, Resumable):
    """A network that minimises a loss by Adam; fulfils contracts.Model but for `terms` and `sample`.

    learning_rate: Adam's, with the betas 0.9 and `beta2`. batch: samples in a batch. average: decay of the moving
    average of weights that `sampled` has, as Recipe has it; 0 for none. What is random in training comes from
    `random`, which a checkpoint keeps.
    """

    def __init__(
        self,
        task: Task,
        network: nn.Module,
        *,
        learning_rate: float,
        batch: int,
        beta2: float = 0.999,
        average: float = 0.0,
    ) -> None:
        self.task, self.batch = task, batch
        self.network = network.to(task.device)
        recipe = Recipe(learning_rate=learning_rate, beta1=0.9, beta2=beta2, batch=batch, average=average)
        self._weights = list(network.parameters())
        self._optimizer = make_optimizer(recipe, self._weights, learning_rate)
        self.random = torch.Generator(task.device).manual_seed(stream(task.seed, "noise"))
        self._steps = 0
        self._decay = recipe.average
        self._average = MovingAverage(self.network, average) if average else None

    @property
    def sampled(self) -> nn.Module:
        """The network that samples are drawn from: the averaged one where there is an average."""
        return self.network if self._average is None else self._average.module

    def profile(self) -> Profile:
        """Return the facts that hold for one network evaluated once a sample; a subclass replaces what it has more."""
        size = sum(weight.numel() for weight in self._weights)
        return Profile(
            batch=self.batch,
            average=self._decay,
            parameters={"model": size},
            evaluations=1,
            kernels=str(kernel_choice(self.task)),
        )

    def steps_by_player(self) -> dict[str, int]:
        """Return the optimizer steps of the network."""
        return {"model": self._steps}

    @abstractmethod
    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the scalars of one update; the first of them is minimised."""

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Train until batches ends; yield the terms of each update and the norm of its gradient."""
        for batch in batches:
            terms = self.terms(batch)
            loss = next(iter(terms.values()))
            norm = descend(self._optimizer, self._weights, loss)
            if self._average is not None:
                self._average.follow(self.network, self._steps)
            self._steps += 1
            yield {name: term.detach() for name, term in terms.items()} | {"gradient_norm": norm}

    def state_dict(self) -> dict[str, Tensor]:
        """Return the network's weights and buffers, and those of the average where there is one."""
        state = dict(self.network.state_dict())
        if self._average is not None:
            state |= {f"average.{name}": value for name, value in self._average.state_dict().items()}
        return state

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict or checkpoint gave."""
        known = self.network.state_dict()
        self.network.load_state_dict({name: state[name] for name in known if name in state})
        if self._average is not None:
            average = {name: state[f"average.{name}"] for name in self._average.state_dict()}
            self._average.load_state_dict(average)

    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from: weights, optimizer, the random stream, the count."""
        return (
            self.state_dict()
            | optimizer_tensors(self._optimizer, "optimizer")
            | {"random": self.random.get_state(), "steps": torch.tensor(self._steps)}
        )

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; training then goes on to the bit."""
        self.load_state_dict(state)
        restore_optimizer(self._optimizer, state, "optimizer")
        self.random.set_state(state["random"].cpu())
        self._steps = int(state["steps"])

    def precision(self) -> AbstractContextManager[object]:
        """Return the context that networks are run in."""
        return autocast(self.task)


def no_condition(condition: Tensor | None) -> None:
    """Raise BadOptionError for labels, captions or sources that an unconditional model was asked for."""
    if condition is not None:
        raise BadOptionError(
            "this model takes no labels, captions or sources; leave them out, or use a conditional one"
        )
