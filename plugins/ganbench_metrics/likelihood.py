"""How probable a model finds held-out data, where it can tell, or a bound of that."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

import ganbench
from ganbench import BoundedByData, Evidence, UnfitError

_CHUNK = 500  # samples judged at a time
_LEVELS = 256
_LEVEL = 2 / (_LEVELS - 1)  # the width of a grey level in [-1, 1]


class Likelihood(BoundedByData):
    """Fulfils contracts.Metric for models that claim ganbench.Likelihood, or else ganbench.EvidenceBound.

    A density of images is made comparable with a probability of their 256 levels by uniform noise of a level's
    width (Theis et al. 2016): its bits then bound those of the model rounded to levels from above. A model
    whose log_prob is of levels already says so in its profile. Points keep their density, which may exceed one.
    A bound of the likelihood from below gives bits from above: the model's own are that many or fewer.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return log_likelihood in nats a sample, and bits_per_dimension."""
        levels = evidence.profile.levels
        if levels not in (None, _LEVELS):
            raise UnfitError(f"likelihoods are compared over {_LEVELS} levels, and this model's are over {levels}")
        judge, samples = _judge(evidence), evidence.real.samples
        noisy = samples.ndim == 4 and levels is None
        if noisy:
            samples = with_noise(samples, evidence.seed)
        starts = range(0, len(samples), _CHUNK)
        nats = torch.cat([judge(samples[at : at + _CHUNK], at).double().cpu() for at in starts]).mean()
        dimensions = samples[0].numel()
        if noisy:
            nats = nats + dimensions * math.log(_LEVEL)
        if not math.isfinite(nats):
            raise UnfitError(f"the mean log-likelihood of the held-out samples is {float(nats)}")
        return {"log_likelihood": float(nats), "bits_per_dimension": bits_per_dimension(float(nats), dimensions)}

    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float | None, float | None]]:
        """Return 0 as the end for images and for levels, of which nothing is more than certain; points have none."""
        counted = evidence.real.samples.ndim == 4 or evidence.profile.levels is not None
        return {"log_likelihood": (None, 0.0), "bits_per_dimension": (0.0, None)} if counted else {}


def _judge(evidence: Evidence) -> Callable[[Tensor, int], Tensor]:
    """Return what gives the nats of samples, the first of which has this number among the held-out ones."""
    model, condition = evidence.model, evidence.real.condition
    if isinstance(model, ganbench.Likelihood):
        return lambda samples, _: model.log_prob(samples)
    assert isinstance(model, ganbench.EvidenceBound), "a metric that reads log_prob says so in its card's needs"
    generator = torch.Generator(evidence.real.samples.device).manual_seed(evidence.seed)
    known = condition if evidence.profile.conditional else None
    return lambda samples, at: model.elbo(samples, generator, None if known is None else known[at : at + len(samples)])


def bits_per_dimension(nats: float, dimensions: int) -> float:
    """Return a log-likelihood in nats a sample as bits a dimension, the fewer the better."""
    return -nats / (dimensions * math.log(2))


def with_noise(samples: Tensor, seed: int) -> Tensor:
    """Spread images in [-1, 1] uniformly over their grey levels, half a level either way."""
    generator = torch.Generator(samples.device).manual_seed(seed)
    noise = torch.rand(samples.shape, generator=generator, device=samples.device)
    return samples + (noise - 0.5) * _LEVEL
