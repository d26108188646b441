"""How much of a held-out picture a model's reconstruction brings back from under noise."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, PictureRows
from ganbench_metrics.reconstruction import images_of, mean, through
from ganbench_metrics.similarity import RANGE, psnr, ssim

STRENGTHS = (10, 25, 50)  # standard deviations of the noise, in percent of the range of levels
_SHOWN = 25  # of STRENGTHS, in pictures


class Denoising(PictureRows):
    """Fulfils contracts.Metric for models that claim ganbench.Reconstructor, on images."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return PSNR and SSIM of the reconstructions of noisy images to the images, at each strength."""
        images, scores = images_of(evidence), {}
        for strength in STRENGTHS:
            again = through(evidence, noisy(images, strength, evidence.seed))
            scores[f"denoised_psnr_{strength}"] = mean(psnr(again, images))
            scores[f"denoised_ssim_{strength}"] = mean(ssim(again, images))
        return scores

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return the first held-out images, the same under noise of the middle strength, and what is made of these."""
        images = images_of(evidence)
        shown = noisy(images, _SHOWN, evidence.seed)[:count]
        return {"source": images[:count], f"noise of {_SHOWN} %": shown, "denoised": through(evidence, shown)}


def noisy(images: Tensor, strength: int, seed: int) -> Tensor:
    """Return images with normal noise of a deviation of `strength` percent of their range; they may leave it."""
    generator = torch.Generator(images.device).manual_seed(seed)
    noise = torch.randn(images.shape, generator=generator, device=images.device)
    return images + RANGE * strength / 100 * noise
