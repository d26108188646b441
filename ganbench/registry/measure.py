"""A chosen metric, made once: the choice, its card, the feature space that it is scored in, and the thing itself."""

from dataclasses import dataclass

from ganbench.contracts.cards import MetricCard
from ganbench.contracts.metrics import Metric
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice

FEATURES = "features"  # the reserved parameter of every metric that has a feature space


@dataclass(frozen=True)
class Measure:
    """A metric as it was chosen. space: None for one of the samples themselves."""

    choice: Choice
    card: MetricCard
    space: Choice | None
    metric: Metric

    @property
    def name(self) -> str:
        """The metric with its parameters, as scores are named: `frechet:features=raw`."""
        return str(self.choice)


def space_of(card: MetricCard, choice: Choice) -> Choice | None:
    """Return the feature space that a metric is scored in; None for one of the samples themselves.

    Raises BadOptionError for a space named to a metric that has none, or by a text that can't be read.
    """
    named = choice.to_dict().get(FEATURES, card.features)
    if card.features is None:
        if FEATURES in choice.to_dict():
            raise BadOptionError(f"metric {choice.name!r} is of the samples themselves, so it takes no features")
        return None
    return Choice.parse(str(named))


def own_parameters(choice: Choice) -> Choice:
    """Return a metric's choice without the reserved parameter, which is not its own."""
    return Choice(choice.name, tuple(item for item in choice.parameters if item[0] != FEATURES))


def with_features(choice: Choice, space: str) -> Choice:
    """Return a metric's choice in another feature space."""
    return Choice.of(choice.name, choice.to_dict() | {FEATURES: space})
