"""What the runs of one process share: the catalog, the device, and data that is loaded once."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ganbench.choice import Choice
from ganbench.contracts import AdversarialLoss, Dataset, FeatureSpace, Metric, Source, Task
from ganbench.errors import BadOptionError, GanbenchError, UnfitError
from ganbench.evidence import Features
from ganbench.featuring import Featured, Featurizer, feature_space
from ganbench.plugins import Catalog, Plugin
from ganbench.spec import RunSpec


@dataclass
class Workbench:
    """Makes the things that specs name, and keeps the ones that runs share.

    device: a resolved one, `cpu` or `cuda:N`. Datasets and features of real data are kept for the next run.
    """

    catalog: Catalog
    device: str
    source: Source
    _datasets: dict[Choice, Dataset] = field(default_factory=dict)
    _real: dict[tuple[Choice, int], Featured] = field(default_factory=dict)
    _featurizer: Featurizer = field(init=False)

    def __post_init__(self) -> None:
        self._featurizer = Featurizer(self._space, self.device, self.source.cache / "features")

    def make(self, kind: str, choice: Choice, *arguments: Any) -> Any:
        """Make a chosen thing; a parameter that it does not take raises BadOptionError."""
        card = self.catalog.get(kind, choice.name)
        return construct(card.load(), choice, *arguments)

    def dataset(self, choice: Choice) -> Dataset:
        """Return a dataset on the device, loaded once; raises DataMissingError if its files are not there."""
        if choice not in self._datasets:
            dataset: Dataset = self.make("datasets", choice, self.source)
            self._datasets[choice] = dataset.to(self.device)
        return self._datasets[choice]

    def task(self, spec: RunSpec) -> Task:
        """Return what the spec's model may know; raises UnfitError for a loss that it has no use for."""
        dataset, loss = self.dataset(spec.dataset), self.loss(spec)
        shape, examples = tuple(dataset.shape), dataset.count("train")
        unseen = partial(self.unseen, spec)
        return Task(shape, dataset.classes, examples, spec.seed, self.device, spec.precision, loss, unseen)

    def loss(self, spec: RunSpec) -> AdversarialLoss | None:
        """Make the spec's loss under its recipe; raises UnfitError if its model has no use for one."""
        if spec.loss is None:
            return None
        if self.catalog.get("models", spec.model.name).loss is None:
            raise UnfitError(f"{spec.model.name} has no adversary to take the loss {spec.loss}")
        loss: AdversarialLoss = self.make("losses", spec.loss)
        loss.recipe = loss.recipe.but(dict(spec.recipe))
        return loss

    def unseen(self, spec: RunSpec) -> Any:
        """Return real samples that no score of the spec compares with, as many as are compared or more.

        They are the rest of the test split, and training samples where that is too small.
        """
        dataset = self.dataset(spec.dataset)
        total = dataset.count("test")
        compared = min(spec.samples, total)
        if total >= 2 * compared:
            return dataset.head("test", total).samples[compared:]
        return dataset.head("train", compared).samples

    def metric(self, choice: Choice) -> Metric:
        """Make a metric; the reserved parameter that names its feature space is not its own."""
        named = self.catalog.get("metrics", choice.name).features is not None
        own = tuple(item for item in choice.parameters if not (named and item[0] == "features"))
        metric: Metric = self.make("metrics", Choice(choice.name, own))
        return metric

    def real(self, dataset: Choice, count: int) -> Featured:
        """Return the first held-out samples, with features that are computed once, and kept on disk."""
        if (dataset, count) not in self._real:
            data = self.dataset(dataset)
            samples, labels = data.head("test", count)
            embed = partial(self.features, classes=data.classes, keep=True)
            self._real[dataset, count] = Featured(samples, labels if data.classes else None, embed)
        return self._real[dataset, count]

    def features(self, space: Choice, samples: Any, classes: int = 0, keep: bool = False) -> Features:
        """Map samples (n, *shape) into a feature space; keep: look on disk first and leave them there."""
        return self._featurizer.features(space, samples, classes, keep)

    def protocol(self, space: Choice, shape: tuple[int, ...], classes: int = 0) -> dict[str, str]:
        """Return what a score says of its feature space."""
        return self._featurizer.protocol(space, shape, classes)

    def plugins(self, spec: RunSpec) -> list[Plugin]:
        """Return the plugins that a spec's things come from."""
        named = [("datasets", spec.dataset), ("models", spec.model)]
        named += [("losses", spec.loss)] if spec.loss else []
        named += [("metrics", metric) for metric in spec.metrics]
        return [self.catalog.plugin(kind, choice.name) for kind, choice in named]

    def check(self, specs: Iterable[RunSpec]) -> None:
        """Find what a user must mend before anything runs, by building everything once.

        Raises for unknown names, bad parameters and missing data. What doesn't fit is a row of the table,
        and what breaks is a failed one: neither is the user's to mend first.
        """
        for spec in dict.fromkeys(replace(spec, seed=0) for spec in specs):
            for metric in spec.metrics:
                with _mistakes_alone():
                    self.metric(metric)
                    self._check_features(metric, self.dataset(spec.dataset))
            with _mistakes_alone():
                self.make("models", spec.model, self.task(spec))

    def _check_features(self, metric: Choice, data: Dataset) -> None:
        space = feature_space(self.catalog.get("metrics", metric.name), metric)
        if space:
            self.protocol(space, tuple(data.shape), data.classes)

    def _space(self, space: Choice, task: Task) -> FeatureSpace:
        made: FeatureSpace = self.make("features", space, task)
        return made


def construct(make: Callable[..., Any], choice: Choice, *arguments: Any) -> Any:
    """Call make with a choice's parameters; one that it does not take raises BadOptionError."""
    signature = inspect.signature(make)
    try:
        signature.bind(*arguments, **choice.to_dict())
    except TypeError as error:
        taken = list(signature.parameters.values())[len(arguments) :]
        names = ", ".join(parameter.name for parameter in taken) or "none"
        raise BadOptionError(f"{choice}: {error}; {choice.name} takes {names}") from None
    return make(*arguments, **choice.to_dict())


@contextmanager
def _mistakes_alone() -> Iterator[None]:
    """Let what a user must mend out, and nothing else: the run itself will tell of that."""
    try:
        yield
    except UnfitError:
        pass
    except GanbenchError:
        raise
    except Exception:  # noqa: S110
        pass


def default_source(root: Path | None) -> Source:
    """Return where datasets look: the folder pointed at, or the user's own cache."""
    import platformdirs

    return Source(root, Path(platformdirs.user_cache_dir("ganbench")) / "data")
