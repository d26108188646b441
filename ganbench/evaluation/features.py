"""Samples into feature spaces: in chunks, once a space, and real data's features kept on disk for the next run."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.contracts.datasets import SampleFormat, condition_of
from ganbench.contracts.metrics import Features, FeatureSpace, ProfiledSpace, Side, SpaceProfile
from ganbench.errors import GanbenchError
from ganbench.files import write_whole
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice

if TYPE_CHECKING:
    from torch import Tensor

_DIGEST = 16  # hex digits that name a file of kept features


@dataclass
class FeatureStore:
    """Samples in feature spaces: each space made once for each format of samples, real data's features kept on disk.

    factory: makes spaces, and has the data. chunk: how many samples go through a space at a time.
    """

    factory: Factory
    chunk: int = 1_000
    _spaces: dict[tuple[Choice, SampleFormat], FeatureSpace | GanbenchError] = field(default_factory=dict)
    _real: dict[tuple[Choice, int], "Featured"] = field(default_factory=dict)

    @property
    def device(self) -> str:
        """Where samples are mapped."""
        return self.factory.device

    def space(self, choice: Choice, samples: SampleFormat) -> FeatureSpace:
        """Return a space for samples of a format; one that can't be made raises the same error each time."""
        key = (choice, samples)
        if key not in self._spaces:
            try:
                self._spaces[key] = self.factory.space(choice, samples)
            except GanbenchError as error:  # a download that was refused is not tried again at every checkpoint
                self._spaces[key] = error
        made = self._spaces[key]
        if isinstance(made, GanbenchError):
            raise made
        return made

    def real(self, dataset: Choice, count: int) -> "Featured":
        """Return the first held-out samples of a dataset, with features that are computed once, and kept on disk."""
        if (dataset, count) not in self._real:
            data = self.factory.dataset(dataset)
            samples, condition = data.head("test", count)
            embed = partial(self.features, classes=data.classes, keep=True)
            self._real[dataset, count] = Featured(samples, condition if condition_of(data) else None, embed)
        return self._real[dataset, count]

    def features(self, choice: Choice, samples: "Tensor", classes: int = 0, keep: bool = False) -> Features:
        """Map samples (n, *shape); where keep is asked, look on disk first and leave them there."""
        space = self.space(choice, SampleFormat(tuple(samples.shape[1:]), classes, self.device))
        path = self._path(choice, space, samples) if keep and profile_of(space).digest else None
        kept = _read(path, self.device) if path else None
        if kept is not None:
            return kept
        features = _mapped(space, samples, self.chunk)
        if path:
            _write(path, features)
        return features

    def protocol(self, choice: Choice, shape: tuple[int, ...], classes: int = 0) -> dict[str, str]:
        """Return what a score says of its feature space: its name, its weights' digest, its resizing."""
        profile = profile_of(self.space(choice, SampleFormat(shape, classes, self.device)))
        facts = {"weights": profile.digest, "resizing": profile.resizing}
        return {"features": str(choice)} | {name: fact for name, fact in facts.items() if fact}

    def _path(self, choice: Choice, space: FeatureSpace, samples: "Tensor") -> Path:
        import torch

        name = file_name(choice, (profile_of(space).digest, self.device, torch.__version__), samples)
        return self.factory.source.cache / "features" / name


def file_name(choice: Choice, made_by: tuple[str, str, str], samples: "Tensor") -> str:
    """Name a file of features by all that can change a bit of it: space and data, and what the features are made by.

    made_by: the digest of the space's weights, the device, and the version of torch.
    """
    key = hashlib.sha256(repr((str(choice), *made_by, tuple(samples.shape))).encode())
    key.update(samples.contiguous().cpu().numpy().tobytes())
    return f"{choice.name}-{key.hexdigest()[:_DIGEST]}.safetensors"


@dataclass
class Featured:
    """Samples of one side, with their features in each space that was asked for, computed once."""

    samples: "Tensor"
    condition: "Tensor | None"
    embed: Callable[[Choice, "Tensor"], Features]
    _sides: dict[Choice, Side] = field(default_factory=dict)

    def within(self, space: Choice | None) -> Side:
        """Return the side in a feature space, or its samples alone."""
        if space is None:
            return Side(self.samples, self.condition)
        if space not in self._sides:
            self._sides[space] = Side(self.samples, self.condition, self.embed(space, self.samples))
        return self._sides[space]

    def part(self, order: "Tensor") -> "Featured":
        """Return the samples of these indices (m,), with their share of the features that were computed already."""
        sides = {space: _taken(side, order) for space, side in self._sides.items()}
        condition = None if self.condition is None else self.condition[order]
        return Featured(self.samples[order], condition, self.embed, sides)


def _taken(side: Side, order: "Tensor") -> Side:
    features = side.features
    if features is not None:
        logits = None if features.logits is None else features.logits[order]
        features = Features(features.vectors[order], logits)
    return Side(side.samples[order], None if side.condition is None else side.condition[order], features)


def profile_of(space: FeatureSpace) -> SpaceProfile:
    """Return what a feature space says of itself, or a plain profile of one that says nothing."""
    return space.profile() if isinstance(space, ProfiledSpace) else SpaceProfile()


def _mapped(space: FeatureSpace, samples: "Tensor", chunk: int) -> Features:
    import torch

    # in full single precision, whatever training allows itself: a score is the same on every device
    exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
    with torch.no_grad(), torch.autocast(samples.device.type, enabled=False), exact:
        parts = [space(few) for few in torch.split(samples, chunk)]
    logits = [part.logits for part in parts if part.logits is not None]
    return Features(torch.cat([part.vectors for part in parts]), torch.cat(logits) if logits else None)


def _read(path: Path, device: str) -> Features | None:
    """Return kept features; None where there are none, or where the file is damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        kept = load_file(path, device=device)
        return Features(kept["vectors"], kept.get("logits"))
    except (OSError, SafetensorError, KeyError):
        return None


def _write(path: Path, features: Features) -> None:
    from safetensors.torch import save_file

    tensors = {"vectors": features.vectors, "logits": features.logits}
    whole = {name: tensor.contiguous() for name, tensor in tensors.items() if tensor is not None}
    try:
        write_whole(path, lambda beside: save_file(whole, beside))
    except OSError:  # a full or read-only disk costs the time of computing them once more, and nothing else
        return
