"""Plain numbers as a dataset: a tensor or an array, held out in part, or two splits with or without labels."""

from collections.abc import Mapping
from typing import Any

from ganbench.contracts.datasets import Dataset
from ganbench.errors import BadOptionError
from ganbench.evaluation.arrays import samples_of

_HELD_OUT = 5  # every fifth sample of a tensor that comes without a split of its own
_SPLITS = {"train", "test"}


def is_data(thing: Any) -> bool:
    """Tell whether a thing is plain numbers: a tensor, an array, or both splits by name."""
    import numpy as np
    import torch

    if isinstance(thing, Mapping):
        return set(thing) == _SPLITS
    return isinstance(thing, torch.Tensor | np.ndarray)


def dataset_of(thing: Any) -> Dataset:
    """Return a dataset as it is, or one of numbers: a tensor or an array (n, *shape), or {"train": …, "test": …}.

    A split is a tensor, or a pair of it and labels (n,) of whole numbers. Samples are uint8 images, float images in
    [-1, 1], or float points. Without splits, every fifth sample is held out. Raises BadOptionError and
    DataMissingError for anything else.
    """
    if isinstance(thing, Dataset):
        return thing
    if not is_data(thing):
        raise BadOptionError(
            "a dataset is a name, a tensor, an array, {'train': …, 'test': …} or a ganbench.Dataset, "
            f"not {type(thing).__name__}"
        )
    if isinstance(thing, Mapping):
        return _resident({split: _pair(split, thing[split]) for split in ("train", "test")})
    samples, labels = _pair("the tensor", thing)
    import torch

    held_out = torch.arange(len(samples)) % _HELD_OUT == _HELD_OUT - 1
    if not held_out.any():
        raise BadOptionError(f"a dataset of {len(samples)} samples leaves none to hold out; give {_HELD_OUT} or more")
    return _resident({"train": (samples[~held_out], labels), "test": (samples[held_out], labels)})


def array_of(thing: Any) -> Any:
    """Return a tensor as an array on the host, and an array as it is."""
    import torch

    return thing.detach().cpu().numpy() if isinstance(thing, torch.Tensor) else thing


def _pair(name: str, thing: Any) -> tuple[Any, Any]:
    """Return samples as samples_of gives them, and int64 labels or None."""
    import numpy as np
    import torch

    given, labels = thing if isinstance(thing, tuple) and len(thing) == 2 else (thing, None)
    array = array_of(given)
    if not isinstance(array, np.ndarray):
        raise BadOptionError(f"{name} should be a tensor or an array, or a pair of it and labels, not {type(given)}")
    samples = samples_of(name, array)
    if labels is None:
        return samples, None
    taught = np.asarray(array_of(labels))
    if taught.dtype.kind not in "iu" or taught.shape != (len(samples),) or taught.min() < 0:
        raise BadOptionError(
            f"the labels of {name} are {taught.dtype} of shape {taught.shape}; they should be whole numbers from 0 on, "
            f"one for each of the {len(samples)} samples"
        )
    return samples, torch.from_numpy(taught.astype("int64"))


def _resident(splits: Mapping[str, tuple[Any, Any]]) -> Dataset:
    import torch

    from ganbench.torchkit.resident import Resident

    labels = [taught for _, taught in splits.values()]
    shapes = {tuple(samples.shape[1:]) for samples, _ in splits.values()}
    if len(shapes) > 1:
        raise BadOptionError(f"the splits differ in shape: {' and '.join(map(str, sorted(shapes)))}")
    if any(each is None for each in labels):
        zeros = {split: torch.zeros(len(samples), dtype=torch.int64) for split, (samples, _) in splits.items()}
        return Resident({split: (samples, zeros[split]) for split, (samples, _) in splits.items()}, 0)
    return Resident(splits, 1 + max(int(each.max()) for each in labels))
