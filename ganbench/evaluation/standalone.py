"""`ganbench score`'s work: two sides as a user names them, compared by metrics of choice."""

from functools import partial

from ganbench.contracts.cards import MetricCard
from ganbench.evaluation.comparison import Comparison
from ganbench.evaluation.features import Featured, FeatureStore
from ganbench.evaluation.sources import Reader, SampleSource, matched
from ganbench.registry.catalog import Catalog
from ganbench.registry.measure import FEATURES, space_of, with_features
from ganbench.schema.choice import Choice


def compare(reader: Reader, fake: str, real: str) -> Comparison:
    """Read both sides and set them against each other; raises what Reader.read and matched raise."""
    truth = reader.read(real)
    truth, made = matched(truth, reader.read(fake, like=truth))
    protocol: dict[str, str | int | float] = {"split": truth.split} if truth.split else {}
    protocol |= {"real": len(truth.samples), "fake": len(made.samples), "seed": reader.seed}
    if made.model is not None:
        protocol["average"] = made.profile.average or "none"
    there, drawn = (_featured(reader.features, side, truth, keep=side is truth) for side in (truth, made))
    return Comparison(reader.features, there, drawn, reader.seed, protocol, truth.dataset, made.model, made.profile)


def choose(catalog: Catalog, metrics: str | None, features: str | None) -> list[Choice]:
    """Read metrics joined by commas, or take those that are on offer as defaults.

    features: the space of each that has one and was not given its own.

    Raises UnknownNameError for names that are not on offer.
    """
    defaults = [
        Choice(card.name) for card, _ in catalog.cards("metrics") if isinstance(card, MetricCard) and card.default
    ]
    chosen = []
    for metric in Choice.parse_many(metrics) if metrics else defaults:
        card = catalog.get("metrics", metric.name)
        given = with_features(metric, features) if features and card.features and not _names_space(metric) else metric
        if space := space_of(card, given):
            catalog.get("features", space.name)
        chosen.append(given)
    return chosen


def _names_space(metric: Choice) -> bool:
    return FEATURES in metric.to_dict()


def _featured(features: FeatureStore, side: SampleSource, truth: SampleSource, keep: bool) -> Featured:
    classes = truth.dataset.classes if truth.dataset else 0
    return Featured(side.samples, side.labels, partial(features.features, classes=classes, keep=keep))
