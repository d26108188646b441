"""Translations against the true ones, and there and back again."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import BackTranslator, Evidence, PictureRows, Sources, UnfitError, condition_of

_CHUNK = 500  # pictures translated back at a time
_WORST = 0.95  # of the pictures are no worse than this


class Translation(PictureRows):
    """Fulfils contracts.Metric where held-out sources have their true translation, one by one."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return translation_error and worst_translation_error; raises UnfitError where no truth is known."""
        _require_truth(evidence)
        errors = picture_errors(evidence.fake.samples, evidence.real.samples)
        return {
            "translation_error": float(errors.mean()),
            "worst_translation_error": float(errors.quantile(_WORST)),
        }

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return sources, what the model makes of them, and what is true; raises UnfitError as score does."""
        _require_truth(evidence)
        made, truth = evidence.fake.samples[:count], evidence.real.samples[:count]
        return {"source": _sources(evidence)[:count].expand_as(made), "translation": made, "truth": truth}


class Cycle(PictureRows):
    """Fulfils contracts.Metric for models that claim ganbench.BackTranslator. It looks at no truth."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return cycle_error."""
        back = _translated_back(evidence, evidence.fake.samples)
        return {"cycle_error": float(picture_errors(back, _sources(evidence)).mean())}

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return sources, what the model makes of them, and what it makes of that again."""
        made = evidence.fake.samples[:count]
        back = _translated_back(evidence, made)
        return {
            "source": _sources(evidence)[:count].expand_as(made),
            "translation": made,
            "there and back": back.expand_as(made),
        }


def picture_errors(pictures: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute difference of each pair of (n, …) pictures in [-1, 1], (n,) float64 in [0, 1].

    Halved, so that 1 is white for black: a share of the range, as 255 levels are.
    """
    return (pictures.double() - truth.double()).abs().flatten(1).mean(dim=1) / 2


def _require_truth(evidence: Evidence) -> None:
    condition = condition_of(evidence.dataset) if evidence.dataset else None
    if isinstance(condition, Sources) and not condition.truth:
        raise UnfitError(
            "these data know no true translation; distances between laws, such as frechet, and cycle are proxies"
        )


def _sources(evidence: Evidence) -> Tensor:
    sources = evidence.fake.condition
    assert sources is not None, "a metric that reads sources says so in its card's needs"
    return sources


def _translated_back(evidence: Evidence, samples: Tensor) -> Tensor:
    model = evidence.model
    assert isinstance(model, BackTranslator), "a metric that translates back says so in its card's needs"
    return torch.cat([model.translate_back(part) for part in torch.split(samples, _CHUNK)])
