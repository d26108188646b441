"""Whether a feature space keeps its contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ganbench.contracts.cards import FeatureCard
from ganbench.contracts.datasets import SampleFormat
from ganbench.contracts.metrics import FeatureSpace, ProfiledSpace
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench.testing.kit import Checks, NotApplicableError, require
from ganbench.testing.toys import TOYS

SPACE = "ganbench.FeatureSpace"
_COUNT = 12


class FeatureChecks(Checks):
    """What a feature space must do, on a dataset that it takes: a named one, or the first toy."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.vectors_are_finite_rows, cls.a_samples_features_are_its_own, cls.equal_samples_have_equal_features,
            cls.other_samples_have_other_features, cls.the_digest_is_text,
        )  # fmt: skip

    def vectors_are_finite_rows(self) -> None:
        """Features are finite vectors (n, d) of a floating type, and logits (n, classes) where there are any."""
        found = self._space(self._samples)
        shape = tuple(found.vectors.shape)
        require(len(shape) == 2 and shape[0] == _COUNT, f"vectors ({_COUNT}, d)", shape, SPACE)
        require(found.vectors.is_floating_point(), "a floating type", found.vectors.dtype, SPACE)
        require(bool(found.vectors.isfinite().all()), "finite vectors", "others", SPACE)
        if found.logits is not None:
            rows = tuple(found.logits.shape)
            require(len(rows) == 2 and rows[0] == _COUNT, f"logits ({_COUNT}, classes)", rows, "ganbench.Features")

    def a_samples_features_are_its_own(self) -> None:
        """A sample has the same features whatever stands beside it, for spaces are asked in chunks."""
        whole = self._space(self._samples).vectors
        parts = torch.cat([self._space(part).vectors for part in torch.split(self._samples, 5)])
        require(torch.allclose(whole, parts, rtol=1e-3, atol=1e-4), "the same in chunks", "other vectors", SPACE)

    def equal_samples_have_equal_features(self) -> None:
        """Two calls give the same."""
        first, again = (self._space(self._samples).vectors for _ in range(2))
        require(torch.equal(first, again), "equal vectors", "others", SPACE)

    def other_samples_have_other_features(self) -> None:
        """Samples of two kinds have vectors that differ."""
        vectors = self._space(self._samples).vectors
        require(bool(vectors.std(dim=0).max() > 0), "vectors that differ", "equal ones", SPACE)

    def the_digest_is_text(self) -> None:
        """The digest of a ProfiledSpace is a few hex digits, or nothing."""
        if not isinstance(self._space, ProfiledSpace):
            raise NotApplicableError("it does not claim to be a ProfiledSpace")
        digest = self._space.profile().digest
        require(set(digest) <= set("0123456789abcdef"), "hex digits", repr(digest), "ganbench.SpaceProfile")

    @cached_property
    def _found(self) -> tuple[FeatureSpace, Tensor]:
        card: FeatureCard = self.factory.catalog.get("features", self.choice.name)
        chosen = [self.subject.dataset] if self.subject.dataset else [Choice(toy) for toy in TOYS]
        reasons = []
        for dataset in chosen:
            data = self.factory.dataset(dataset)
            kind = "images" if len(data.shape) == 3 else "points"
            if not card.fits(dataset.name, kind):
                reasons.append(f"its card knows {', '.join(card.knows)}, and not {dataset}; name a dataset")
                continue
            samples = data.head("test", _COUNT).samples
            try:
                return self.factory.space(self.choice, SampleFormat(tuple(data.shape), data.classes, "cpu")), samples
            except UnfitError as error:
                reasons.append(str(error))
        raise NotApplicableError(reasons[-1])

    @property
    def _space(self) -> FeatureSpace:
        return self._found[0]

    @property
    def _samples(self) -> Tensor:
        return self._found[1]
