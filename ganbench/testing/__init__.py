"""Conformance: what a plugin's author calls in a test to know that a thing keeps its contract, one file a kind.

Each check takes a name on offer, with parameters if need be, and raises AssertionError in one sentence.
"""

from ganbench.testing.bench import make_factory
from ganbench.testing.datasets import check_dataset
from ganbench.testing.losses import check_loss
from ganbench.testing.metrics import check_metric
from ganbench.testing.models import check_model

__all__ = ["check_dataset", "check_loss", "check_metric", "check_model", "make_factory"]
