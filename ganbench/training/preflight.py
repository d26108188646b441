"""What a user must mend before anything runs, found by building everything once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ganbench.errors import GanbenchError, UnfitError
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.spec import RunSpec
from ganbench.training.interruption import InterruptedRunError


def check(specs: Iterable[RunSpec], features: FeatureStore) -> None:
    """Raise for unknown names, bad parameters and missing data; specs that differ in their seed are built once.

    What doesn't fit is a row of the table, and what breaks is a failed one: neither is the user's to mend first.
    """
    factory = features.factory
    for spec in dict.fromkeys(replace(spec, seed=0) for spec in specs):
        for metric in spec.metrics:
            with _mistakes_alone():
                measure, data = factory.measure(metric), factory.dataset(spec.dataset)
                if measure.space:
                    features.protocol(measure.space, tuple(data.shape), data.classes)
        with _mistakes_alone():
            factory.model(spec)


@contextmanager
def _mistakes_alone() -> Iterator[None]:
    """Let what a user must mend out, and nothing else: the run itself will tell of that."""
    try:
        yield
    except UnfitError:
        pass
    except (GanbenchError, InterruptedRunError):
        raise
    except BaseException:  # noqa: S110  # a plugin may raise SystemExit, and worse
        pass
