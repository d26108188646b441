"""One model trained, without a suite and without scores: what a notebook begins with."""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from ganbench.errors import BadOptionError
from ganbench.evaluation.asking import Request
from ganbench.evaluation.sampling import Sampler, restore
from ganbench.library.objects import HandedIn
from ganbench.library.options import RunOptions, check_known
from ganbench.library.prepare import session_of
from ganbench.library.runs import Runs
from ganbench.library.signatures import shows
from ganbench.registry.catalog import discover
from ganbench.schema.record import RunRecord
from ganbench.schema.spec import Budget, Entry, RunSpec, Suite
from ganbench.storage.store import RunFolder
from ganbench.suites.expand import expand
from ganbench.suites.overrides import Overrides

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from ganbench.contracts.models import Model

_SUITE = "train"


class TrainOptions(TypedDict, total=False):
    """The options of training, all of which may be left out, but for one of the budget's three units.

    updates, images, seconds: the budget, as ganbench.Budget counts it. loss: in place of the model's own, a name or a
    class. seed: of everything. metrics: scores of the end, where any are wanted. The others are those of RunOptions.
    """

    updates: int | None
    images: int | None
    seconds: float | None
    loss: Any
    seed: int
    metrics: Any
    precision: str | None
    device: str
    data_root: Path | str | None
    results: Path | str
    threads: int | None
    log: Literal["tensorboard", "mlflow"] | None
    force: bool


class Asked(TypedDict, total=False):
    """What a conditional model is asked by: one of these."""

    label: int | None
    caption: str | None
    source: Path | None


@dataclass(frozen=True)
class Trained:
    """A trained model. record: of its run; folder: with its files; runs: the same run, for tables and figures."""

    record: RunRecord
    folder: Path
    runs: Runs
    _sampler: Sampler

    @property
    def model(self) -> "Model":
        """The model itself, with its final weights."""
        return self._sampler.model

    @property
    def curves(self) -> "pd.DataFrame":
        """One row an update: its number, and each loss and gradient norm."""
        import pandas as pd

        return pd.DataFrame(RunFolder(self.folder).curves(lambda _: True))

    def sample(self, n: int = 64, seed: int = 0, **asked: Unpack[Asked]) -> "Tensor":
        """Draw (n, *shape) float32, images in [-1, 1].

        asked: a label, a caption or a source, the path of a picture, that a conditional model makes all of them by.
        The same seed draws the same samples. Raises BadOptionError for what the model can't take.
        """
        check_known(asked, Asked, "sample")
        return self._sampler.draw(Request(n, seed, **asked))

    def plot(self, name: str) -> "Figure":
        """Draw a section of the report, such as "losses"; as Runs.plot."""
        return self.runs.plot(name)

    def __repr__(self) -> str:
        spent = self.record.spent
        return f"<{self.record.spec.title}: {spent.updates:,} updates, {spent.images:,} images, {spent.seconds:.1f} s>"

    def _repr_html_(self) -> str:
        from ganbench.report.html import table_html
        from ganbench.report.run import run_lines

        return table_html(f"run {self.record.key}", (), run_lines(self.record, self.folder))


@shows(TrainOptions)
def train(model: Any, dataset: Any, **options: Unpack[TrainOptions]) -> Trained:
    """Train one model on one dataset, and return it, ready to be sampled from.

    model, dataset: names as in the shell, "dcgan:width=32", or objects as ganbench.run takes them. options: those of
    ganbench.library.train.TrainOptions, one of updates, images and seconds at least.

    The same call returns what it trained before. Raises GanbenchError for a mistake, ResultsError for a failed run.

    >>> import ganbench
    >>> trained = ganbench.train("mlp-gan", "ring8", updates=20, results="out")
    >>> trained.sample(5).shape
    torch.Size([5, 2])
    >>> list(trained.curves)[:2]
    ['update', 'images']
    """
    from ganbench.report.notebook import progress

    check_known(options, TrainOptions, "train")
    handed = HandedIn(discover())
    spec = _spec(handed, model, dataset, options)
    kept = {name: value for name, value in options.items() if name in RunOptions.__annotations__}
    session = session_of(handed, RunOptions(**kept), [spec])  # type: ignore[typeddict-item]
    session.check([spec])
    with progress([spec]) as notify, closing(session.run([spec], notify)) as running:  # type: ignore[type-var]
        (record,) = running
    folder = session.store.run(spec.key)
    runs = Runs((record,), (session.store.root,), handed.catalog)
    return Trained(record, folder.path, runs, restore(record, folder, session.features.factory))


def _spec(handed: HandedIn, model: Any, dataset: Any, options: TrainOptions) -> RunSpec:
    """Return the one spec that is asked for."""
    asked = {
        kind: handed.choices(kind, given)
        for kind, given in (("models", model), ("datasets", dataset), ("losses", options.get("loss")))
    }
    for kind, choices in asked.items():
        if choices is not None and len(choices) != 1:
            raise BadOptionError(f"train takes one of {kind}, not {len(choices)}; ganbench.run takes several")
    models, datasets = asked["models"] or (), asked["datasets"] or ()
    if not (models and datasets):
        raise BadOptionError("train takes a model and a dataset, and one of them is None")
    seed = options.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise BadOptionError(f"a seed is a whole number from 0 on, not {seed!r}")
    limits = {unit: limit for unit in Budget.UNITS if (limit := options.get(unit)) is not None}
    budget = Budget.of(limits)  # type: ignore[arg-type]
    metrics = handed.choices("metrics", options.get("metrics")) or ()
    suite = Suite(_SUITE, 1, "One model.", datasets, (Entry(models[0]),), metrics, budget, (seed,))
    overrides = Overrides(models, losses=asked["losses"], metrics=metrics, precision=options.get("precision"))
    (spec,) = handed.marked(expand(suite, handed.catalog, overrides))
    return replace(spec, standard=False)
