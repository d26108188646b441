"""From a choice to the thing itself: made with checked parameters, and kept where runs share it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.cards import Card, MetricCard, ModelCard
from ganbench.contracts.datasets import Dataset, SampleFormat, Source, condition_of
from ganbench.contracts.losses import AdversarialLoss, FormatBound, LossHost, check_requests
from ganbench.contracts.metrics import FeatureSpace
from ganbench.contracts.models import Model, Task, at_the_start
from ganbench.contracts.pairs import check_pairs
from ganbench.contracts.wraps import ModelMaker, Wraps
from ganbench.errors import BadOptionError, UnfitError
from ganbench.registry.catalog import Catalog, Plugin, singular
from ganbench.registry.measure import FEATURES, Measure, own_parameters, space_of
from ganbench.registry.older import adapted
from ganbench.registry.parameters import Signature, signature_of
from ganbench.schema.choice import Choice, Value
from ganbench.schema.condition import Sources
from ganbench.schema.spec import RunSpec

# how many positional arguments the harness hands to the makers of each kind; none where it says nothing
_HANDED = {"models": 1, "datasets": 1, "features": 1}


@dataclass
class Factory:
    """Makes the things that specs name. device: a resolved one, as `cuda:0`. Datasets are kept, once loaded."""

    catalog: Catalog
    device: str
    source: Source
    _datasets: dict[Choice, Dataset] = field(default_factory=dict)
    _measures: dict[Choice, Measure] = field(default_factory=dict)

    def make(self, kind: str, choice: Choice, *handed: Any) -> Any:
        """Make a chosen thing; raises BadOptionError for parameters that it does not take."""
        make = self.catalog.get(kind, choice.name).load()
        signature = signature_of(make, _HANDED.get(kind, 0))
        given: Mapping[str, Any] = signature.checked(choice, singular(kind))
        if signature.wraps:
            given = self._wrapped(signature, choice, given, *handed)
        contract = self.catalog.plugin(kind, choice.name).written_for
        return adapted(kind, choice.name, make(*handed, **given), contract)

    def dataset(self, choice: Choice) -> Dataset:
        """Return a dataset on the device, loaded once; raises DataMissingError if its files are not there."""
        if choice not in self._datasets:
            dataset: Dataset = self.make("datasets", choice, self.source)
            self._datasets[choice] = dataset.to(self.device)
        return self._datasets[choice]

    def space(self, choice: Choice, samples: SampleFormat) -> FeatureSpace:
        """Make a feature space for samples of a format."""
        made: FeatureSpace = self.make("features", choice, samples)
        return made

    def measure(self, choice: Choice) -> Measure:
        """Return a chosen metric, made once."""
        if choice not in self._measures:
            card: MetricCard = self.catalog.get("metrics", choice.name)
            space = space_of(card, choice)
            own = own_parameters(choice) if card.features else choice
            if card.features:
                signature("metrics", card).checked(own, "metric", reserved=(FEATURES,))
            self._measures[choice] = Measure(choice, card, space, self.make("metrics", own))
        return self._measures[choice]

    def task(self, spec: RunSpec, progress: Callable[[], float] = at_the_start) -> Task:
        """Return what the spec's model may know; raises UnfitError for a loss that it, or the data, has no use for."""
        dataset, loss = self.dataset(spec.dataset), self.loss_of(spec)
        task = Task(
            tuple(dataset.shape),
            dataset.classes,
            self.device,
            dataset.count("train"),
            spec.seed,
            spec.precision,
            loss,
            unseen=partial(self._unseen, spec),
            condition=condition_of(dataset),
            progress=progress,
        )
        if isinstance(loss, FormatBound):
            loss.check_format(task)
        return task

    def model(self, spec: RunSpec, progress: Callable[[], float] = at_the_start) -> Model:
        """Build the spec's model, on its data, under its loss; raises UnfitError for what does not go together.

        progress: tells the share of the budget that is spent, to losses that ask for it.
        """
        task = self.task(spec, progress)
        model: Model = self.make("models", spec.model, task)
        if task.loss is not None:
            check_requests(task.loss, model.gives() if isinstance(model, LossHost) else ())
        if isinstance(task.condition, Sources):
            check_pairs(self.dataset(spec.dataset), profile_of(model))
        return model

    def loss_of(self, spec: RunSpec) -> AdversarialLoss | None:
        """Make the spec's loss under its recipe; raises UnfitError if its model has no use for one."""
        if spec.loss is None:
            return None
        if self.catalog.get("models", spec.model.name).loss is None:
            raise UnfitError(f"{spec.model.name} has no adversary to take the loss {spec.loss}")
        return self.loss(spec.loss, dict(spec.recipe))

    def plugins(self, spec: RunSpec) -> list[Plugin]:
        """Return the plugins that a spec's things come from."""
        named = [("datasets", spec.dataset), ("models", spec.model)]
        named += [("losses", spec.loss)] if spec.loss else []
        named += [("metrics", metric) for metric in spec.metrics]
        return [self.catalog.plugin(kind, choice.name) for kind, choice in named]

    def loss(self, choice: Choice, changes: Mapping[str, Value] = MappingProxyType({})) -> AdversarialLoss:
        """Make a loss under its published recipe, changed as its suite says, and after that as its choice says."""
        make = self.catalog.get("losses", choice.name).load()
        signature = signature_of(make, 0)
        given = signature.checked(choice, "loss")
        if signature.recipe is None:
            if changes:
                raise BadOptionError(
                    f"loss {choice.name!r} takes no recipe, so {', '.join(changes)} can't be changed; "
                    "a loss that inherits from ganbench.AdversarialLoss takes one"
                )
            loss: AdversarialLoss = make(**given)
            return loss
        own = {parameter.name for parameter in signature.own}
        chosen = {name: value for name, value in given.items() if name not in own}
        recipe = signature.recipe.but(changes).but(chosen)
        made: AdversarialLoss = make(recipe=recipe, **{name: given[name] for name in own & given.keys()})
        return made

    def _wrapped(
        self, signature: Signature, choice: Choice, checked: Mapping[str, Value], task: Task
    ) -> dict[str, Value | ModelMaker]:
        """Put what makes the other model in place of its name, with the parameters that are its own."""
        assert signature.wraps
        wraps = signature.wraps.setting
        assert isinstance(wraps, Wraps)
        own = {parameter.name for parameter in signature.own}
        given = dict(checked)
        base = str(given.pop(signature.wraps.name, "") or wraps.name_for(task))
        inner = Choice.of(base, {name: value for name, value in given.items() if name not in own})
        card: ModelCard = self.catalog.get("models", base)
        if base == choice.name:
            raise BadOptionError(f"model {choice.name!r} can't have itself for {signature.wraps.name}")
        signature_of(card.load(), _HANDED["models"]).checked(inner, "model")
        mine: dict[str, Value | ModelMaker] = {name: value for name, value in given.items() if name in own}
        return mine | {signature.wraps.name: ModelMaker(base, partial(self.make, "models", inner))}

    def _unseen(self, spec: RunSpec) -> Any:
        """Return the held-out samples that no score of the spec compares with: half as many again, or more.

        Raises UnfitError where a single held-out sample leaves none.
        """
        dataset = self.dataset(spec.dataset)
        total = dataset.count("test")
        compared = spec.compared(total)
        if compared == total:
            raise UnfitError(f"{spec.dataset} holds out {total} sample, and scores compare with it; hold out more")
        return dataset.head("test", total).samples[compared:]


def signature(kind: str, card: Card) -> Signature:
    """Return what a card's maker declares, importing it first; raises whatever its import raises."""
    return signature_of(card.load(), _HANDED.get(kind, 0))


def default_source(root: Path | None) -> Source:
    """Return where datasets look: the folder pointed at, or the user's own cache."""
    import platformdirs

    return Source(root, Path(platformdirs.user_cache_dir("ganbench")) / "data")
