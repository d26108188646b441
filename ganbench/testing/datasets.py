"""Whether a dataset keeps its contract."""

from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from ganbench.contracts.datasets import Dataset, GaussianModes, ToneDataset, condition_of
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Captions, Condition, Sources
from ganbench.testing.bench import make_factory


def check_dataset(name: str, root: Path | None = None, factory: Factory | None = None) -> None:
    """Check that a dataset gives whole passes in the right shape, and goes on from any start."""
    data = (factory or make_factory(root)).dataset(Choice.parse(name))
    for split in ("train", "test"):
        _check_split(data, split)
    late = next(data.batches("train", 8, seed=0, start=24)).samples
    fourth = next(islice(data.batches("train", 8, seed=0), 3, None)).samples
    assert torch.equal(late, fourth), "batches from a start are not those that come there"
    other = next(data.batches("train", 8, seed=1)).samples
    assert not torch.equal(other, next(data.batches("train", 8, seed=0)).samples), "seeds shuffle alike"
    if isinstance(data, GaussianModes):
        _check_modes(data)
    if isinstance(data, ToneDataset):
        _check_tones(data)


def _check_split(data: Dataset, split: str) -> None:
    shape, count = tuple(data.shape), data.count(split)
    assert count > 0, f"the {split} split is empty"
    samples, given = next(data.batches(split, min(count, 16), seed=0))
    assert samples.dtype == torch.float32, f"samples are float32, not {samples.dtype}"
    assert tuple(samples.shape[1:]) == shape, f"samples have shape {tuple(samples.shape[1:])}, not {shape}"
    _check_condition(condition_of(data), given, len(samples))
    if len(shape) == 3:
        assert samples.abs().max() <= 1.0, "images lie in [-1, 1]"
    assert len(data.head(split, count).samples) == count, "head gives as many as it is asked for"


def _check_condition(condition: Condition | None, given: Tensor, n: int) -> None:
    """Check the condition of n samples against what the dataset says of it."""
    assert len(given) == n, f"a condition for each of {n} samples, not {len(given)}"
    if isinstance(condition, Sources):
        assert given.dtype == torch.float32, f"sources are float32, not {given.dtype}"
        assert tuple(given.shape[1:]) == condition.shape, f"sources have shape {tuple(given.shape[1:])}"
        assert given.abs().max() <= 1.0, "sources lie in [-1, 1]"
        return
    what, highest = "labels", 0
    if isinstance(condition, Captions):
        what, highest = "captions", len(condition.vocabulary)
        assert given.shape[1:] == (condition.length,), f"captions have shape {tuple(given.shape[1:])}"
        assert given[:, 0].min() > 0, "captions have a word or more"
    elif condition:
        highest = condition.classes - 1
    assert given.dtype == torch.int64, f"{what} are int64, not {given.dtype}"
    assert given.min() >= 0, f"{what} begin at 0"
    assert given.max() <= highest, f"{what} stay below {highest + 1}"


def _check_modes(data: Dataset) -> None:
    assert isinstance(data, GaussianModes)
    means, deviation = data.means, data.deviation
    assert means.ndim == 2, f"means have shape (modes, dimensions), not {tuple(means.shape)}"
    assert tuple(means.shape[1:]) == tuple(data.shape), "means have as many dimensions as samples"
    assert deviation > 0, f"the modes' deviation is above 0, not {deviation}"
    samples = data.head("test", min(500, data.count("test"))).samples
    apart = torch.cdist(samples, means.to(samples.device)).min(dim=1).values
    bound = deviation * (means.shape[1] ** 0.5 + 4)
    assert (apart < bound).double().mean() > 0.95, "samples lie about the means, within their deviation"


def _check_tones(data: Dataset) -> None:
    assert isinstance(data, ToneDataset)
    law, shape = data.law, tuple(data.shape)
    assert len(shape) == 2, f"tones have shape (1, length), not {shape}"
    assert shape[0] == 1, f"tones have one channel, not {shape[0]}"
    assert 0 < law.frequency[0] < law.frequency[1] < shape[1] / 2, "frequencies lie below half the length"
    loudest = data.head("test", min(500, data.count("test"))).samples.abs().max().item()
    assert loudest <= law.amplitude[1] + 6 * law.noise, f"waveforms reach {loudest:g}, beyond the law's amplitude"
