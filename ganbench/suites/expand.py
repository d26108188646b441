"""A suite and what the user asks for in its place, expanded into the spec of every run."""

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ganbench.contracts.cards import KINDS, DatasetCard, MetricCard, ModelCard
from ganbench.errors import BadOptionError, nearest
from ganbench.registry.catalog import Catalog
from ganbench.registry.identity import Identity, identify
from ganbench.schema.choice import Choice, Value
from ganbench.schema.spec import Entry, RunSpec, Stopping, Suite
from ganbench.suites.overrides import Overrides


def expand(suite: Suite, catalog: Catalog, overrides: Overrides | None = None) -> list[RunSpec]:
    """Return a spec for every run of the suite, in its order, each once; raises for unknown names and bad parameters.

    Models that the user names take the settings of the suite's entries that match them, and plain ones otherwise;
    they and named datasets need not be in the suite. A named loss takes the place of every entry's; what it says of
    its recipe goes before what the entry says. Models that take no loss keep their own training.
    """
    overrides = overrides or Overrides()
    base = _base(suite, overrides)
    every_metric = suite.every_metric if overrides.metrics is None else overrides.metrics
    _check_stopping(base.stopping, suite, every_metric, catalog)
    for named in every_metric:
        identify(catalog, "metrics", named)
    specs = {}
    for dataset in overrides.datasets or suite.datasets:
        data = identify(catalog, "datasets", dataset)
        metrics = [identify(catalog, "metrics", each) for each in _metrics(suite, dataset, catalog, overrides)]
        on_it = replace(base, dataset=data.choice, metrics=tuple(dict.fromkeys(each.choice for each in metrics)))
        given = _defaults("dataset", data)
        for metric in metrics:
            given |= _defaults(metric.choice.name, metric)
        for entry in _entries(suite, catalog, overrides, dataset.name):
            for cell in _cells(on_it, entry, catalog, given):
                for seed in overrides.seeds or suite.seeds:
                    spec = replace(cell, seed=seed)
                    specs[spec.key] = spec
    if not specs:
        raise BadOptionError(f"nothing in {suite.label} matches; its datasets are {_names(suite.datasets)}")
    return list(specs.values())


def _base(suite: Suite, overrides: Overrides) -> RunSpec:
    """Return what holds for all runs of a suite."""
    return RunSpec(
        suite=suite.label,
        dataset=suite.datasets[0],
        model=suite.entries[0].model,
        loss=None,
        seed=suite.seeds[0],
        budget=overrides.budget or suite.budget,
        standard=overrides.budget in (None, suite.budget) and overrides.stopping in (None, suite.stopping),
        metrics=(),
        checkpoints=suite.checkpoints,
        samples=suite.samples,
        precision=overrides.precision or suite.precision,
        stopping=overrides.stopping or suite.stopping,
        halves=suite.halves or None,
    )


def _cells(base: RunSpec, entry: Entry, catalog: Catalog, defaults: dict[str, Value]) -> Iterator[RunSpec]:
    """Yield a spec for each loss that an entry's model runs with, without its seed."""
    model = identify(catalog, "models", entry.model)
    known = defaults | _defaults("model", model)
    for chosen in _losses(entry, catalog):
        if chosen is None:
            yield replace(base, model=model.choice, loss=None, recipe=(), defaults=tuple(sorted(known.items())))
            continue
        # what the user says of a recipe goes before what the suite says, even where it is as published
        loss = identify(catalog, "losses", chosen)
        published = loss.defaults
        recipe = {k: v for k, v in entry.recipe if k not in chosen.to_dict() and published.get(k) != v}
        left = _defaults("loss", Identity(loss.choice, {k: v for k, v in published.items() if k not in recipe}))
        yield replace(
            base,
            model=model.choice,
            loss=loss.choice,
            recipe=tuple(sorted(recipe.items())),
            defaults=tuple(sorted((known | left).items())),
        )


def _defaults(of: str, identity: Identity) -> dict[str, Value]:
    return {f"{of}.{name}": value for name, value in identity.defaults.items()}


def unmeasured(suite: Suite, catalog: Catalog, overrides: Overrides) -> dict[Choice, tuple[Choice, ...]]:
    """Return the datasets that nobody named a metric for, with the usual ones for such data, which score them."""
    datasets = () if overrides.metrics is not None else overrides.datasets or suite.datasets
    return {
        dataset: _metrics(suite, dataset, catalog, overrides)
        for dataset in datasets
        if not _named_metrics(suite, dataset.name)
    }


def _metrics(suite: Suite, dataset: Choice, catalog: Catalog, overrides: Overrides) -> tuple[Choice, ...]:
    """Return what a dataset is scored by: what the user named, or the suite, or the usual metrics for such data."""
    if overrides.metrics is not None:
        return overrides.metrics
    if named := _named_metrics(suite, dataset.name):
        return named
    card: DatasetCard = catalog.get("datasets", dataset.name)
    kinds = {card.kind} if card.kind else set(KINDS)
    offered = (each for each, _ in catalog.cards("metrics"))
    return tuple(Choice(each.name) for each in offered if isinstance(each, MetricCard) and kinds & set(each.usual))


def _named_metrics(suite: Suite, dataset: str) -> tuple[Choice, ...]:
    """Return what a suite scores a dataset by, the metrics of all datasets first."""
    further = (metric for glob, metrics in suite.metrics_on if fnmatch.fnmatchcase(dataset, glob) for metric in metrics)
    return tuple(dict.fromkeys((*suite.metrics, *further)))


def _check_stopping(stopping: Stopping | None, suite: Suite, metrics: tuple[Choice, ...], catalog: Catalog) -> None:
    if stopping is None:
        return
    columns = [column.name for metric in metrics for column in catalog.get("metrics", metric.name).columns]
    if stopping.score and stopping.score not in columns:
        known = list(dict.fromkeys(columns))
        raise BadOptionError(f"{suite.label} gives no score {stopping.score!r}{nearest(stopping.score, known)}")
    if stopping.patience and stopping.patience >= len(suite.checkpoints):
        raise BadOptionError(
            f"patience={stopping.patience} never ends a run of {suite.label}, which is scored at "
            f"{len(suite.checkpoints)} checkpoints; name a suite with {stopping.patience + 1} or more"
        )


def _entries(suite: Suite, catalog: Catalog, overrides: Overrides, dataset: str) -> Iterator[Entry]:
    """Yield a dataset's entries with their globs resolved, the user's models and losses in place."""
    listed = [
        replace(entry, model=replace(entry.model, name=name))
        for entry in suite.entries
        if any(fnmatch.fnmatchcase(dataset, glob) for glob in entry.datasets)
        for name in _matching(entry.model.name, catalog, "models")
        if not any(fnmatch.fnmatchcase(name, glob) for glob in entry.without)
    ]
    chosen: list[Entry] = []
    for model in overrides.models or ():
        catalog.get("models", model.name)
        own = [entry for entry in listed if entry.model.name == model.name]
        chosen += [replace(e, model=model if model.parameters else e.model) for e in own] or [Entry(model)]
    kept = chosen if overrides.models else listed
    if overrides.losses is None:
        yield from kept
        return
    for model in dict.fromkeys(entry.model for entry in kept):
        own = [entry for entry in kept if entry.model == model]
        if catalog.get("models", model.name).loss is None:
            yield from own
        else:
            yield from (each for loss in overrides.losses for each in _under(loss, own))


def _under(loss: Choice, entries: Sequence[Entry]) -> list[Entry]:
    """Return a model's entries with the user's loss in place: those that have it already, else one in their stead.

    An entry that names no loss stands for every one; where all name others, the first lends its settings.
    """
    having = [entry for entry in entries if entry.loss and entry.loss.name == loss.name]
    plain = [entry for entry in entries if entry.loss is None]
    return [replace(entry, loss=loss) for entry in having or plain or entries[:1]]


def _losses(entry: Entry, catalog: Catalog) -> list[Choice | None]:
    """Return the losses that an entry's model runs with: its own, a named one, or all that a glob matches."""
    if entry.loss is not None:
        names = _matching(entry.loss.name, catalog, "losses")
        return [replace(entry.loss, name=name) for name in names]
    card: ModelCard = catalog.get("models", entry.model.name)
    if card.loss is None:
        return [None]
    loss = Choice.parse(card.loss)
    catalog.get("losses", loss.name)
    return [loss]


def _matching(pattern: str, catalog: Catalog, kind: str) -> list[str]:
    if not _is_glob(pattern):
        catalog.get(kind, pattern)
        return [pattern]
    return fnmatch.filter(catalog.names(kind), pattern)


def _is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


def _names(choices: tuple[Choice, ...]) -> str:
    return ", ".join(map(str, choices))
