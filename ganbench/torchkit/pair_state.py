"""What an adversarial pair keeps: its weights, for sampling, and all that its training goes on from."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ganbench.contracts.capabilities import Resumable
from ganbench.contracts.losses import AdversarialLoss
from ganbench.torchkit.averaging import MovingAverage
from ganbench.torchkit.optim import optimizer_tensors, restore_optimizer


class PairState(Resumable):
    """Two networks, their optimizers, their loss, and the stream that their noise comes from."""

    generator: nn.Module
    discriminator: nn.Module
    loss: AdversarialLoss
    _average: MovingAverage | None
    _generator_optimizer: torch.optim.Optimizer
    _discriminator_optimizer: torch.optim.Optimizer
    _random: torch.Generator
    _steps: dict[str, int]

    def state_dict(self) -> dict[str, Tensor]:
        """Return the weights of both networks, and of the average where there is one."""
        return {
            f"{name}.{key}": value
            for name, network in self._networks().items()
            for key, value in network.state_dict().items()
        }

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict or checkpoint gave."""
        for name, network in self._networks().items():
            known = network.state_dict()
            network.load_state_dict({key: state[f"{name}.{key}"] for key in known if f"{name}.{key}" in state})

    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from: weights, optimizers, noise, counts, the loss's state."""
        kept = self.loss.checkpoint() if isinstance(self.loss, Resumable) else {}
        return (
            self.state_dict()
            | {f"loss.{name}": tensor for name, tensor in kept.items()}
            | optimizer_tensors(self._generator_optimizer, "generator_optimizer")
            | optimizer_tensors(self._discriminator_optimizer, "discriminator_optimizer")
            | {"noise": self._random.get_state(), "steps": torch.tensor(list(self._steps.values()))}
        )

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; training then goes on to the bit."""
        self.load_state_dict(state)
        if isinstance(self.loss, Resumable):
            kept = {name.removeprefix("loss."): value for name, value in state.items() if name.startswith("loss.")}
            self.loss.restore(kept)
        restore_optimizer(self._generator_optimizer, state, "generator_optimizer")
        restore_optimizer(self._discriminator_optimizer, state, "discriminator_optimizer")
        self._random.set_state(state["noise"].cpu())
        self._steps = dict(zip(self._steps, state["steps"].tolist(), strict=True))

    def _networks(self) -> dict[str, nn.Module]:
        networks: dict[str, nn.Module] = {"generator": self.generator, "discriminator": self.discriminator}
        return networks if self._average is None else networks | {"average": self._average}
