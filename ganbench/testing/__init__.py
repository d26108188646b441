"""Conformance: what a plugin's author calls in a test to know that a thing keeps its contract, one file a kind.

`conformance` makes a test of every check; `check_model` and its like run them all, and raise what was expected, what
came, and where the contract says so.
"""

from ganbench.testing.conformance import (
    check_dataset,
    check_loss,
    check_metric,
    check_model,
    conformance,
    run_checks,
)
from ganbench.testing.kit import BrokenContractError, Outcome, Subject, Verdict, make_factory

__all__ = [
    "BrokenContractError",
    "Outcome",
    "Subject",
    "Verdict",
    "check_dataset",
    "check_loss",
    "check_metric",
    "check_model",
    "conformance",
    "make_factory",
    "run_checks",
]
