"""Samples whose captions name factors of the whole sample, each of which is read off any other sample likewise."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganbench.contracts.datasets import Batch, Conditioned

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Factor:
    """One thing that captions say of a sample, by one of a few values.

    words: for each value; its number is its place in these plus 1, and 0 is for what is not said, or not there.
    """

    name: str
    words: tuple[str, ...]


class DescribedDataset(Conditioned):
    """Claimed by a dataset of samples each of which is asked for by a caption of its factors."""

    @property
    @abstractmethod
    def factors(self) -> tuple[Factor, ...]:
        """What captions may say, in the order in which tensors have it."""

    @abstractmethod
    def said(self, captions: Tensor) -> Tensor:
        """Return the number of each factor that captions (n, length) say, (n, factors) int64; 0 where they don't."""

    @abstractmethod
    def compositions(self, n: int) -> Batch:
        """Return n samples or fewer, the same each time, of pairs of values that are in neither split, and captions."""
