"""Mode collapse counted by a classifier: which classes come up, and how evenly (Metz et al. 2017, PacGAN 2018)."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import BoundedByData, Evidence, ModeHistogram, UnfitError


class ClassModes(ModeHistogram, BoundedByData):
    """Fulfils contracts.Metric in feature spaces that have logits: ten classes of digits, 1,000 of stacked ones."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return classes_captured and class_kl of the generated samples."""
        return count_classes(evidence.fake.logits)

    def histogram(self, evidence: Evidence) -> Mapping[str, Tensor]:
        """Return how many samples of either side are judged to be of each class, (classes,) int64."""
        sides = {"generated": evidence.fake.logits, "real": evidence.real.logits}
        return {side: torch.bincount(logits.argmax(dim=1), minlength=logits.shape[1]) for side, logits in sides.items()}

    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
        """Return 0 to all classes, and to the divergence of samples that are all of one."""
        classes = evidence.fake.logits.shape[1]
        return {"classes_captured": (0, classes), "class_kl": (0, math.log(classes))}


def count_classes(logits: Tensor) -> dict[str, float]:
    """Judge samples by logits (n, classes) and count the classes.

    A class is captured when one sample or more is judged to be of it. class_kl is taken from the histogram of
    judgements to the uniform one, in nats: 0 when every class has its share, log(classes) for a single one.
    Perfect samples of equal classes score about (classes - 1) / 2n. Raises UnfitError for no samples.
    """
    n, classes = logits.shape
    if n < 1:
        raise UnfitError("classes are counted on one sample or more, not on 0")
    if not bool(logits.isfinite().all()):
        raise UnfitError("the class probabilities are not finite")
    share = torch.bincount(logits.argmax(dim=1), minlength=classes).double() / n
    divergence = torch.special.xlogy(share, share * classes).sum()
    return {"classes_captured": float((share > 0).sum()), "class_kl": max(0.0, float(divergence))}
