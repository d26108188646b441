"""Which colours a model gives to a held-out picture that it is shown in grey."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, PictureRows, UnfitError
from ganbench.torchkit.colours import from_lab, in_grey, to_lab
from ganbench_metrics.reconstruction import images_of, mean, through


class Colouring(PictureRows):
    """Fulfils contracts.Metric for models that claim ganbench.Reconstructor, on images of three channels."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return colour_error, the mean over pixels of the distance in L*a*b*."""
        images = coloured_of(evidence)
        return {"colour_error": mean(colour_error(through(evidence, in_grey(images)), images))}

    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return the first held-out images, the same in grey, and what is made of these."""
        images = coloured_of(evidence)[:count]
        grey = in_grey(images)
        return {"source": images, "grey": grey, "coloured": recoloured(grey, through(evidence, grey))}


def colour_error(painted: Tensor, images: Tensor) -> Tensor:
    """Return the mean over pixels of the distance between the a*, b* of two images (n, 3, height, width), (n,).

    It is CIE 1976's ΔE of the image and of its own lightness with the other one's a* and b*.
    """
    apart = to_lab(painted)[:, 1:] - to_lab(images)[:, 1:]
    errors: Tensor = apart.norm(dim=1)
    return errors.flatten(1).mean(dim=1)


def recoloured(images: Tensor, painted: Tensor) -> Tensor:
    """Return images (n, 3, height, width) with the a* and b* of painted ones, as near as a screen has these colours."""
    return from_lab(torch.cat([to_lab(images)[:, :1], to_lab(painted)[:, 1:]], dim=1))


def coloured_of(evidence: Evidence) -> Tensor:
    """Return the held-out images (n, 3, height, width); raises UnfitError for grey ones."""
    images = images_of(evidence)
    if images.shape[1] != 3:
        raise UnfitError(f"colours are given to images of 3 channels, and these have {images.shape[1]}")
    return images
