"""A feature space of digits that captions describe: the digit as a classifier reads it, and its stroke, measured."""

import hashlib

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganbench import Features, ProfiledSpace, SampleFormat, SpaceProfile, UnfitError
from ganbench_datasets.digit_captions import FACTORS, THRESHOLDS, valued
from ganbench_datasets.digit_measures import measured
from ganbench_features.digit_classifier import mnist_classifier

_NEVER = -20.0  # the log-probability of a value that was not measured


class DigitFactors(ProfiledSpace):
    """Fulfils contracts.FeatureSpace: log-probabilities of digit, thickness, slant and size, (n, 23).

    Of each factor: that there is next to no ink, then each of its values. Only the digit's are other than sure.
    """

    def __init__(self, samples: SampleFormat) -> None:
        if samples.shape != (1, 28, 28):
            raise UnfitError(f"mnist-factors takes digits of 1 x 28 x 28, not samples of shape {samples.shape}")
        self._classifier = mnist_classifier(samples)
        facts = f"{self._classifier.profile().digest} {THRESHOLDS}"
        self._profile = SpaceProfile(digest=hashlib.sha256(facts.encode()).hexdigest()[:12])

    def profile(self) -> SpaceProfile:
        """Return the digest of the classifier's weights and of the thresholds."""
        return self._profile

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, 1, 28, 28) in [-1, 1] to log-probabilities, float32."""
        logits = self._classifier(samples).logits
        assert logits is not None
        values = valued(measured(samples))
        blank = values[:, :1] == 0
        digits = torch.cat([torch.where(blank, 0.0, _NEVER), logits.log_softmax(dim=1)], dim=1)
        digits[:, 1:] = torch.where(blank, _NEVER, digits[:, 1:])
        sure = [_NEVER * (1 - one_hot(value, 1 + len(factor.words)).float())
                for factor, value in zip(FACTORS[1:], values.unbind(dim=1), strict=True)]  # fmt: skip
        return Features(torch.cat([digits, *sure], dim=1))
