"""Whether a suite can be run as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from ganbench.schema.spec import RunSpec, Suite
from ganbench.suites.expand import expand
from ganbench.suites.toml import find_suite
from ganbench.testing.kit import Checks, require

SUITE = "ganbench.Suite"


class SuiteChecks(Checks):
    """What a suite must say; nothing is trained, and no data are read."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.it_says_what_it_is, cls.it_stands_for_runs, cls.no_run_is_there_twice, cls.every_seed_is_run_alike,
            cls.checkpoints_ascend_to_the_end,
        )  # fmt: skip

    @cached_property
    def suite(self) -> Suite:
        """The suite, read once."""
        return find_suite(self.choice.name, self.factory.catalog)

    @cached_property
    def specs(self) -> list[RunSpec]:
        """Its runs."""
        return list(expand(self.suite, self.factory.catalog))

    def it_says_what_it_is(self) -> None:
        """A suite has the name of its card, a sentence, and a version of 1 or more."""
        require(self.suite.name == self.choice.name, f"the name {self.choice.name!r}", repr(self.suite.name), SUITE)
        require(bool(self.suite.about.strip()), "a sentence in `about`", "nothing", f"{SUITE}.about")
        require(self.suite.version >= 1, "a version of 1 or more", self.suite.version, f"{SUITE}.version")

    def it_stands_for_runs(self) -> None:
        """Every name in it is on offer, and at least one run comes of it."""
        require(len(self.specs) > 0, "a run or more", "none", f"{SUITE}.entries")

    def no_run_is_there_twice(self) -> None:
        """No two of its runs are the same."""
        keys = [spec.key for spec in self.specs]
        require(len(set(keys)) == len(keys), "runs that differ", f"{len(keys) - len(set(keys))} twice", SUITE)

    def every_seed_is_run_alike(self) -> None:
        """Every cell of it is run from the same seeds."""
        seeds: dict[tuple[object, ...], set[int]] = {}
        for spec in self.specs:
            seeds.setdefault((spec.dataset, spec.model, spec.loss, spec.recipe), set()).add(spec.seed)
        counts = {len(each) for each in seeds.values()}
        require(len(counts) == 1, "as many seeds in each cell", sorted(counts), f"{SUITE}.seeds")

    def checkpoints_ascend_to_the_end(self) -> None:
        """Checkpoints are shares of the budget that ascend to 1."""
        shares = list(self.suite.checkpoints)
        require(shares == sorted(set(shares)) and shares[-1] == 1.0, "ascending to 1", shares, f"{SUITE}.checkpoints")
