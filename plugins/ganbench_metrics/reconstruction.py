"""What comes back of held-out samples that go through a model's code."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, PictureRows, Reconstructor, UnfitError
from ganbench_metrics.similarity import psnr, squared_error, ssim

_CHUNK = 500  # samples at a time


class Reconstruction(PictureRows):
    """Fulfils contracts.Metric for models that claim ganbench.Reconstructor, on images."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return the squared error, PSNR and SSIM of held-out images through the model, means over images."""
        images = images_of(evidence)
        again = through(evidence, images)
        return {
            "reconstruction_error": mean(squared_error(again, images)),
            "reconstruction_psnr": mean(psnr(again, images)),
            "reconstruction_ssim": mean(ssim(again, images)),
        }

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return the first held-out images and their reconstructions."""
        images = images_of(evidence)[:count]
        return {"source": images, "reconstruction": through(evidence, images)}


def images_of(evidence: Evidence) -> Tensor:
    """Return the held-out images (n, channels, height, width); raises UnfitError for other samples."""
    samples = evidence.real.samples
    if samples.ndim != 4:
        raise UnfitError(f"images alone are judged here, and these samples have shape {tuple(samples.shape[1:])}")
    return samples


@torch.no_grad()
def through(evidence: Evidence, shown: Tensor) -> Tensor:
    """Return images (n, …), the first of the held-out ones in whatever form, through the model, cut to [-1, 1].

    A conditional model is told the condition of each. Raises UnfitError for numbers that are not finite.
    """
    model, condition = evidence.model, evidence.real.condition if evidence.profile.conditional else None
    assert isinstance(model, Reconstructor), "a metric that reconstructs says so in its card's needs"
    parts = [
        model.reconstruct(few, None if condition is None else condition[at : at + len(few)])
        for at, few in zip(range(0, len(shown), _CHUNK), torch.split(shown, _CHUNK), strict=True)
    ]
    again = torch.cat(parts).float()
    if again.shape != shown.shape:
        raise UnfitError(f"reconstruct gave shape {tuple(again.shape)} for samples of {tuple(shown.shape)}")
    if not bool(again.isfinite().all()):
        raise UnfitError("the model's reconstructions are not finite")
    return again.clamp(-1, 1)


def mean(values: Tensor) -> float:
    """Return the mean of values (n,), added in float64 on the CPU."""
    return float(values.cpu().double().mean())
