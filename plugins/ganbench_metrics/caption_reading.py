"""What of captions is in samples, whatever the captions are of: scenes of objects, or factors of whole samples."""

from typing import Protocol

import torch
from torch import Tensor

from ganbench import DescribedDataset, Evidence, SceneDataset, UnfitError
from ganbench_metrics.scene_reading import Matched, matched, recognised


class Reader(Protocol):
    """Reads samples from their features, and compares them with captions."""

    def seen(self, vectors: Tensor) -> Tensor:
        """Return what features (n, d) show, (n, …); raises UnfitError for features of something else."""
        ...

    def matched(self, seen: Tensor, captions: Tensor) -> Matched:
        """Compare what is seen with what captions (n, length) say, one by one."""
        ...


class SceneReader:
    """Fulfils Reader for scenes of objects."""

    def __init__(self, data: SceneDataset) -> None:
        self.data = data

    def seen(self, vectors: Tensor) -> Tensor:
        """Return the factors at each place, (n, places, 3) int64."""
        return recognised(vectors, self.data.law)

    def matched(self, seen: Tensor, captions: Tensor) -> Matched:
        """Look for the objects that captions name among the places."""
        return matched(seen, self.data.meaning(captions), self.data.law)


class FactorReader:
    """Fulfils Reader for factors of whole samples."""

    def __init__(self, data: DescribedDataset) -> None:
        self.data = data

    def seen(self, vectors: Tensor) -> Tensor:
        """Return the number of each factor, (n, factors) int64, that log-probabilities (n, …) make likeliest.

        A factor has a number for what is not there, and one for each value; factors stand side by side.
        """
        widths = [1 + len(factor.words) for factor in self.data.factors]
        if vectors.shape[1] != sum(widths):
            names = ", ".join(factor.name for factor in self.data.factors)
            raise UnfitError(
                f"{names} are read from {sum(widths)} log-probabilities, not from {vectors.shape[1]} numbers; name "
                "features that give them, such as mnist-factors for digits"
            )
        if not bool(vectors.isfinite().all()):
            raise UnfitError("the log-probabilities of factors are not finite")
        return torch.stack([part.argmax(dim=1) for part in torch.split(vectors, widths, dim=1)], dim=1)

    def matched(self, seen: Tensor, captions: Tensor) -> Matched:
        """Compare factor by factor."""
        said = self.data.said(captions)
        right = (said > 0) & (said == seen)
        names = [factor.name for factor in self.data.factors]
        found = dict(zip(names, right.long().unbind(dim=1), strict=True))
        return Matched(found, dict(zip(names, (said > 0).long().unbind(dim=1), strict=True)))


def described(evidence: Evidence, metric: str) -> SceneDataset | DescribedDataset:
    """Return the dataset that evidence is of; raises UnfitError for one whose captions nobody can read."""
    if not isinstance(evidence.dataset, SceneDataset | DescribedDataset):
        raise UnfitError(
            f"{metric} judges samples whose captions name known factors; take a dataset of such, as shapes or "
            "captioned-mnist"
        )
    return evidence.dataset


def reader_of(data: SceneDataset | DescribedDataset) -> Reader:
    """Return what reads samples of a dataset."""
    return SceneReader(data) if isinstance(data, SceneDataset) else FactorReader(data)
