"""All checks of a thing, as an author calls them: one by one under pytest, as a list, or until the first fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ganbench.errors import UnfitError
from ganbench.registry.catalog import plural
from ganbench.registry.factory import Factory
from ganbench.testing.datasets import DatasetChecks
from ganbench.testing.executors import ExecutorChecks
from ganbench.testing.features import FeatureChecks
from ganbench.testing.kit import Checks, Expectations, NotApplicableError, Outcome, Subject, Verdict
from ganbench.testing.losses import LossChecks
from ganbench.testing.metrics import MetricChecks
from ganbench.testing.models import ModelChecks
from ganbench.testing.sections import SectionChecks
from ganbench.testing.suites import SuiteChecks

if TYPE_CHECKING:
    import pytest

CHECKS: Mapping[str, type[Checks]] = {
    "models": ModelChecks,
    "losses": LossChecks,
    "datasets": DatasetChecks,
    "features": FeatureChecks,
    "metrics": MetricChecks,
    "suites": SuiteChecks,
    "executors": ExecutorChecks,
    "report-sections": SectionChecks,
}
SOMETHING = "something-was-checked"
_NOTHING: Mapping[str, str] = MappingProxyType({})


def run_checks(subject: Subject, expected_failures: Mapping[str, str] = _NOTHING, slow: bool = True) -> list[Outcome]:
    """Return the outcome of every check of a subject; where all were skipped, a failure that says so comes last.

    expected_failures: known ones, by check, with the reason. slow: whether checks that take long are run too.
    Raises BadOptionError for a check that there is not.
    """
    kind = CHECKS[subject.kind]
    expected, checks = Expectations(expected_failures), kind(subject)
    expected.check(kind.names())
    names = [name for name in kind.names() if slow or name not in kind.SLOW]
    outcomes = [expected.outcome(checks, name) for name in names]
    if all(outcome.verdict is Verdict.SKIPPED for outcome in outcomes):
        why = f"all {len(outcomes)} were skipped: {outcomes[0].reason}"
        outcomes.append(Outcome(SOMETHING, Verdict.FAILED, "one check that applies", why, "ganbench.testing"))
    return outcomes


@dataclass
class _Case:
    """One check of one thing, to be called in a test. Cases of a thing share what they compute."""

    name: str
    kind: str
    make: Callable[[], Subject]
    shared: list[Checks] = field(default_factory=list)

    def __call__(self) -> None:
        """Run the check; skips the test where it says nothing of this thing."""
        import pytest

        if not self.shared:
            self.shared.append(CHECKS[self.kind](self.make()))
        checks = self.shared[0]
        if self.name == SOMETHING:
            reasons = [_skipped(checks, name) for name in checks.names()]
            assert not all(reasons), f"every check was skipped: {reasons[0]}"
            return
        try:
            checks.run(self.name)
        except NotApplicableError as error:
            pytest.skip(str(error))


def _skipped(checks: Checks, name: str) -> str:
    try:
        checks.run(name)
    except NotApplicableError as error:
        return str(error)
    except AssertionError:
        return ""
    return ""


def conformance(
    kind: str, name: str, expected_failures: Mapping[str, str] = _NOTHING, **setting: Any
) -> pytest.MarkDecorator:
    """Return what makes one test of each check: a decorator of `def test_it_conforms(check): check()`.

    kind: `model`, `loss`, `dataset`, `feature`, `metric`, `suite`, `executor` or `section`. setting: what Subject.of
    takes: dataset, loss, root, factory. expected_failures: by check, each with its reason; one that passes fails.
    """
    import pytest

    of_kind = plural(kind)
    known = CHECKS[of_kind]
    Expectations(expected_failures).check(known.names())
    shared: list[Checks] = []
    cases = []
    for check in (*known.names(), SOMETHING):
        reason = expected_failures.get(check)
        marks = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]
        case = _Case(check, of_kind, lambda: Subject.of(of_kind, name, **setting), shared)
        cases.append(pytest.param(case, id=check, marks=marks))
    return pytest.mark.parametrize("check", cases)


def check_model(
    name: str,
    dataset: str | None = None,
    loss: str | None = None,
    factory: Factory | None = None,
    precision: str = "fp32",
) -> None:
    """Raise BrokenContractError for the first check that a model fails; those that train for long are left out.

    precision: of its networks, "fp32" or "bf16".
    """
    subject = Subject.of("models", name, dataset, loss, factory=factory)
    subject.precision = precision
    _first_failure(subject)


def check_loss(name: str, factory: Factory | None = None) -> None:
    """Raise BrokenContractError for the first check that a loss fails, but for the training of hundreds of steps."""
    _first_failure(Subject.of("losses", name, factory=factory))


def check_dataset(name: str, root: Path | None = None, factory: Factory | None = None) -> None:
    """Raise BrokenContractError for the first check that a dataset fails. root: folder of data, if any."""
    _first_failure(Subject.of("datasets", name, root=root, factory=factory))


def check_metric(name: str, dataset: str | None = None, factory: Factory | None = None) -> None:
    """Raise BrokenContractError for the first check that a metric fails."""
    _first_failure(Subject.of("metrics", name, dataset, factory=factory))


def _first_failure(subject: Subject) -> None:
    """Run the quick checks until one fails; raises UnfitError with the reason where none of them applies."""
    kind = CHECKS[subject.kind]
    checks, reasons = kind(subject), []
    names = [name for name in kind.names() if name not in kind.SLOW]
    for name in names:
        try:
            checks.run(name)
        except NotApplicableError as error:
            reasons.append(str(error))
    if len(reasons) == len(names):
        raise UnfitError(f"every check was skipped: {reasons[0]}")
