"""Every door into ganbench: a plugin offers cards through one of these hooks and does nothing else."""

from collections.abc import Iterable

import pluggy

from ganbench.contracts.cards import (
    DatasetCard,
    ExecutorCard,
    FeatureCard,
    LossCard,
    MetricCard,
    ModelCard,
    SectionCard,
    SuiteCard,
)

GROUP = "ganbench"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def offer_models() -> Iterable[ModelCard]:  # type: ignore[empty-body]
    """Offer generative models: adversarial ones, baselines, anything that learns and samples."""


@hookspec
def offer_losses() -> Iterable[LossCard]:  # type: ignore[empty-body]
    """Offer adversarial objectives, each with the recipe that its paper trains with."""


@hookspec
def offer_datasets() -> Iterable[DatasetCard]:  # type: ignore[empty-body]
    """Offer datasets of images or points."""


@hookspec
def offer_features() -> Iterable[FeatureCard]:  # type: ignore[empty-body]
    """Offer feature spaces that metrics compare samples in."""


@hookspec
def offer_metrics() -> Iterable[MetricCard]:  # type: ignore[empty-body]
    """Offer scores of generated samples against held-out real ones."""


@hookspec
def offer_suites() -> Iterable[SuiteCard]:  # type: ignore[empty-body]
    """Offer benchmark suites, most simply as TOML files beside the plugin's code."""


@hookspec
def offer_executors() -> Iterable[ExecutorCard]:  # type: ignore[empty-body]
    """Offer ways to run many runs: in this process, in several, on other machines."""


@hookspec
def offer_report_sections() -> Iterable[SectionCard]:  # type: ignore[empty-body]
    """Offer parts of the report, such as a plot beside the tables."""
