"""Whether a dataset keeps its contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import torch

from ganbench.contracts.datasets import Dataset, GaussianModes, ToneDataset, condition_of
from ganbench.contracts.pairs import KnownPairs
from ganbench.schema.condition import Captions, Condition, Sources
from ganbench.testing.kit import Checks, NotApplicableError, require

BATCHES, HEAD = "ganbench.Dataset.batches", "ganbench.Dataset.head"
_SPLITS = ("train", "test")


class DatasetChecks(Checks):
    """What a dataset must do: two splits, whole passes, the same from equal seeds."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.samples_have_their_shape_and_range, cls.conditions_are_what_it_says, cls.a_head_has_as_many_as_asked,
            cls.a_pass_has_every_sample_once, cls.batches_go_on_from_any_start, cls.seeds_shuffle,
            cls.global_streams_are_left_alone, cls.pairs_go_on_from_any_start,
            cls.modes_are_where_it_says, cls.tones_keep_their_law,
        )  # fmt: skip

    @cached_property
    def data(self) -> Dataset:
        """The dataset on the CPU."""
        return self.factory.dataset(self.choice)

    def samples_have_their_shape_and_range(self) -> None:
        """Samples are finite float32 in the stated shape; images and waveforms lie in [-1, 1]."""
        shape = tuple(self.data.shape)
        for split in _SPLITS:
            require(self.data.count(split) > 0, f"samples in the {split} split", "none", "ganbench.Dataset.count")
            samples = self._some(split)[0]
            require(samples.dtype == torch.float32, "float32", samples.dtype, "ganbench.Batch")
            require(tuple(samples.shape[1:]) == shape, f"shape {shape}", tuple(samples.shape[1:]), "ganbench.Batch")
            require(bool(samples.isfinite().all()), "finite samples", "others", "ganbench.Batch")
            if len(shape) == 3:
                most = samples.abs().max().item()
                require(most <= 1.0, "images in [-1, 1]", f"{most:g}", "ganbench.Batch")

    def conditions_are_what_it_says(self) -> None:
        """Conditions are the labels, captions or source pictures that the dataset states, one a sample."""
        stated, where = condition_of(self.data), "ganbench.Batch.condition"
        for split in _SPLITS:
            samples, given = self._some(split)
            require(len(given) == len(samples), f"{len(samples)} conditions", len(given), where)
            if isinstance(stated, Sources):
                found = (given.dtype, tuple(given.shape[1:]))
                require(found == (torch.float32, stated.shape), f"float32 pictures {stated.shape}", found, where)
                require(given.abs().max().item() <= 1.0, "pictures in [-1, 1]", given.abs().max().item(), where)
                continue
            require(given.dtype == torch.int64, "int64", given.dtype, where)
            low, high, most = int(given.min()), int(given.max()), _largest(stated)
            require(low >= 0 and high <= most, f"numbers from 0 to {most}", f"{low} to {high}", where)
            if isinstance(stated, Captions):
                shape = tuple(given.shape[1:])
                require(shape == (stated.length,), f"captions of {stated.length} numbers", shape, where)
                require(bool((given[:, 0] > 0).all()), "a word or more in each caption", "an empty one", where)

    def a_head_has_as_many_as_asked(self) -> None:
        """Head gives the first n, each time the same, and the first of more are the same ones."""
        for split in _SPLITS:
            count = self.data.count(split)
            found = len(self.data.head(split, count).samples)
            require(found == count, f"{count} samples", found, HEAD)
            few, more = (self.data.head(split, n).samples for n in (min(3, count), min(7, count)))
            require(torch.equal(few, more[: len(few)]), "the same first ones", "others", HEAD)

    def a_pass_has_every_sample_once(self) -> None:
        """One pass over the training split has each sample once, in another order than the next."""
        count = self.data.count("train")
        if count > 20_000:
            raise NotApplicableError(f"{count:,} samples take too long to look at")
        first, second = (next(self.data.batches("train", count, 0, start)).samples.flatten(1) for start in (0, count))
        same = torch.allclose(first.double().sum(dim=0), second.double().sum(dim=0), atol=1e-4)
        require(same, "the same samples in each pass", "others", BATCHES)
        require(count < 3 or not torch.equal(first, second), "another order in each pass", "the same", BATCHES)

    def batches_go_on_from_any_start(self) -> None:
        """A batch from a start is the one that comes there."""
        late = next(self.data.batches("train", 8, seed=0, start=24)).samples
        fourth = next(islice(self.data.batches("train", 8, seed=0), 3, None)).samples
        require(torch.equal(late, fourth), "the batch that comes there", "another one", BATCHES)

    def seeds_shuffle(self) -> None:
        """Equal seeds give equal batches, others other ones."""
        first, again, other = (next(self.data.batches("train", 8, seed=seed)).samples for seed in (0, 0, 1))
        require(torch.equal(first, again), "equal batches of equal seeds", "others", BATCHES)
        require(not torch.equal(first, other), "other batches of another seed", "the same", BATCHES)

    def global_streams_are_left_alone(self) -> None:
        """Batches and heads draw nothing from the global random stream."""
        before = torch.get_rng_state()
        next(self.data.batches("train", 8, seed=0))
        self.data.head("test", 1)
        require(torch.equal(before, torch.get_rng_state()), "the stream as it was", "another state", BATCHES)

    def pairs_go_on_from_any_start(self) -> None:
        """Pairs of KnownPairs look like other batches, and those from a start are the ones that come there."""
        if not isinstance(self.data, KnownPairs):
            raise NotApplicableError("it does not claim to be KnownPairs")
        where, usual = "ganbench.KnownPairs.pairs", next(self.data.batches("train", 8, seed=0))
        late, fourth = next(self.data.pairs(8, 0, 24)), next(islice(self.data.pairs(8, 0), 3, None))
        for found, first, expected in zip(late, fourth, usual, strict=True):
            require(found.shape == expected.shape, f"shape {tuple(expected.shape)}", tuple(found.shape), where)
            require(torch.equal(found, first), "the pairs that come there", "others", where)

    def modes_are_where_it_says(self) -> None:
        """Samples of GaussianModes lie about the means, within their deviation."""
        if not isinstance(self.data, GaussianModes):
            raise NotApplicableError("it does not claim to be GaussianModes")
        means, deviation, where = self.data.means, self.data.deviation, "ganbench.GaussianModes"
        require(means.ndim == 2, "means (modes, dimensions)", tuple(means.shape), where)
        require(tuple(means.shape[1:]) == tuple(self.data.shape), "the samples' dimensions", tuple(means.shape), where)
        require(deviation > 0, "a deviation above 0", deviation, where)
        samples = self._some("test", 500)[0]
        apart = torch.cdist(samples, means.to(samples.device)).min(dim=1).values
        share = (apart < deviation * (means.shape[1] ** 0.5 + 4)).double().mean().item()
        require(share > 0.95, "samples about the means, within their deviation", f"{share:.0%} of them", where)

    def tones_keep_their_law(self) -> None:
        """Waveforms of a ToneDataset keep to the law's frequencies and amplitudes."""
        if not isinstance(self.data, ToneDataset):
            raise NotApplicableError("it does not claim to be a ToneDataset")
        law, shape, where = self.data.law, tuple(self.data.shape), "ganbench.ToneDataset"
        require(len(shape) == 2 and shape[0] == 1, "shape (1, length)", shape, where)
        ordered = 0 < law.frequency[0] < law.frequency[1] < shape[1] / 2
        require(ordered, "frequencies below half the length", law.frequency, where)
        loudest, bound = self._some("test", 500)[0].abs().max().item(), law.amplitude[1] + 6 * law.noise
        require(loudest <= bound, f"waveforms within {bound:g}", f"{loudest:g}", where)

    def _some(self, split: str, most: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
        batch = next(self.data.batches(split, min(self.data.count(split), most), seed=0))
        return batch[0], batch[1]


def _largest(stated: Condition | None) -> int:
    """Return the largest number that a label, or a word of a caption, may have."""
    if isinstance(stated, Captions):
        return len(stated.vocabulary)
    return 0 if stated is None or isinstance(stated, Sources) else stated.classes - 1
