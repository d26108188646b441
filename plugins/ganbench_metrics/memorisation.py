"""Whether a model plays its training data back, which the distances between laws reward."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, UnfitError

_CHUNK = 1_000  # rows of distances at a time


class Memorisation:
    """Fulfils contracts.Metric where the dataset is known, whose training split it looks at.

    Both numbers are one half for a model that is as far from the training samples as real data are.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return nearer_to_training and data_copying of the generated samples."""
        data = evidence.dataset
        assert data is not None, "a metric that reads the dataset says so in its card's needs"
        assert evidence.embed is not None, "a metric whose card names features is given a way to map samples"
        training = evidence.embed(data.head("train", data.count("train")).samples).vectors
        real, fake = evidence.real.vectors, evidence.fake.vectors
        count = min(len(real), len(training))
        return {
            "nearer_to_training": nearer_share(fake, training[:count], real[:count]),
            "data_copying": copying(fake, training, real),
        }


def nearer_share(fake: Tensor, training: Tensor, held_out: Tensor) -> float:
    """Return the share of fake (n, d) nearer to a sample of training than to any of held_out; a tie counts half.

    Expected to be one half for samples of the same law if both references have the same number of samples.
    Raises UnfitError if they don't, and for features that are not finite.
    """
    if len(training) != len(held_out):
        raise UnfitError(
            f"nearness is fair between equal numbers: {len(training)} training and {len(held_out)} held-out samples"
        )
    return _less(nearest(fake, training), nearest(fake, held_out))


def copying(fake: Tensor, training: Tensor, held_out: Tensor) -> float:
    """Return how often a fake sample is nearer to the training set than a held-out one is, over all pairs.

    The statistic of Meehan, Chaudhuri and Dasgupta (2020), without its cells, as a probability: one half for
    the same law, 1 for a copy of training samples. It uses the whole training split, so that a copy of any
    sample shows, where nearer_share compares with as many as are held out.
    """
    generated, real = (nearest(side, training) for side in (fake, held_out))
    below = torch.searchsorted(real.sort().values, generated.contiguous(), right=True)  # real ones not above
    strictly = torch.searchsorted(real.sort().values, generated.contiguous())
    above = len(real) - (below + strictly).double() / 2
    return float(above.mean() / len(real))


def nearest(samples: Tensor, reference: Tensor) -> Tensor:
    """Return the Euclidean distance of each sample (n, d) to the nearest of reference (m, d), (n,) float64.

    The nearest is found by products about the reference's mean, and its distance as a difference, so that a copy
    is at 0. Raises UnfitError for an empty
    side and for features that are not finite.
    """
    if not (len(samples) and len(reference)):
        raise UnfitError(f"nearness needs samples on both sides, not {len(samples)} and {len(reference)}")
    if not (bool(samples.isfinite().all()) and bool(reference.isfinite().all())):
        raise UnfitError("the features are not finite")
    middle = reference.double().mean(dim=0)
    around = (reference - middle).float()
    found = []
    for chunk in torch.split(samples, _CHUNK):
        indices = torch.cdist((chunk - middle).float(), around).argmin(dim=1)
        found.append((chunk.double() - reference[indices].double()).norm(dim=1))
    return torch.cat(found)


def _less(first: Tensor, second: Tensor) -> float:
    return float(((first < second).double() + 0.5 * (first == second).double()).mean())
