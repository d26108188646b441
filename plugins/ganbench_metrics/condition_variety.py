"""How much samples of one condition differ, against how much real ones of the same condition do."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Captions, Dataset, Evidence, PictureRows, Side, UnfitError, condition_of
from ganbench.torchkit.products import where_double_is
from ganbench_metrics.order import require_finite

_SHOWN = 2  # conditions, in pictures
_ROUNDING = 1e-9  # less than this is left by means in single precision where samples are equal


class ConditionVariety(PictureRows):
    """Fulfils contracts.Metric where both sides have the same labels, captions or sources.

    It is what is left of a law that is drawn from once a caption: a model that has learnt one picture for each caption
    may have every mode, and an alignment as good as any.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return variety, the generated samples' share of variance within conditions over that of real ones.

        Raises UnfitError for features that are not finite, where no condition comes twice, and where real samples of
        one do not differ.
        """
        require_finite(evidence.real.vectors, evidence.fake.vectors)
        real, fake = (_share(side) for side in (evidence.real, evidence.fake))
        if not real > 0:
            raise UnfitError("real samples of one condition are all the same here, and there is no variety to reach")
        return {"variety": fake / real}

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return real and generated pictures of the two most frequent conditions.

        Raises UnfitError for what has no conditions and is no picture, and where no two come twice.
        """
        real, fake = evidence.real, evidence.fake
        if real.condition is None or fake.condition is None or real.samples.dim() != 4:
            raise UnfitError("pictures of the same condition are shown, and these are none")
        kinds, own, counts = _kinds(real.condition)
        chosen = counts.argsort(descending=True, stable=True)[:_SHOWN]
        count = min(count, int(counts[chosen].min()))
        if len(kinds) < _SHOWN or count < 2:
            raise UnfitError("fewer than two conditions come twice")
        shown: dict[str, Tensor] = {}
        for number, kind in enumerate(chosen, start=1):
            places = torch.nonzero(own == kind).flatten()[:count]
            name = _name(evidence.dataset, kinds[kind]) or f"condition {number}"
            shown |= {f"data, {name}": real.samples[places], f"model, {name}": fake.samples[places]}
        return shown


def _name(data: Dataset | None, condition: Tensor) -> str:
    """Return a caption or a label (length,) in words; nothing where it has none."""
    given = None if data is None else condition_of(data)
    if isinstance(given, Captions):
        return f"{given.text(condition.tolist())!r}"
    return f"label {int(condition)}" if len(condition) == 1 else ""


def share_within(vectors: Tensor, condition: Tensor) -> float:
    """Return the share of the variance of vectors (n, d) that is between those of one condition (n, …).

    Both variances are without bias, so that the share may come out a little above 1 where conditions say nothing; it
    is 0 where nothing differs at all. Raises UnfitError where no condition comes twice.
    """
    kinds, own, counts = _kinds(condition)
    spare = len(vectors) - len(kinds)
    if not spare:
        raise UnfitError(f"none of the {len(vectors)} conditions comes twice, and variety is that of equal ones")
    centred = vectors.float() - vectors.mean(dim=0, dtype=torch.float64).float()
    means = centred.new_zeros(len(kinds), centred.shape[1]).index_add_(0, own, centred) / counts[:, None]
    within = (centred - means[own]).square().sum(dtype=torch.float64) / spare
    whole = centred.square().sum(dtype=torch.float64) / (len(vectors) - 1)
    share = float(within / whole) if whole != 0 else 0.0
    return share if share >= _ROUNDING else 0.0


def _share(side: Side) -> float:
    assert side.condition is not None, "a metric that reads conditions says so in its card's needs"
    vectors = where_double_is(side.vectors.flatten(1))
    return share_within(vectors, side.condition.to(vectors.device))


def _kinds(condition: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the different conditions of (n, …), the number of each one's own (n,), and how often each comes."""
    flat = condition.reshape(len(condition), -1)
    kinds, own, counts = torch.unique(flat, dim=0, return_inverse=True, return_counts=True)
    return kinds, own, counts
