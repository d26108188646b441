"""The vocabulary of a plugin's author: `import ganbench` is all that a plugin needs, and costs little."""

from ganbench.cards import (
    Column,
    DatasetCard,
    ExecutorCard,
    FeatureCard,
    LossCard,
    MetricCard,
    ModelCard,
    SectionCard,
    SuiteCard,
)
from ganbench.choice import Choice
from ganbench.contracts import (
    AdversarialLoss,
    Batch,
    Critic,
    Dataset,
    Executor,
    FeatureSpace,
    Metric,
    Model,
    Results,
    Section,
    Source,
    Task,
)
from ganbench.errors import BadOptionError, DataMissingError, GanbenchError, UnfitError
from ganbench.evidence import Evidence, Features, Side
from ganbench.hookspecs import hookimpl
from ganbench.recipe import Recipe
from ganbench.record import RunRecord, Score, Status
from ganbench.spec import Budget, Entry, RunSpec, Suite

__all__ = [
    "AdversarialLoss",
    "BadOptionError",
    "Batch",
    "Budget",
    "Choice",
    "Column",
    "Critic",
    "DataMissingError",
    "Dataset",
    "DatasetCard",
    "Entry",
    "Evidence",
    "Executor",
    "ExecutorCard",
    "FeatureCard",
    "FeatureSpace",
    "Features",
    "GanbenchError",
    "LossCard",
    "Metric",
    "MetricCard",
    "Model",
    "ModelCard",
    "Recipe",
    "Results",
    "RunRecord",
    "RunSpec",
    "Score",
    "Section",
    "SectionCard",
    "Side",
    "Source",
    "Status",
    "Suite",
    "SuiteCard",
    "Task",
    "UnfitError",
    "hookimpl",
]
