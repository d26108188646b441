"""What conformance checks are made of: a thing on offer, checks with verdicts, and the contracts that they cite."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError, DataMissingError, UnfitError, nearest
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.testing.toys import with_toys


class BrokenContractError(AssertionError):
    """A check that failed: what was expected, what came, and where the contract says so."""

    def __init__(self, expected: str, found: str, where: str) -> None:
        super().__init__(f"expected: {expected}; found: {found}; see {where}")
        self.expected, self.found, self.where = expected, found, where


class NotApplicableError(Exception):
    """A check that says nothing about this thing, with the reason."""


def require(kept: bool, expected: str, found: object, where: str) -> None:
    """Raise BrokenContractError unless a rule is kept. where: the contract, such as `ganbench.Model.sample`."""
    if not kept:
        raise BrokenContractError(expected, str(found), where)


class Verdict(StrEnum):
    """What became of a check; `expected` is a failure that was expected, with its reason."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    EXPECTED = "expected failure"


@dataclass(frozen=True)
class Outcome:
    """One check's verdict. expected, found, where: of a failure. reason: of a skip, or of an expected failure."""

    check: str
    verdict: Verdict
    expected: str = ""
    found: str = ""
    where: str = ""
    reason: str = ""


@dataclass
class Subject:
    """One thing on offer, and what it is checked with.

    kind: as hooks name it, `models`. dataset: None for the kit's own toys. loss: None for the model's own.
    precision: of a model's networks, "fp32" or "bf16".
    """

    kind: str
    choice: Choice
    factory: Factory
    dataset: Choice | None = None
    loss: Choice | None = None
    precision: str = "fp32"

    @classmethod
    def of(
        cls,
        kind: str,
        name: str,
        dataset: str | None = None,
        loss: str | None = None,
        root: Path | None = None,
        factory: Factory | None = None,
    ) -> Subject:
        """Return a subject as authors name it; root: folder of data; factory: everything that is installed, on the CPU.

        Raises UnknownNameError for what is not on offer.
        """
        made = factory or make_factory(root)
        toyed = replace(made, catalog=with_toys(made.catalog))  # which shares the data that it has loaded
        choice = Choice.parse(name)
        toyed.catalog.get(kind, choice.name)
        data, objective = (Choice.parse(text) if text else None for text in (dataset, loss))
        for named, of_kind in ((data, "datasets"), (objective, "losses")):
            if named:
                toyed.catalog.get(of_kind, named.name)
        return cls(kind, choice, toyed, data, objective)


class Checks:
    """The checks of one kind, as methods; what several of them need is computed once. Subclasses list them."""

    SLOW: frozenset[str] = frozenset()  # names of checks that take more than a few seconds

    def __init__(self, subject: Subject) -> None:
        self.subject, self.factory, self.choice = subject, subject.factory, subject.choice

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        raise NotImplementedError

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the checks: a method's, with hyphens."""
        return [_name(method) for method in cls.methods()]

    def run(self, name: str) -> None:
        """Run one check; raises BrokenContractError, or NotApplicableError where it says nothing."""
        (method,) = [each for each in type(self).methods() if _name(each) == name]
        try:
            method(self)
        except (UnfitError, DataMissingError) as error:
            raise NotApplicableError(str(error)) from None
        except (BrokenContractError, NotApplicableError):
            raise
        except Exception as error:  # a stranger's code may raise anything
            about = (inspect.getdoc(method) or name).splitlines()[0]
            found = f"{type(error).__name__}: {error}".splitlines()[0]
            raise BrokenContractError(about, found, f"ganbench.contracts.{self.subject.kind}") from error


@dataclass(frozen=True)
class Expectations:
    """Failures that are known, by check, each with its reason; what is expected to fail and passes is a failure."""

    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def check(self, names: Sequence[str]) -> None:
        """Raise BadOptionError for a check that there is not."""
        for name in self.failures:
            if name not in names:
                raise BadOptionError(f"no check is called {name!r}{nearest(name, names)}")

    def outcome(self, checks: Checks, name: str) -> Outcome:
        """Run a check and judge what came of it."""
        reason = self.failures.get(name)
        try:
            checks.run(name)
        except NotApplicableError as error:
            return Outcome(name, Verdict.SKIPPED, reason=str(error))
        except BrokenContractError as error:
            verdict = Verdict.FAILED if reason is None else Verdict.EXPECTED
            return Outcome(name, verdict, error.expected, error.found, error.where, reason or "")
        if reason is None:
            return Outcome(name, Verdict.PASSED)
        return Outcome(name, Verdict.FAILED, "a failure, for it is expected", "it passes; expect it no longer", reason)


def _name(method: Callable[[Any], None]) -> str:
    return method.__name__.replace("_", "-")


def make_factory(root: Path | None = None) -> Factory:
    """Return a factory on the CPU of everything that is installed. root: folder of data, if any."""
    return Factory(discover(), "cpu", Source(root, root or Path()))
