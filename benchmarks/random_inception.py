"""Inception-v3 with random weights, as TorchScript in the published file's format: it costs what the true one costs."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models.inception import Inception3

from ganbench_features.inception import FILE

_LAST = "avgpool"  # what ends in the features
_TRAINED_ONLY = ("AuxLogits",)


class Published(nn.Module):
    """The published file's shape: `layers` from 299 x 299 images to features (n, 2048, 1, 1), and an `output`."""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers
        self.output = nn.Linear(2048, 1008)

    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        """Map images (n, 3, 299, 299) in [0, 255] to features (n, 2048), or logits (n, 1008)."""
        features = self.layers((img.float() - 127.5) / 127.5).flatten(1)
        return features if return_features else self.output(features)


def save_random(folder: Path, full: bool) -> Path:
    """Write the file into a folder and return its path; not in full, a network of two layers.

    Convolutions are drawn so that activations neither vanish nor explode. Torch's own random stream is left alone.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Published(_inception() if full else _small()).eval()
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is on its way out; the file is what it is
        torch.jit.script(network).save(str(path := folder / FILE))
    return path


def _inception() -> nn.Sequential:
    """Return torchvision's layers as far as the pooled features; FID's differ from them in how three pools pad."""
    whole = Inception3(aux_logits=True, init_weights=False)
    names = [name for name, _ in whole.named_children() if name not in _TRAINED_ONLY]
    return nn.Sequential(*(getattr(whole, name) for name in names[: names.index(_LAST) + 1]))


def _small() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 2048, 3, stride=16), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
