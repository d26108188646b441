"""Samples scored against samples from Python: arrays, tensors, datasets, or what the shell can name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from ganbench.contracts.datasets import Dataset, condition_of
from ganbench.errors import BadOptionError, UnknownNameError
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.resampling import with_intervals
from ganbench.evaluation.sources import Named, Reader, SampleSource, array_source
from ganbench.evaluation.standalone import choose, compare
from ganbench.library.objects import HandedIn
from ganbench.library.options import check_known
from ganbench.library.prepare import RESULTS, source_of
from ganbench.library.signatures import shows
from ganbench.library.tensors import array_of, is_data
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.record import ScoreInterval
from ganbench.training.device import make_repeatable, resolve_device

if TYPE_CHECKING:
    import pandas as pd


class ScoreOptions(TypedDict, total=False):
    """The options of scoring, all of which may be left out or None.

    features: the space of every metric that has one and names none. samples: at most so many of either side.
    size: of pictures in folders, in pixels. skip_broken: leave pictures out that can't be read. bootstrap: how many
    halves of the samples give 95 % intervals. seed: of what a run or a metric draws. data_root, device, results: as for
    ganbench.run.
    """

    features: str | None
    samples: int | None
    size: int | None
    skip_broken: bool
    bootstrap: int | None
    seed: int
    data_root: Path | str | None
    device: str
    results: Path | str


@dataclass(frozen=True)
class Scores:
    """Scores of one comparison, by name: `scores["frechet_distance"]`. intervals: each with its interval."""

    intervals: tuple[ScoreInterval, ...]
    title: str

    @property
    def frame(self) -> "pd.DataFrame":
        """One row a score: metric, score, value, low, high, better, reason, and its protocol as a mapping."""
        import pandas as pd

        return pd.DataFrame(
            {
                "metric": each.score.metric,
                "score": each.score.name,
                "value": each.score.value,
                "low": each.low,
                "high": each.high,
                "better": each.score.better,
                "reason": each.score.reason,
                "protocol": dict(each.score.protocol),
            }
            for each in self.intervals
        )

    def keys(self) -> list[str]:
        """Return the names of the scores; the metric stands before one that several metrics give."""
        names = [each.score.name for each in self.intervals]
        return [
            each.score.name if names.count(each.score.name) == 1 else f"{each.score.metric} {each.score.name}"
            for each in self.intervals
        ]

    def __getitem__(self, name: str) -> float | None:
        """Return a score; None where there is none, with the reason in frame. Raises UnknownNameError."""
        values = dict(zip(self.keys(), (each.score.value for each in self.intervals), strict=True))
        if name not in values:
            raise UnknownNameError("score", name, values)
        return values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.intervals)

    def __repr__(self) -> str:
        values = ", ".join(f"{name} {self[name]:.6g}" if self[name] is not None else f"no {name}" for name in self)
        return f"<{self.title}: {values}>"

    def _repr_html_(self) -> str:
        from ganbench.report.html import scores_html

        return scores_html(self.intervals, self.title)


@shows(ScoreOptions)
def score(fake: Any, real: Any, metrics: Any = None, **options: Unpack[ScoreOptions]) -> Scores:
    """Score generated samples against real ones; as `ganbench score` does.

    fake, real: a tensor or an array (n, *shape) of uint8 images, float images in [-1, 1] or float points; a pair of it
    and labels (n,); a ganbench.Dataset, for its held-out samples; or what the shell takes: a folder of pictures, the
    file of an array, the key of a run, "mnist:test". metrics: names, "fid:features=digits-classifier",
    ganbench.MetricCard objects, or a list of either; the usual ones if left out. options: those of
    ganbench.library.score.ScoreOptions.

    Raises GanbenchError for names that are unknown and for samples of a wrong shape, range or dtype. A score that does
    not apply is None, with the reason in `frame`.

    >>> import ganbench, numpy
    >>> real = numpy.random.default_rng(0).normal(size=(500, 2))
    >>> scores = ganbench.score(real + 3.0, real, metrics=["frechet:features=raw"])
    >>> round(scores["frechet_distance"], 2)
    18.0
    """
    check_known(options, ScoreOptions, "score")
    reader, chosen = reader_of(metrics, options)
    sides = [_side(thing, name, reader.features) for thing, name in ((fake, "fake"), (real, "real"))]
    comparison = compare(reader, *sides)
    rounds = options.get("bootstrap")
    if rounds is not None:
        intervals = with_intervals(comparison, chosen, rounds)
    else:
        intervals = [ScoreInterval(each) for each in comparison.scores(chosen)]
    names = [side.name if isinstance(side, SampleSource) else side for side in sides]
    return Scores(tuple(intervals), " against ".join(names))


def reader_of(metrics: Any, options: ScoreOptions) -> tuple[Reader, list[Choice]]:
    """Return what reads sides, and the metrics asked for, made once: what can be wrong without a look at the data."""
    handed = HandedIn(discover())
    chosen = choose(handed.catalog, handed.choices("metrics", metrics), options.get("features"))
    device = resolve_device(options.get("device") or "auto")
    make_repeatable(device)
    features = FeatureStore(Factory(handed.catalog, device, source_of(options.get("data_root"))))
    for metric in chosen:
        features.factory.measure(metric)
    results = Path(options.get("results") or RESULTS)
    counts = (options.get("samples"), options.get("size"), options.get("skip_broken") or False)
    return Reader(features, results, *counts, options.get("seed") or 0), chosen


def _side(thing: Any, name: str, features: FeatureStore) -> Named:
    import numpy as np

    if isinstance(thing, str | Path):
        return str(thing)
    if isinstance(thing, Dataset):
        data = thing.to(features.device)
        held_out = data.head("test", data.count("test"))
        condition = held_out.condition if condition_of(data) else None
        return SampleSource(name, held_out.samples, condition, data, "test")
    samples, labels = thing if isinstance(thing, tuple) and len(thing) == 2 else (thing, None)
    if not is_data(samples) or isinstance(samples, dict):
        raise BadOptionError(
            f"{name} is a tensor, an array, a ganbench.Dataset or what ganbench score takes, not {type(thing).__name__}"
        )
    taught = None if labels is None else np.asarray(array_of(labels))
    return array_source(name, array_of(samples), taught, features.device)
