"""Feature spaces of digits: small classifiers whose weights come with ganbench, so that scores need no download."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ganbench import Features, ProfiledSpace, SampleFormat, SpaceProfile, UnfitError
from ganbench.torchkit.downloads import digest_of

WEIGHTS = Path(__file__).parent / "weights"
CLASSES = 10
DIMENSIONS = 64


class Network(nn.Module):
    """Four convolutions, whose maps are averaged into 64 features, and a linear layer of ten logits.

    stride: of the first, 2 for digits of 28 x 28 and 1 for those of 8 x 8.
    """

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(1, 16, 5, stride),
            *_layer(16, 32, 3, 1),
            *_layer(32, DIMENSIONS, 3, 2),
            *_layer(DIMENSIONS, DIMENSIONS, 3, 1),
        )
        self.head = nn.Linear(DIMENSIONS, CLASSES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Map (n, 1, side, side) in [-1, 1] to features (n, 64) and logits (n, 10)."""
        features = self.body(images).mean(dim=(2, 3))
        return features, self.head(features)


class DigitClassifier(ProfiledSpace):
    """Fulfils contracts.FeatureSpace for digits: 64 features and 10 logits.

    Digits stacked as three channels are judged one by one: their features stand side by side, (n, 192), and
    their logits are joint log-probabilities of 1,000 classes, 100 x first + 10 x second + third.
    """

    def __init__(self, samples: SampleFormat, weights: Path, side: int, stride: int) -> None:
        if samples.shape not in ((1, side, side), (3, side, side)):
            raise UnfitError(
                f"{weights.stem} takes digits of 1 or 3 x {side} x {side}, not samples of shape {samples.shape}"
            )
        self._profile = SpaceProfile(digest=digest_of(weights)[:12])
        with torch.device("meta"):  # without drawing weights that are thrown away
            self._network = Network(stride)
        self._network.load_state_dict(load_file(weights), assign=True)
        self._network.to(samples.device).eval().requires_grad_(False)

    def profile(self) -> SpaceProfile:
        """Return the digest of the weights."""
        return self._profile

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, 1 or 3, side, side) in [-1, 1] to features and logits, float32."""
        n, channels = samples.shape[:2]
        features, logits = self._network(samples.float().reshape(n * channels, 1, *samples.shape[2:]))
        if channels == 1:
            return Features(features, logits)
        each = logits.log_softmax(dim=1).reshape(n, channels, CLASSES).unbind(dim=1)
        joint = each[0][:, :, None, None] + each[1][:, None, :, None] + each[2][:, None, None, :]
        return Features(features.reshape(n, -1), joint.reshape(n, -1))


def mnist_classifier(samples: SampleFormat) -> DigitClassifier:
    """Make the space of MNIST's digits, 28 x 28, one or three to a sample."""
    return DigitClassifier(samples, WEIGHTS / "mnist-classifier.safetensors", 28, stride=2)


def digits_classifier(samples: SampleFormat) -> DigitClassifier:
    """Make the space of scikit-learn's digits, 8 x 8."""
    return DigitClassifier(samples, WEIGHTS / "digits-classifier.safetensors", 8, stride=1)


def _layer(inputs: int, outputs: int, size: int, stride: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
