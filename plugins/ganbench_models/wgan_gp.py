"""The WGAN-GP of Gulrajani et al. (2017): a critic without batch norm, so that each sample's slope is its own."""

from typing import ClassVar

from ganbench_models.convolutions import Norm
from ganbench_models.wgan import WGAN


class WGANGP(WGAN):
    """WGAN's networks with layer norm in the critic, as section 4 of the paper recommends."""

    name: ClassVar[str] = "wgan-gp"
    norm: ClassVar[Norm] = "layer"
