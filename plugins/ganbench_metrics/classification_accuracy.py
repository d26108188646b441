"""The classification accuracy score: a classifier that has seen generated samples alone, judged on real ones."""

import warnings
from collections.abc import Mapping
from typing import Annotated

import numpy as np

from ganbench import Evidence, Setting, Side, UnfitError
from ganbench_metrics.frechet import Matrix

_STEPS = 300  # of L-BFGS; it rarely needs as many, and a score that stops there is still a score


class ClassificationAccuracy:
    """Fulfils contracts.Metric where both sides have labels.

    After Ravuri and Vinyals (2019), with a logistic regression on the features in place of their ResNet: it
    has one optimum, so its score has no randomness of its own.
    """

    def __init__(
        self,
        strength: Annotated[
            float, Setting("of the L2 penalty beside the mean cross-entropy, on features of unit spread", above=0)
        ] = 0.01,
    ) -> None:
        self.strength = strength

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return classification_accuracy of held-out real samples by what generated ones taught."""
        return {
            "classification_accuracy": accuracy(
                *_taught(evidence.fake), *_taught(evidence.real), strength=self.strength
            )
        }


def accuracy(
    features: Matrix, labels: np.ndarray, unseen: Matrix, truth: np.ndarray, *, strength: float = 0.01
) -> float:
    """Fit on features (n, d) and labels (n,); return the share of unseen (m, d) that is judged as truth (m,) has it.

    Raises UnfitError for features that are not finite, and for a single class, from which nothing is learnt.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if not (np.isfinite(features).all() and np.isfinite(unseen).all()):
        raise UnfitError("the features are not finite")
    if len(np.unique(labels)) < 2:
        raise UnfitError("a classifier learns from two classes or more")
    if not len(unseen):
        raise UnfitError("there are no real samples to judge")
    regression = LogisticRegression(C=1 / (strength * len(features)), max_iter=_STEPS)
    classifier = make_pipeline(StandardScaler(), regression)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(features, labels)
    return float((classifier.predict(unseen) == truth).mean())


def _taught(side: Side) -> tuple[Matrix, np.ndarray]:
    assert side.condition is not None, "a metric that reads labels says so in its card's needs"
    return side.vectors.detach().double().cpu().numpy(), side.condition.cpu().numpy()
