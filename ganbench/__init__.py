"""The public vocabulary: all that a plugin imports beside ganbench.torchkit, and the library's run, train, score, load.

Importing it costs next to nothing: what a name stands for is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbench.analysis.boards import Board, split_by_board
    from ganbench.contracts.capabilities import (
        BackTranslator,
        CodeVariation,
        EvidenceBound,
        LatentDecoder,
        Likelihood,
        Players,
        Profile,
        Profiled,
        Reconstructor,
        Resumable,
        SamplingMode,
        SamplingModes,
        StepCounter,
        TwoPlayers,
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
    from ganbench.contracts.datasets import (
        Batch,
        Conditioned,
        Dataset,
        GaussianModes,
        SampleFormat,
        Source,
        ToneDataset,
        ToneLaw,
        WithheldClass,
        condition_of,
    )
    from ganbench.contracts.described import DescribedDataset, Factor
    from ganbench.contracts.executors import Executor, Work
    from ganbench.contracts.hookspecs import hookimpl
    from ganbench.contracts.losses import (
        AdversarialLoss,
        Augmentation,
        Critic,
        DiscriminatorTerm,
        FeatureObjective,
        FormatBound,
        LossHost,
        Scheduled,
        Shown,
    )
    from ganbench.contracts.metrics import (
        BoundedByData,
        Evidence,
        Features,
        FeatureSpace,
        Metric,
        ModeHistogram,
        PictureRows,
        ProfiledSpace,
        Side,
        SpaceProfile,
    )
    from ganbench.contracts.models import Model, Task
    from ganbench.contracts.pairs import KnownPairs
    from ganbench.contracts.scenes import Meaning, SceneDataset, SceneLaw
    from ganbench.contracts.sections import Figures, Results, Section
    from ganbench.contracts.wraps import ModelMaker, Wraps
    from ganbench.errors import BadOptionError, DataMissingError, GanbenchError, UnfitError
    from ganbench.files import write_whole
    from ganbench.library.runs import Runs, load, run
    from ganbench.library.score import Scores, score
    from ganbench.library.train import Trained, train
    from ganbench.library.tune import Tuned, tune
    from ganbench.reading import open_picture
    from ganbench.schema.choice import Choice, Value
    from ganbench.schema.condition import Captions, Condition, Labels, Sources
    from ganbench.schema.direction import merit
    from ganbench.schema.events import Notify
    from ganbench.schema.recipe import Recipe
    from ganbench.schema.record import RunRecord, Score, Status
    from ganbench.schema.setting import Setting
    from ganbench.schema.spec import Budget, Entry, RunSpec, Suite
    from ganbench.seeds import stream
    from ganbench.storage.store import RunFolder

__all__ = [
    "AdversarialLoss", "Augmentation", "BackTranslator", "BadOptionError", "Batch", "Board", "BoundedByData", "Budget",
    "Captions", "Choice", "CodeVariation", "Column", "Condition", "Conditioned", "Critic", "DataMissingError",
    "Dataset", "DatasetCard", "DescribedDataset", "DiscriminatorTerm", "Entry", "Evidence", "EvidenceBound", "Executor",
    "ExecutorCard", "Factor", "FeatureCard", "FeatureObjective", "FeatureSpace", "Features", "Figures", "FormatBound",
    "GanbenchError", "GaussianModes", "KnownPairs", "Labels", "LatentDecoder", "Likelihood", "LossCard", "LossHost",
    "Meaning", "Metric", "MetricCard", "ModeHistogram", "Model", "ModelCard", "ModelMaker", "Notify", "PictureRows",
    "Players", "Profile", "Profiled", "ProfiledSpace", "Recipe", "Reconstructor", "Results", "Resumable", "RunFolder",
    "RunRecord", "RunSpec", "Runs", "SampleFormat", "SamplingMode", "SamplingModes", "SceneDataset", "SceneLaw",
    "Scheduled", "Score", "Scores", "Section", "SectionCard", "Setting", "Shown", "Side", "Source", "Sources",
    "SpaceProfile", "Status", "StepCounter", "Suite", "SuiteCard", "Task", "ToneDataset", "ToneLaw", "Trained", "Tuned",
    "TwoPlayers", "UnfitError", "Value", "WithheldClass", "Work", "Wraps", "condition_of", "hookimpl", "load", "merit",
    "open_picture", "run", "score", "split_by_board", "stream", "train", "tune", "write_whole",
]  # fmt: skip

_MODULES = {
    "ganbench.analysis.boards": "Board split_by_board",
    "ganbench.contracts.capabilities": (
        "BackTranslator CodeVariation EvidenceBound LatentDecoder Likelihood Players Profile Profiled Reconstructor "
        "Resumable SamplingMode SamplingModes StepCounter TwoPlayers"
    ),
    "ganbench.contracts.cards": (
        "Column DatasetCard ExecutorCard FeatureCard LossCard MetricCard ModelCard SectionCard SuiteCard"
    ),
    "ganbench.contracts.datasets": (
        "Batch Conditioned Dataset GaussianModes SampleFormat Source ToneDataset ToneLaw WithheldClass condition_of"
    ),
    "ganbench.contracts.described": "DescribedDataset Factor",
    "ganbench.contracts.executors": "Executor Work",
    "ganbench.contracts.hookspecs": "hookimpl",
    "ganbench.contracts.losses": (
        "AdversarialLoss Augmentation Critic DiscriminatorTerm FeatureObjective FormatBound LossHost Scheduled Shown"
    ),
    "ganbench.contracts.metrics": (
        "BoundedByData Evidence Features FeatureSpace Metric ModeHistogram PictureRows ProfiledSpace Side SpaceProfile"
    ),
    "ganbench.contracts.models": "Model Task",
    "ganbench.contracts.pairs": "KnownPairs",
    "ganbench.contracts.scenes": "Meaning SceneDataset SceneLaw",
    "ganbench.contracts.sections": "Figures Results Section",
    "ganbench.contracts.wraps": "ModelMaker Wraps",
    "ganbench.errors": "BadOptionError DataMissingError GanbenchError UnfitError",
    "ganbench.files": "write_whole",
    "ganbench.library.runs": "Runs load run",
    "ganbench.library.score": "Scores score",
    "ganbench.library.train": "Trained train",
    "ganbench.library.tune": "Tuned tune",
    "ganbench.reading": "open_picture",
    "ganbench.schema.choice": "Choice Value",
    "ganbench.schema.condition": "Captions Condition Labels Sources",
    "ganbench.schema.direction": "merit",
    "ganbench.schema.events": "Notify",
    "ganbench.schema.recipe": "Recipe",
    "ganbench.schema.record": "RunRecord Score Status",
    "ganbench.schema.setting": "Setting",
    "ganbench.schema.spec": "Budget Entry RunSpec Suite",
    "ganbench.seeds": "stream",
    "ganbench.storage.store": "RunFolder",
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names.split()}


def __dir__() -> list[str]:
    """Return the public names, for shells that complete them: most are not imported yet."""
    return [*globals(), *(name for name in __all__ if name not in globals())]


def __getattr__(name: str) -> Any:
    """Import a name where it is defined, the first time that it is used: a command needs few of them."""
    if name not in _WHERE:
        raise AttributeError(f"module 'ganbench' has no attribute {name!r}")
    found = getattr(import_module(_WHERE[name]), name)
    globals()[name] = found
    return found
