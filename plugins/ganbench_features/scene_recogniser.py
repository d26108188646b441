"""Feature spaces of scenes: a network that reads each place of a picture, and whose weights come with ganbench."""

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from ganbench import Features, ProfiledSpace, SampleFormat, SpaceProfile, UnfitError
from ganbench.torchkit.downloads import digest_of

WEIGHTS = Path(__file__).parent / "weights" / "shapes-recogniser.safetensors"
SIDE = 16  # pixels of a place in a picture of 32 x 32
SHAPES, COLOURS, SIZES = 4, 6, 2
LOGITS = [SHAPES + 2, COLOURS, SIZES]  # of a place: nothing, the shapes, and what is none of these; colours; sizes
DIMENSIONS = 64


class Network(nn.Module):
    """Four convolutions, whose maps are averaged into 64 features of a place, and a linear layer of all logits."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(3, 24, 1), *_layer(24, 48, 2), *_layer(48, DIMENSIONS, 2), *_layer(DIMENSIONS, DIMENSIONS, 1)
        )
        self.head = nn.Linear(DIMENSIONS, sum(LOGITS))

    def forward(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Map places (n, 3, 16, 16) in [-1, 1] to features (n, 64) and logits (n, 14), as LOGITS has them."""
        features = self.body(places).mean(dim=(2, 3))
        return features, self.head(features)


class Recognised(NamedTuple):
    """What is read of pictures. features: (n, 4, 64); chances: (n, 4, 14) log-probabilities, as LOGITS has them."""

    features: Tensor
    chances: Tensor


class SceneRecogniser(ProfiledSpace):
    """Reads pictures of 32 x 32, and of 64 x 64 at half their size; subclasses say what of it are the vectors."""

    def __init__(self, samples: SampleFormat) -> None:
        if samples.shape not in ((3, 32, 32), (3, 64, 64)):
            raise UnfitError(
                f"scenes are read from pictures of 3 x 32 x 32 or 3 x 64 x 64, not samples of shape {samples.shape}"
            )
        self._profile = SpaceProfile(digest=digest_of(WEIGHTS)[:12])
        with torch.device("meta"):  # without drawing weights that are thrown away
            self._network = Network()
        self._network.load_state_dict(load_file(WEIGHTS), assign=True)
        self._network.to(samples.device).eval().requires_grad_(False)

    def profile(self) -> SpaceProfile:
        """Return the digest of the weights."""
        return self._profile

    def read(self, samples: Tensor) -> Recognised:
        """Read pictures (n, 3, side, side) in [-1, 1] place by place, row by row."""
        features, logits = self._network(places_of(samples.float()))
        chances = torch.cat([part.log_softmax(dim=1) for part in torch.split(logits, LOGITS, dim=1)], dim=1)
        n = len(samples)
        return Recognised(features.reshape(n, 4, DIMENSIONS), chances.reshape(n, 4, sum(LOGITS)))


class SceneFeatures(SceneRecogniser):
    """Fulfils contracts.FeatureSpace: the features of all places side by side, (n, 256)."""

    def __call__(self, samples: Tensor) -> Features:
        """Map pictures (n, 3, side, side) in [-1, 1] to features, float32."""
        return Features(self.read(samples).features.flatten(1))


class SceneFactors(SceneRecogniser):
    """Fulfils contracts.FeatureSpace: log-probabilities of the factors at each place, (n, 56).

    Of a place: nothing, each shape, none of these; each colour; each size. Places stand side by side, row by row.
    """

    def __call__(self, samples: Tensor) -> Features:
        """Map pictures (n, 3, side, side) in [-1, 1] to log-probabilities, float32."""
        return Features(self.read(samples).chances.flatten(1))


def places_of(pictures: Tensor) -> Tensor:
    """Cut pictures (n, 3, side, side) into places (4 n, 3, 16, 16), those of a picture one after another."""
    scale = pictures.shape[-1] // (2 * SIDE)
    pictures = avg_pool2d(pictures, scale) if scale > 1 else pictures
    grid = pictures.reshape(len(pictures), 3, 2, SIDE, 2, SIDE)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(-1, 3, SIDE, SIDE)


def _layer(inputs: int, outputs: int, stride: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
