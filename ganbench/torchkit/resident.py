"""Datasets that rest on the device, images as bytes, so that a batch costs one gather and no copy."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench.contracts.datasets import Batch
from ganbench.seeds import stream

_HEAD_SEED = 0  # the order of held-out samples is the same for every run


class Resident:
    """A dataset held whole in memory; fulfils contracts.Dataset.

    splits: "train" and "test", each samples and what they are asked for by. Samples are uint8 images (n, channels,
    height, width), given out as float32 in [-1, 1], or float32 points (n, dimensions), given out as they are. Labels
    are int64 (n,), captions int64 (n, length), and sources images as samples are.
    """

    def __init__(self, splits: Mapping[str, tuple[Tensor, Tensor]], classes: int) -> None:
        self.splits = dict(splits)
        self.classes = classes
        self.shape = tuple(self.splits["train"][0].shape[1:])

    def to(self, device: str) -> "Resident":
        """Return the same data on a device; everything else that this dataset knows goes along."""
        moved = object.__new__(type(self))
        moved.__dict__.update(self.__dict__)
        moved.splits = {
            split: (samples.to(device), condition.to(device)) for split, (samples, condition) in self.splits.items()
        }
        return moved

    def count(self, split: str) -> int:
        """Return how many samples a split has."""
        return len(self.splits[split][0])

    def batches(self, split: str, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches without end, cut from shuffled passes laid end to end.

        Every sample is seen once before any is seen twice, and the batch at a given start is the same
        whether or not the ones before it were drawn: an interrupted run goes on where it was.
        """
        samples, _ = self.splits[split]
        epoch, offset = divmod(start, len(samples))
        order = self._permutation(split, seed, epoch)[offset:]
        while True:
            while len(order) < size:
                epoch += 1
                order = torch.cat([order, self._permutation(split, seed, epoch)])
            yield self._take(split, order[:size])
            order = order[size:]

    def head(self, split: str, n: int) -> Batch:
        """Return the first n samples of a split in one fixed, mixed order."""
        return self._take(split, self._head_order(split)[:n])

    def _head_order(self, split: str) -> Tensor:
        return self._permutation(split, _HEAD_SEED, 0)

    def _permutation(self, split: str, seed: int, epoch: int) -> Tensor:
        # drawn on the CPU, so that every device sees the data in the same order
        samples, _ = self.splits[split]
        generator = torch.Generator().manual_seed(stream(seed, f"{split} pass {epoch}"))
        return torch.randperm(len(samples), generator=generator).to(samples.device, non_blocking=True)

    def _take(self, split: str, order: Tensor) -> Batch:
        samples, condition = self.splits[split]
        return Batch(taken(samples, order), taken(condition, order))


def taken(values: Tensor, order: Tensor) -> Tensor:
    """Return the values (m, …) at positions (m,), bytes as float32 in [-1, 1]."""
    chosen = values.index_select(0, order)
    return chosen.float().div_(127.5).sub_(1.0) if chosen.dtype == torch.uint8 else chosen
