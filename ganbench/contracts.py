"""What a plugin's things must do: the protocols, and the plain data that passes between them and us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ganbench.events import Notify
from ganbench.evidence import Evidence, Features
from ganbench.recipe import Recipe
from ganbench.record import RunRecord
from ganbench.spec import RunSpec

if TYPE_CHECKING:
    import pandas as pd
    from torch import Generator, Tensor, nn

Critic = Callable[["Tensor"], "Tensor"]  # (n, *shape) samples to (n,) logits, labels bound already


class Batch(NamedTuple):
    """Real samples, on the run's device.

    samples: (n, *shape) float32; images in [-1, 1], points as they are.
    labels: (n,) int64 in [0, classes); zeros where the data has no classes.
    """

    samples: Tensor
    labels: Tensor


class AdversarialLoss(Protocol):
    """An objective for a generator and a discriminator. Subclass it to inherit what you leave out.

    Logits are (n,) float32, one a sample. Each side sees both, so relativistic losses fit.

    recipe: optimizer, learning rates, critic steps, as its paper has them.
    log_odds: whether a logit is the log-odds of being real, so that its sigmoid means something.
    paired: whether the generator's objective looks at real logits; they cost a pass through the
        discriminator, so a loss that ignores them says False and is given an empty tensor.
    """

    recipe: Recipe
    log_odds: bool = True
    paired: bool = True

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the generator minimises, a scalar; real carries no gradient."""
        ...

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator minimises, a scalar."""
        ...

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor | None:
        """Return the mean squared residual of the critic's gradient, a scalar; None when there is none.

        The loop multiplies it by recipe.penalty_weight and steps once on the sum. real and fake are
        (n, *shape) and detached; generator is where randomness comes from.
        """
        return None

    def constrain(self, critic: nn.Module) -> None:
        """Change the critic's weights in place after each of its steps, as weight clipping does."""


@dataclass(frozen=True)
class Task:
    """Everything that a model may know about its run.

    shape: of one sample, (channels, height, width) or (dimensions,). classes: 0 where there are none.
    examples: size of the training split, so that one pass over the data knows where it ends.
    seed: for randomness outside torch; torch's own is seeded already.
    device: "cpu", "cuda:0", …. precision: "fp32" or "bf16".
    unseen: gives held-out samples that no score compares with; for a ceiling, never to be trained on.
    """

    shape: tuple[int, ...]
    classes: int
    examples: int
    seed: int
    device: str
    precision: str = "fp32"
    loss: AdversarialLoss | None = None
    unseen: Callable[[], Tensor] | None = None

    @property
    def images(self) -> bool:
        """Whether samples are images: (channels, height, width)."""
        return len(self.shape) == 3

    @property
    def dimensions(self) -> int:
        """How many numbers a sample has."""
        count = 1
        for side in self.shape:
            count *= side
        return count


class Model(Protocol):
    """Something that learns a distribution and draws from it.

    Optional attributes, used where they are there: `batch` (samples in a batch, 128 otherwise), `spent`
    (optimizer steps by player), `conditional` (True if sample takes labels), `average` (the decay of a moving
    average of the weights that sample draws from), `parameter_counts`, `log_prob(samples)` ((n,) nats: of a
    density, or of as many grey levels as `levels` says), `latent` and `decode(codes, labels)` (what sample makes of
    (n, latent) standard normal numbers, drawn as a walk between samples), `checkpoint()` and `restore(state)`
    (tensors enough to train on to the bit after a kill).
    """

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn until batches ends; yield after each update, with scalars that stay on the device."""
        ...

    def sample(self, n: int, generator: Generator, labels: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32, with no randomness but generator's, in evaluation mode."""
        ...

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that sampling needs, as a flat mapping of tensors."""
        ...

    def load_state_dict(self, state: Mapping[str, Tensor]) -> Any:
        """Take back what state_dict gave."""
        ...


@dataclass(frozen=True)
class Source:
    """Where a dataset finds its files.

    root: the folder the user pointed at; None when none was, and then cache may be downloaded into.
    """

    root: Path | None
    cache: Path


class Dataset(Protocol):
    """Real data in two splits, "train" and "test", resident on one device."""

    shape: tuple[int, ...]
    classes: int

    def to(self, device: str) -> Dataset:
        """Return the same data on a device."""
        ...

    def count(self, split: str) -> int:
        """Return how many samples a split has."""
        ...

    def batches(self, split: str, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches without end: shuffled passes, one after another, starting `start` samples in."""
        ...

    def head(self, split: str, n: int) -> Batch:
        """Return the first n samples of a split in a fixed order that mixes the classes."""
        ...


class FeatureSpace(Protocol):
    """A map from samples to features, the same for real and generated ones.

    Optional attributes, which stand in the protocol of every score: `digest` (of the weights, a few hex digits;
    real data's features are kept on disk under it, and those of a space without one are computed anew), and
    `resizing` (how images are brought to the size that the space takes).
    """

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, *shape) samples; called in chunks, so a sample's features depend on no other sample."""
        ...


class Metric(Protocol):
    """A pure function of its evidence.

    Optional method: `histogram(evidence)`, the counts of modes as {"generated": (modes,), "real": (modes,)} tensors,
    which is kept with the run and drawn.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return a number for each of the card's columns; raise UnfitError where it makes no sense."""
        ...


class Work(Protocol):
    """What there is to do for each spec. It can be pickled, and stores what comes of it."""

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord:
        """Run a spec and keep its record; never raises for what the run did."""
        ...

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord:
        """Keep a failed record for a spec whose process or machine is gone."""
        ...


class Executor(Protocol):
    """A way to run many runs. It neither trains nor stores: work does both."""

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Do each spec's work; yield its record as it ends."""
        ...


@dataclass(frozen=True)
class Results:
    """What a report section may show: the records, and the frames that ganbench.tables made of them.

    folders: of each run's files, by the column `run` of tidy; a run whose files are not at hand has none.
    """

    records: tuple[RunRecord, ...]
    tidy: pd.DataFrame
    leaderboard: pd.DataFrame
    folders: Mapping[str, Path]


class Section(Protocol):
    """A part of the report."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Write this section's files into folder and return their paths, the main one first."""
        ...
