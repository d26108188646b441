"""A side of a comparison as a user names it: a folder of pictures, an array, a finished run, or dataset:split."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.contracts.capabilities import PLAIN, Profile, SamplingMode, SamplingModes, profile_of
from ganbench.contracts.datasets import Dataset, condition_of
from ganbench.contracts.models import Model
from ganbench.contracts.pairs import same_question
from ganbench.errors import BadOptionError, DataMissingError
from ganbench.evaluation.arrays import read_array, samples_of, scaled
from ganbench.evaluation.asking import Request
from ganbench.evaluation.checkpoints import training_labels
from ganbench.evaluation.comparison import EVEN, HELD_OUT, TRAINING
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.picture_folder import read_folder
from ganbench.evaluation.sampling import Sampler, restore
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Captions, Sources
from ganbench.storage.store import RunFolder, Store

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

_SPLITS = ("train", "test")
_ARRAYS = (".npy", ".npz")
_CHANNELS = (1, 3)


@dataclass(frozen=True)
class SampleSource:
    """One side. samples: (n, *shape) float32, images in [-1, 1]; condition: (n, …) as Batch has it, or None.

    dataset, split, model and profile: where the samples are from, where anybody knows. drawn: of a conditional model,
    by whose labels, captions or sources; paired: its samples by those of the other side, in the same order.
    """

    name: str
    samples: "Tensor"
    condition: "Tensor | None" = None
    dataset: Dataset | None = None
    split: str = ""
    model: Model | None = None
    profile: Profile = PLAIN
    drawn: str = ""
    paired: "SampleSource | None" = None


@dataclass(frozen=True)
class Reader:
    """Reads sides. count: how many samples at most; size: of pictures, as read_folder has it."""

    features: FeatureStore
    results: Path
    count: int | None = None
    size: int | None = None
    skip_broken: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("samples", self.count), ("size", self.size)):
            if value is not None and value < 1:
                raise BadOptionError(f"{name} must be 1 or more, not {value}")

    def read(self, side: "Named", like: SampleSource | None = None, mode: SamplingMode | None = None) -> SampleSource:
        """Read a side from what the user typed; like: the other one, which says how many samples a run draws.

        A side that was read already has as many samples taken as any other.

        mode: of a run's model, in place of its usual one.

        Raises DataMissingError for files that are not there or not what they should be, BadOptionError for a
        name that says nothing, and what restore raises for a run.
        """
        if isinstance(side, SampleSource):
            return self._cut(side)
        text = side
        if not text.strip():
            raise BadOptionError("a side has no name; name a folder of pictures, an array, a run or DATASET:test")
        path, (name, colon, split) = _path(text), text.rpartition(":")
        if path.is_dir():
            pictures = read_folder(path, self.size, self.skip_broken)
            return self._cut(SampleSource(text, scaled(pictures).to(self.features.device)))
        if path.suffix.lower() in _ARRAYS:
            return self._cut(self._array(text, path))
        if colon and split in _SPLITS:
            return self._dataset(text, name, split)
        if not Store(self.results).find(text):
            raise BadOptionError(
                f"can't find {text!r}: name a folder of pictures, an array (.npy, .npz), DATASET:test, "
                f"DATASET:train, or a run in {str(self.results)!r}"
            )
        return self._run(text, like, mode)

    def _cut(self, side: SampleSource) -> SampleSource:
        condition = side.condition[: self.count] if side.condition is not None else None
        return replace(side, samples=side.samples[: self.count], condition=condition)

    def _array(self, text: str, path: Path) -> SampleSource:
        return array_source(text, *read_array(path), self.features.device)

    def _dataset(self, text: str, name: str, split: str) -> SampleSource:
        data = self.features.factory.dataset(Choice.parse(name))
        samples, condition = data.head(split, min(self.count or data.count(split), data.count(split)))
        return SampleSource(text, samples, condition if condition_of(data) else None, data, split)

    def _run(self, text: str, like: SampleSource | None, mode: SamplingMode | None) -> SampleSource:
        folder = RunFolder(Store(self.results).find_one(text))
        sampler = restore(folder.read_record(), folder, self.features.factory)
        n = self.count or (len(like.samples) if like else None)
        if n is None:
            raise BadOptionError(f"say how many samples run {text} should draw, with --samples N")
        if mode and isinstance(sampler.model, SamplingModes):
            sampler.model.use(mode)
            sampler = replace(sampler, profile=profile_of(sampler.model))
        return draw_source(sampler, Request(n, self.seed), like)


Named = str | SampleSource  # a side as users give it


def array_source(name: str, samples: "np.ndarray", labels: "np.ndarray | None", device: str) -> SampleSource:
    """Return a side of arrays, as arrays.samples_of takes them, and labels (n,) of whole numbers if there are any.

    Raises DataMissingError for arrays of another shape, range or dtype.
    """
    import torch

    if labels is not None and (labels.dtype.kind not in "iu" or labels.shape != samples.shape[:1]):
        raise DataMissingError(
            f"the labels in {name!r} are {labels.dtype} of shape {labels.shape}; "
            f"they should be whole numbers, one for each of the {len(samples)} samples"
        )
    taught = None if labels is None else torch.from_numpy(labels.astype("int64")).to(device)
    return SampleSource(name, samples_of(name, samples).to(device), taught)


def draw_source(sampler: Sampler, request: Request, like: SampleSource | None) -> SampleSource:
    """Draw a run's samples; a conditional model takes labels as the data of the other side have them for training.

    Without these, each class is as likely. Where the other side has labels, it draws besides by them. Captions and
    sources are those of the other side; raises BadOptionError where it has none.
    """
    if isinstance(sampler.profile.condition, Captions | Sources):
        return _draw_paired(sampler, request, like)
    made = SampleSource(sampler.title, sampler.draw(request), model=sampler.model, profile=sampler.profile)
    if not sampler.profile.conditional:
        return made
    made = replace(made, drawn=EVEN)
    if like and like.dataset and like.dataset.classes == sampler.task.classes:
        labels = training_labels(like.dataset, request.n, request.seed)
        made = replace(made, samples=sampler.draw(request, labels), condition=labels, drawn=TRAINING)
    if like and like.condition is not None and len(like.condition) == request.n:
        paired = replace(made, samples=sampler.draw(request, like.condition), condition=like.condition)
        made = replace(made, paired=paired)
    return made


def _draw_paired(sampler: Sampler, request: Request, like: SampleSource | None) -> SampleSource:
    """Draw by the captions or the sources of the other side, one by one."""
    condition = sampler.profile.condition
    assert condition is not None
    same = like is not None and like.dataset is not None and same_question(condition_of(like.dataset), condition)
    if like is None or like.condition is None or not same or len(like.condition) < request.n:
        raise BadOptionError(
            f"{sampler.title} draws by {condition.kind}; score it against data that have {request.n} of these, "
            "such as its own, DATASET:test"
        )
    given = like.condition[: request.n]
    made = SampleSource(
        sampler.title, sampler.draw(request, given), given, model=sampler.model, profile=sampler.profile
    )
    made = replace(made, drawn=HELD_OUT)
    return replace(made, paired=made)


def matched(first: SampleSource, second: SampleSource) -> tuple[SampleSource, SampleSource]:
    """Return both sides in one shape, grey images repeated in three channels; raises BadOptionError if they differ."""
    shapes = [tuple(side.samples.shape[1:]) for side in (first, second)]
    if shapes[0] == shapes[1]:
        return first, second
    if all(len(shape) == 3 for shape in shapes) and shapes[0][1:] == shapes[1][1:]:
        grey = [shape[0] == 1 for shape in shapes]
        if any(grey) and {shape[0] for shape in shapes} == set(_CHANNELS):
            return _coloured(first), _coloured(second)
    described = " and ".join(f"{side.name} of {shape}" for side, shape in zip((first, second), shapes, strict=True))
    raise BadOptionError(f"the sides differ in shape: {described}; --size N brings folders of pictures to one size")


def _coloured(side: SampleSource) -> SampleSource:
    paired = side.paired and _coloured(side.paired)
    return replace(side, samples=side.samples.expand(-1, 3, -1, -1), paired=paired)


def _path(text: str) -> Path:
    """Return what a user typed as a path; raises BadOptionError for what can be none."""
    path = Path(text).expanduser()
    try:
        path.exists()
    except OSError as error:
        raise BadOptionError(f"can't look for {text[:60]!r}: {error.strerror}") from None
    return path
