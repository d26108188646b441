"""`ganbench score`'s work: two sides as a user names them, compared by metrics of choice."""

from dataclasses import replace
from functools import partial

from ganbench.choice import Choice
from ganbench.comparison import Comparison
from ganbench.featuring import Featured
from ganbench.inputs import Input, Reader, matched
from ganbench.plugins import Catalog
from ganbench.workbench import Workbench


def compare(reader: Reader, fake: str, real: str) -> Comparison:
    """Read both sides and set them against each other; raises what Reader.read and matched raise."""
    truth = reader.read(real)
    truth, made = matched(truth, reader.read(fake, like=truth))
    protocol: dict[str, str | int | float] = {"split": truth.split} if truth.split else {}
    protocol |= {"real": len(truth.samples), "fake": len(made.samples), "seed": reader.seed}
    if made.model is not None:
        protocol["average"] = getattr(made.model, "average", None) or "none"
    there, drawn = (_featured(reader.bench, side, truth, keep=side is truth) for side in (truth, made))
    return Comparison(reader.bench, there, drawn, reader.seed, protocol, truth.dataset, made.model)


def choose(catalog: Catalog, metrics: str | None, features: str | None) -> list[Choice]:
    """Read metrics joined by commas, or take those that are on offer as defaults.

    features: the space of each that has one and was not given its own.

    Raises UnknownNameError for names that are not on offer.
    """
    named = [Choice(card.name) for card, _ in catalog.cards("metrics") if getattr(card, "default", False)]
    chosen = []
    for metric in Choice.parse_many(metrics) if metrics else named:
        own = metric.to_dict()
        if catalog.get("metrics", metric.name).features and features and "features" not in own:
            metric = replace(metric, parameters=(*metric.parameters, ("features", features)))  # noqa: PLW2901
        space = metric.to_dict().get("features")
        if space:
            catalog.get("features", Choice.parse(str(space)).name)
        chosen.append(metric)
    return chosen


def _featured(bench: Workbench, side: Input, truth: Input, keep: bool) -> Featured:
    classes = truth.dataset.classes if truth.dataset else 0
    return Featured(side.samples, side.labels, partial(bench.features, classes=classes, keep=keep))
