"""The floor of denoising and colouring, and the ceiling of reconstruction: what it is shown comes back unchanged."""

from torch import Tensor

from ganbench import Reconstructor
from ganbench.torchkit.descent import no_condition
from ganbench_models.memoriser import Memoriser


class Unchanged(Memoriser, Reconstructor):
    """A code as long as the sample. It draws training samples with replacement, as memoriser does."""

    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return each sample as a row, (n, dimensions)."""
        no_condition(condition)
        return samples.flatten(1)

    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples, (n, *shape)."""
        no_condition(condition)
        return samples.clone()
