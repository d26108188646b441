"""The Fréchet distance within each class, for models that take labels (Miyato and Koyama 2018)."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from ganbench import Evidence, Side, UnfitError
from ganbench_metrics.frechet import Vectors, frechet_distance


class IntraClassFID:
    """Fulfils contracts.Metric where both sides have labels."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return intra_class_fid, the mean over classes, and worst_class_fid."""
        real, fake = (_by_class(side) for side in (evidence.real, evidence.fake))
        distances = list(class_distances(real, fake).values())
        return {"intra_class_fid": float(np.mean(distances)), "worst_class_fid": max(distances)}


def class_distances(real: Mapping[int, Vectors], fake: Mapping[int, Vectors]) -> dict[int, float]:
    """Return the Fréchet distance of each class; both sides map a class to its features (n, d).

    A class has a share of the samples alone, so the distance is larger than over the whole: compare equal counts.
    Raises UnfitError for a class with fewer than two samples on a side, and where there is no class at all.
    """
    if not real:
        raise UnfitError("there is no class to compare within")
    for label in real:
        counts = [len(side.get(label, ())) for side in (real, fake)]
        if min(counts) < 2:
            raise UnfitError(f"class {label} has {counts[0]} real and {counts[1]} generated samples; two are needed")
    return {label: frechet_distance(real[label], fake[label]) for label in real}


def _by_class(side: Side) -> dict[int, Tensor]:
    assert side.condition is not None, "a metric that reads labels says so in its card's needs"
    labels = side.condition.to(side.vectors.device)
    return {int(label): side.vectors[labels == label] for label in torch.unique(labels)}
