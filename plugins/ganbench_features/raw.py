"""The simplest feature space: a sample's own numbers, so that scores need no network at all."""

from torch import Tensor

from ganbench import Features, SampleFormat


class Raw:
    """Flattens samples; fulfils contracts.FeatureSpace."""

    def __init__(self, samples: SampleFormat) -> None:
        self.dimensions = samples.dimensions

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, *shape) to (n, dimensions) float32."""
        return Features(samples.reshape(len(samples), self.dimensions))
