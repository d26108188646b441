"""Which source belongs to which sample: who knows it, and who is shown it in training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from ganbench.contracts.capabilities import Profile
from ganbench.contracts.datasets import Batch, Dataset, condition_of
from ganbench.errors import UnfitError
from ganbench.schema.condition import Condition, Sources


class KnownPairs(ABC):
    """Claimed by a dataset whose training sources are unpaired, and which knows the pairs all the same.

    Its `batches` show nobody which belong together; a model whose profile has paired sources learns from these.
    """

    @abstractmethod
    def pairs(self, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches of training sources with their own samples, without end, as Dataset.batches does."""


def training_batches(dataset: Dataset, profile: Profile, seed: int, start: int = 0) -> Iterator[Batch]:
    """Return the batches that a model of this profile learns from: pairs where it asks for them.

    Raises UnfitError as check_pairs does.
    """
    check_pairs(dataset, profile)
    if _asks(dataset, profile) and isinstance(dataset, KnownPairs):
        return dataset.pairs(profile.batch, seed, start)
    return dataset.batches("train", profile.batch, seed, start)


def check_pairs(dataset: Dataset, profile: Profile) -> None:
    """Raise UnfitError for a model that learns from pairs on data that know none."""
    if _asks(dataset, profile) and not isinstance(dataset, KnownPairs):
        raise UnfitError("it learns from pairs, and these data know none; use a model for unpaired domains")


def same_question(first: Condition | None, second: Condition | None) -> bool:
    """Whether samples are asked for by the same: sources of one shape, whoever knows their pairs."""
    if isinstance(first, Sources) and isinstance(second, Sources):
        return first.shape == second.shape
    return first == second


def _asks(dataset: Dataset, profile: Profile) -> bool:
    """Whether a model learns from pairs where the batches of the data are unpaired."""
    wanted, given = profile.condition, condition_of(dataset)
    return isinstance(wanted, Sources) and isinstance(given, Sources) and wanted.paired and not given.paired
