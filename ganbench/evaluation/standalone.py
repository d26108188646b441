"""`ganbench score`'s work: two sides as a user names them, compared by metrics of choice."""

from collections.abc import Iterator, Sequence
from functools import partial

from ganbench.contracts.capabilities import SamplingModes
from ganbench.contracts.cards import MetricCard
from ganbench.errors import BadOptionError
from ganbench.evaluation.comparison import Comparison, drawing_protocol
from ganbench.evaluation.features import Featured, FeatureStore
from ganbench.evaluation.sources import Named, Reader, SampleSource, matched
from ganbench.registry.catalog import Catalog
from ganbench.registry.measure import FEATURES, space_of, with_features
from ganbench.schema.choice import Choice

_VARIED = ("average", "batch_norm")  # what a protocol says of a sampling mode


def compare(reader: Reader, fake: Named, real: Named) -> Comparison:
    """Read both sides and set them against each other; raises what Reader.read and matched raise."""
    truth = reader.read(real)
    return _compared(reader, truth, reader.read(fake, like=truth))


def variants(reader: Reader, fake: str, real: str) -> Iterator[tuple[str, Comparison]]:
    """Yield a run's model in each of its sampling modes, by name, against a real side.

    Raises BadOptionError for a side that is no run's, or of a model that draws in one way alone.
    """
    truth = reader.read(real)
    model = reader.read(fake, like=truth).model
    modes = model.modes() if isinstance(model, SamplingModes) else ()
    if model is None or len(modes) < 2:
        what = "is no run" if model is None else "draws in one way alone: it has no average and no batch norm"
        raise BadOptionError(f"variants are of a run's model, and {fake!r} {what}")
    for mode in modes:
        comparison = _compared(reader, truth, reader.read(fake, like=truth, mode=mode))
        facts = {name: comparison.protocol[name] for name in _VARIED if name in comparison.protocol}
        yield ", ".join(f"{name} {fact}" for name, fact in facts.items()), comparison


def _compared(reader: Reader, truth: SampleSource, made: SampleSource) -> Comparison:
    truth, made = matched(truth, made)
    protocol: dict[str, str | int | float] = {"split": truth.split} if truth.split else {}
    protocol |= {"real": len(truth.samples), "fake": len(made.samples), "seed": reader.seed}
    if made.model is not None:
        protocol |= drawing_protocol(made.profile)
    if made.drawn and made.profile.condition:
        protocol[made.profile.condition.kind] = made.drawn
    there, drawn = (_featured(reader.features, side, truth, keep=side is truth) for side in (truth, made))
    paired = _featured(reader.features, made.paired, truth, keep=False) if made.paired else None
    facts = (reader.seed, protocol, truth.dataset, made.model, made.profile)
    return Comparison(reader.features, there, drawn, *facts, paired=paired, data=_name(truth))


def _name(side: SampleSource) -> str:
    """Return the name of the dataset that a side is a split of; nothing for one that has no name, or any other side."""
    named = side.name.rpartition(":")[0]
    return Choice.parse(named).name if side.dataset and named else ""


def choose(catalog: Catalog, metrics: Sequence[Choice] | None, features: str | None) -> list[Choice]:
    """Return metrics as they are to be scored, or those that are on offer as defaults.

    features: the space of each that has one and was not given its own.

    Raises UnknownNameError for names that are not on offer.
    """
    defaults = [
        Choice(card.name) for card, _ in catalog.cards("metrics") if isinstance(card, MetricCard) and card.default
    ]
    chosen = []
    for metric in metrics or defaults:
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
    return Featured(side.samples, side.condition, partial(features.features, classes=classes, keep=keep))
