"""The Inception-v3 that FID, KID and IS are published with (Heusel et al. 2017), through clean-fid."""

import os
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate, linear

from ganbench import DataMissingError, Features, ProfiledSpace, SampleFormat, Setting, SpaceProfile, UnfitError
from ganbench.torchkit.downloads import digest_of, fetched, weights_folder

FILE = "inception-2015-12-05.pt"
URL = f"https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/{FILE}"
SHA256 = "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4"
VARIABLE = "GANBENCH_INCEPTION"
_SIDE = 299  # pixels
_BATCH = 10  # images at a time: larger activations leave a CPU's cache, which costs a third of the speed


class Inception(ProfiledSpace):
    """Fulfils contracts.FeatureSpace for images: 2,048 pooled features and 1,008 logits.

    Images are rounded to 256 levels first, as if they had been saved; grey ones are repeated in three channels.
    Logits leave the bias out, as the first, TensorFlow implementation did.

    The weights are downloaded once and checked, or given with GANBENCH_INCEPTION. Raises UnfitError for data
    that are not images and for weights that are not to be had, DataMissingError for a wrong GANBENCH_INCEPTION.
    """

    def __init__(
        self,
        samples: SampleFormat,
        resizing: Annotated[
            Literal["clean", "legacy"],
            Setting(
                "to 299 pixels a side: clean is clean-fid's antialiased bicubic (Parmar et al. 2022), "
                "legacy the bilinear one of the first implementation"
            ),
        ] = "clean",
        precision: Annotated[
            Literal["fp32", "bf16"],
            Setting(
                "of the network's products; bf16 takes half the time or less, for features of two digits: compare its "
                "FIDs with each other alone, for with random weights they were 3 to 9 % above those of fp32"
            ),
        ] = "fp32",
    ) -> None:
        if not samples.images or samples.shape[0] not in (1, 3):
            raise UnfitError(f"inception takes images of 1 or 3 channels, not samples of shape {samples.shape}")
        path = find_weights()
        self._profile = SpaceProfile(digest=digest_of(path)[:12], resizing=resizing)
        self._reduced = precision == "bf16"
        network = _load(path, inside=resizing == "legacy").to(samples.device)
        # a pixel's channels side by side: what convolutions on a CPU are fastest with
        self._network = network.to(memory_format=torch.channels_last)
        base: Any = self._network.base
        self._output: Tensor = base.output.weight.detach()

    def profile(self) -> SpaceProfile:
        """Return the digest of the weights, and the resizing."""
        return self._profile

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, 1 or 3, height, width) in [-1, 1] to (n, 2048) vectors and (n, 1008) logits, float32."""
        vectors = torch.cat([self._features(chunk) for chunk in torch.split(samples, _BATCH)])
        return Features(vectors, linear(vectors, self._output))

    @torch.no_grad()
    def _features(self, samples: Tensor) -> Tensor:
        images = samples.float().add(1).mul(127.5).round().clamp(0, 255).expand(-1, 3, -1, -1)
        if self._profile.resizing == "clean":
            images = resized(images)
        with torch.autocast(samples.device.type, dtype=torch.bfloat16, enabled=self._reduced):
            vectors: Tensor = self._network(images.contiguous(memory_format=torch.channels_last))
        return vectors.float()


def resized(images: Tensor) -> Tensor:
    """Bring (n, 3, height, width) in [0, 255] to 299 x 299 by clean-fid's rule, on the device they are on.

    That rule is Pillow's antialiased bicubic on float channels, which torch's own equals to a hundredth of a level.
    """
    enlarged = interpolate(images, (_SIDE, _SIDE), mode="bicubic", antialias=True, align_corners=False)
    return enlarged.clamp(0, 255)


def find_weights() -> Path:
    """Return the file of weights: the one that GANBENCH_INCEPTION names, or the published one, downloaded once.

    Raises DataMissingError if GANBENCH_INCEPTION names no such file, UnfitError if the download fails.
    """
    given = os.environ.get(VARIABLE)
    if not given:
        return fetched(URL, SHA256, weights_folder() / FILE, f"point {VARIABLE} at a copy of {FILE}")
    path = Path(given).expanduser()
    path = path / FILE if path.is_dir() else path
    if path.name != FILE or not path.is_file():
        raise DataMissingError(f"{VARIABLE} is {given!r}; it should be a file {FILE}, or the folder that holds it")
    return path


def _load(path: Path, inside: bool) -> torch.nn.Module:
    """Load clean-fid's wrapper of the network; inside: whether the network resizes by itself."""
    from cleanfid.inception_torchscript import InceptionV3W

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch.jit.load is on its way out; the file is what it is
            network: torch.nn.Module = InceptionV3W(str(path.parent), download=False, resize_inside=inside)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise DataMissingError(f"{str(path)!r} is not Inception as TorchScript: {reason}") from None
    return network.eval()
