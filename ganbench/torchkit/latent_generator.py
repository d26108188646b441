"""Drawing from a generator of latent codes: with labels, by the moving average, by the statistics of batch norm."""

import torch
from torch import Tensor, nn

from ganbench.contracts.capabilities import LatentDecoder, SamplingMode, SamplingModes
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError
from ganbench.torchkit.averaging import MovingAverage
from ganbench.torchkit.descent import no_condition
from ganbench.torchkit.modes import drawing, has_batch_norm, sampling_modes
from ganbench.torchkit.precision import autocast

CHUNK = 1_000  # samples drawn at a time, so that a large evaluation never sets the peak of memory


class LatentGenerator(LatentDecoder, SamplingModes):
    """A network from codes (n, latent), with labels or captions (n, …) too when conditional, to samples (n, *shape)."""

    task: Task
    latent: int
    conditional: bool
    generator: nn.Module
    _average: MovingAverage | None
    _mode: SamplingMode

    def modes(self) -> tuple[SamplingMode, ...]:
        """Return with and without the moving average, by running and by batch statistics, as far as there are any."""
        return sampling_modes(averaged=self._average is not None, normed=has_batch_norm(self.generator))

    def use(self, mode: SamplingMode) -> None:
        """Draw in that mode from now on; raises BadOptionError for one that this model does not have."""
        if mode not in self.modes():
            raise BadOptionError(f"this model draws in the modes {self.modes()}, not in {mode}")
        self._mode = mode

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 samples, from the averaged weights where there are any.

        condition: (n, …) for a conditional model; labels are drawn evenly over the classes when left out. Raises
        BadOptionError for captions that are left out, and for a condition that this model does not take.
        """
        if not self.conditional:
            no_condition(condition)
        codes = torch.randn(n, self.latent, generator=generator, device=generator.device)
        if self.conditional and condition is None:
            if not self.task.classes:
                raise BadOptionError("this model draws what captions say; give it captions")
            condition = torch.randint(self.task.classes, (n,), generator=generator, device=generator.device)
        return self.decode(codes, condition)

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) float32 that codes (n, latent), standard normal, stand for."""
        network = self._average.module if self._average is not None and self._mode.average else self.generator
        with drawing(network, self._mode) as network, autocast(self.task):
            inputs = (codes,) if condition is None else (codes, condition)
            chunks = zip(*(torch.split(part, CHUNK) for part in inputs), strict=True)
            samples = [network(*chunk).float() for chunk in chunks]
        drawn = torch.cat(samples) if samples else codes.new_empty(0, *self.task.shape)
        return drawn.clamp_(-1, 1) if self.task.images else drawn
