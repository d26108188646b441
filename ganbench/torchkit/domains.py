"""Two domains of pictures, in memory: unpaired in training, whatever is known of their pairs."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ganbench.contracts.datasets import Batch, Conditioned
from ganbench.contracts.pairs import KnownPairs
from ganbench.schema.condition import Sources
from ganbench.seeds import stream
from ganbench.torchkit.resident import Resident

_HEAD_SEED = 0

Pictures = tuple[Tensor, Tensor]  # samples, and sources: uint8 (n, channels, height, width)


class TwoDomains(Resident, Conditioned):
    """Samples of one domain, asked for by pictures of the other; fulfils contracts.Dataset.

    train: samples (n, …) and sources (m, …), uint8, each shuffled in passes of its own. test: as many of each as the
    fewer of them are. truth: whether held-out samples are those that their sources belong to, one by one.
    """

    def __init__(self, train: Pictures, test: Pictures, *, truth: bool) -> None:
        samples, sources = train
        held_out = min(map(len, test))
        unlabelled = torch.zeros(len(samples), dtype=torch.int64)
        test_samples, test_sources = (part[:held_out] for part in test)
        super().__init__({"train": (samples, unlabelled), "test": (test_samples, test_sources)}, classes=0)
        self._sources = _apart(sources)
        self._truth = truth

    @property
    def condition(self) -> Sources:
        """Unpaired sources."""
        return Sources(self._sources.shape, paired=False, truth=self._truth)

    def to(self, device: str) -> "TwoDomains":
        """Return the same data on a device."""
        moved = super().to(device)
        assert isinstance(moved, TwoDomains)
        moved._sources = self._sources.to(device)
        return moved

    def batches(self, split: str, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches without end; those of training have samples and sources that were shuffled apart."""
        batches = super().batches(split, size, seed, start)
        if split != "train":
            yield from batches
            return
        sources = self._sources.batches("train", size, stream(seed, "sources"), start)
        for batch, other in zip(batches, sources, strict=False):
            yield Batch(batch.samples, other.samples)

    def head(self, split: str, n: int) -> Batch:
        """Return the first n samples of a split in one fixed order; sources of training go round again if fewer."""
        batch = super().head(split, n)
        if split != "train":
            return batch
        return Batch(batch.samples, next(self._sources.batches("train", len(batch.samples), _HEAD_SEED)).samples)


class PairedDomains(TwoDomains, KnownPairs):
    """The same where the pairs of training are known, to be learnt from by models that ask for them.

    pairs: samples and sources (k, …), uint8, that belong together one by one.
    """

    def __init__(self, train: Pictures, test: Pictures, pairs: Pictures, *, truth: bool) -> None:
        super().__init__(train, test, truth=truth)
        self._pairs = Resident({"train": pairs}, classes=0)

    def to(self, device: str) -> "PairedDomains":
        """Return the same data on a device."""
        moved = super().to(device)
        assert isinstance(moved, PairedDomains)
        moved._pairs = self._pairs.to(device)
        return moved

    def pairs(self, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches of sources with their own samples, cut from shuffled passes laid end to end."""
        return self._pairs.batches("train", size, seed, start)


def _apart(pictures: Tensor) -> Resident:
    return Resident({"train": (pictures, torch.zeros(len(pictures), dtype=torch.int64))}, classes=0)
