"""Whether a metric keeps its contract."""

import math
from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from ganbench.contracts.metrics import BoundedByData, Evidence, ModeHistogram, Side
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.testing.bench import make_factory, seeded


def check_metric(name: str, dataset: str, factory: Factory | None = None) -> None:
    """Check that a metric fills its columns, within their ranges, and finds real data no worse than noise."""
    factory = factory or make_factory()
    measure = factory.measure(Choice.parse(name))
    data = factory.dataset(Choice.parse(dataset))
    half = min(250, data.count("test") // 2)
    whole = data.head("test", 2 * half)
    noise = whole.samples[half:] + 3 * torch.randn(whole.samples[half:].shape, generator=seeded())
    embed = partial(FeatureStore(factory).features, measure.space, classes=data.classes) if measure.space else None

    def side(samples: Tensor, condition: Tensor) -> Side:
        return Side(samples, condition, embed(samples) if embed else None)

    def evidence(samples: Tensor) -> Evidence:
        real, fake = side(whole.samples[:half], whole.condition[:half]), side(samples, whole.condition[half:])
        return Evidence(real, fake, data, None, seed=0, embed=embed)

    good, again, bad = (
        measure.metric.score(evidence(samples)) for samples in (whole.samples[half:], whole.samples[half:], noise)
    )
    assert good == again, "two scores of one evidence differ"
    strange = set(good) - {column.name for column in measure.card.columns}
    assert not strange, f"its card has no column for {', '.join(sorted(strange))}"
    ends = {column.name: (column.low, column.high) for column in measure.card.columns}
    if isinstance(measure.metric, BoundedByData):
        ends |= _checked_bounds(measure.metric.bounds(evidence(noise)), ends)
    for column in measure.card.columns:
        assert column.name in good, f"no value for the column {column.name}"
        value = float(good[column.name])
        assert math.isfinite(value), f"{column.name} is {value} for real data"
        low, high = ends[column.name]
        assert low is None or value >= low, f"{column.name} is below {low}"
        assert high is None or value <= high, f"{column.name} is above {high}"
        if column.better in ("higher", "lower"):
            gain = value - bad[column.name]
            assert (gain if column.better == "higher" else -gain) >= 0, f"{column.name} prefers noise to real data"
    if isinstance(measure.metric, ModeHistogram):
        _check_histogram(measure.metric.histogram(evidence(whole.samples[half:])), half)


_Ends = Mapping[str, tuple[float | None, float | None]]


def _checked_bounds(bounds: _Ends, of_card: _Ends) -> _Ends:
    strange = set(bounds) - set(of_card)
    assert not strange, f"it bounds {', '.join(sorted(strange))}, for which its card has no column"
    for name, (low, high) in bounds.items():
        outer_low, outer_high = of_card[name]
        inside = (outer_low is None or (low is not None and low >= outer_low)) and (
            outer_high is None or (high is not None and high <= outer_high)
        )
        assert inside, f"the bounds of {name}, {low} and {high}, leave those of its card, {outer_low} and {outer_high}"
    return bounds


def _check_histogram(counts: Mapping[str, Tensor], most: int) -> None:
    assert set(counts) == {"generated", "real"}, f"a histogram has generated and real counts, not {sorted(counts)}"
    generated, real = counts["generated"], counts["real"]
    assert len(generated) == len(real), "both sides are counted over the same modes"
    for side in (generated, real):
        assert side.min() >= 0, "counts are 0 or more"
        assert side.sum() <= most, "no sample is counted twice"
