"""The public vocabulary: `import ganbench` is all that a plugin needs beside ganbench.torchkit, and costs little."""

from ganbench.analysis.boards import Board, split_by_board
from ganbench.contracts.capabilities import (
    EvidenceBound,
    LatentDecoder,
    Likelihood,
    Profile,
    Profiled,
    Reconstructor,
    Resumable,
    SamplingMode,
    SamplingModes,
    StepCounter,
)
from ganbench.contracts.cards import (
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
from ganbench.contracts.datasets import Batch, Dataset, GaussianModes, SampleFormat, Source, ToneDataset, ToneLaw
from ganbench.contracts.executors import Executor, Work
from ganbench.contracts.hookspecs import hookimpl
from ganbench.contracts.losses import AdversarialLoss, Critic
from ganbench.contracts.metrics import (
    Evidence,
    Features,
    FeatureSpace,
    Metric,
    ModeHistogram,
    ProfiledSpace,
    Side,
    SpaceProfile,
)
from ganbench.contracts.models import Model, Task
from ganbench.contracts.sections import Results, Section
from ganbench.contracts.wraps import ModelMaker, Wraps
from ganbench.errors import BadOptionError, DataMissingError, GanbenchError, UnfitError
from ganbench.files import write_whole
from ganbench.reading import open_picture
from ganbench.schema.choice import Choice, Value
from ganbench.schema.direction import merit
from ganbench.schema.events import Notify
from ganbench.schema.recipe import Recipe
from ganbench.schema.record import RunRecord, Score, Status
from ganbench.schema.setting import Setting
from ganbench.schema.spec import Budget, Entry, RunSpec, Suite
from ganbench.seeds import stream
from ganbench.storage.store import RunFolder

__all__ = [
    "AdversarialLoss",
    "BadOptionError",
    "Batch",
    "Board",
    "Budget",
    "Choice",
    "Column",
    "Critic",
    "DataMissingError",
    "Dataset",
    "DatasetCard",
    "Entry",
    "Evidence",
    "EvidenceBound",
    "Executor",
    "ExecutorCard",
    "FeatureCard",
    "FeatureSpace",
    "Features",
    "GanbenchError",
    "GaussianModes",
    "LatentDecoder",
    "Likelihood",
    "LossCard",
    "Metric",
    "MetricCard",
    "ModeHistogram",
    "Model",
    "ModelCard",
    "ModelMaker",
    "Notify",
    "Profile",
    "Profiled",
    "ProfiledSpace",
    "Recipe",
    "Reconstructor",
    "Results",
    "Resumable",
    "RunFolder",
    "RunRecord",
    "RunSpec",
    "SampleFormat",
    "SamplingMode",
    "SamplingModes",
    "Score",
    "Section",
    "SectionCard",
    "Setting",
    "Side",
    "Source",
    "SpaceProfile",
    "Status",
    "StepCounter",
    "Suite",
    "SuiteCard",
    "Task",
    "ToneDataset",
    "ToneLaw",
    "UnfitError",
    "Value",
    "Work",
    "Wraps",
    "hookimpl",
    "merit",
    "open_picture",
    "split_by_board",
    "stream",
    "write_whole",
]
