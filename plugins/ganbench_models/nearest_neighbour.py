"""The baseline of anomaly detection: what is far from every training sample is strange."""

import torch
from torch import Tensor

from ganbench import Reconstructor
from ganbench.torchkit.descent import no_condition
from ganbench_models.memoriser import Memoriser

_CHUNK = 500  # rows of distances at a time


class NearestNeighbour(Memoriser, Reconstructor):
    """Keeps one pass over the training data; a sample comes back as the nearest of these, in Euclidean distance.

    So its anomaly score is the squared distance to the nearest training sample, over the dimensions. It draws training
    samples with replacement.
    """

    @torch.no_grad()
    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the number of the training sample nearest to each sample, (n, 1) int64."""
        no_condition(condition)
        kept = self.play(torch.arange(len(self.kept), device=samples.device)).flatten(1)
        chunks = torch.split(samples.flatten(1), _CHUNK)
        return torch.cat([torch.cdist(rows, kept).argmin(dim=1) for rows in chunks])[:, None]

    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the training sample nearest to each sample, (n, *shape)."""
        return self.play(self.encode(samples, condition)[:, 0])
