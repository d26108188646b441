"""The Inception score (Salimans et al. 2016): sure judgements of many classes."""

from collections.abc import Mapping
from statistics import fmean, pstdev
from typing import Annotated

import torch
from torch import Tensor

from ganbench import BoundedByData, Evidence, Setting, UnfitError
from ganbench_metrics.order import canonical


class InceptionScore(BoundedByData):
    """Fulfils contracts.Metric in feature spaces with logits."""

    def __init__(
        self, splits: Annotated[int, Setting("parts of the samples that are scored apart", at_least=1)] = 10
    ) -> None:
        self.splits = splits

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return inception_score, the mean over splits, and inception_score_deviation among them."""
        logits = evidence.fake.logits
        if len(logits) < self.splits:
            raise UnfitError(f"{self.splits} splits need as many samples, not {len(logits)}")
        if not bool(logits.isfinite().all()):
            raise UnfitError("the class probabilities are not finite")

        # which split a sample is in depends on the seed, and not on the order in which samples came
        generator = torch.Generator().manual_seed(evidence.seed)
        order = canonical(logits)[torch.randperm(len(logits), generator=generator).to(logits.device)]
        scores = [inception_score(part) for part in logits[order].tensor_split(self.splits)]
        return {"inception_score": fmean(scores), "inception_score_deviation": pstdev(scores)}

    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
        """Return 1, of judgements that are all alike, to the number of classes."""
        return {"inception_score": (1, evidence.fake.logits.shape[1])}


def inception_score(logits: Tensor) -> float:
    """Return exp of the mean KL divergence of p(y|x) from p(y), for logits (n, classes); 1 to classes."""
    each = logits.double().log_softmax(dim=1)
    mean = each.logsumexp(dim=0) - torch.log(torch.tensor(float(len(each)), dtype=torch.float64))
    divergence = torch.where(each.isneginf(), 0.0, each.exp() * (each - mean)).sum(dim=1)
    return float(divergence.mean().exp())
