"""One spec in, one record out: build, train, score, keep; whatever goes wrong is a status with a reason."""

import dataclasses
import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganbench.contracts import Model
from ganbench.environment import describe
from ganbench.errors import UnfitError
from ganbench.evaluation import Evaluation
from ganbench.events import Finished, Notify, Started
from ganbench.interpolation import has_codes, walk
from ganbench.memory import PeakMemory
from ganbench.meter import Meter
from ganbench.pictures import draw_grid
from ganbench.recipe import Recipe
from ganbench.record import RunRecord, Spent, Status
from ganbench.seeds import isolated, stream
from ganbench.spec import RunSpec
from ganbench.stability import stability
from ganbench.store import INTERPOLATION, MODES, SAMPLES, RunFolder, Weights
from ganbench.training import SAVE_SECONDS, DivergedError, Training
from ganbench.workbench import Workbench

_TRACEBACK = "traceback.txt"


@dataclass(frozen=True)
class Runner:
    """Does the work of one spec after another at one workbench.

    where: the folder whose git state records tell. save_seconds: how often an unfinished run is saved.
    """

    bench: Workbench
    where: Path
    save_seconds: float = SAVE_SECONDS

    def run(self, spec: RunSpec, folder: RunFolder, notify: Notify) -> RunRecord:
        """Run a spec and keep what came of it in its folder; never raises for what the run did."""
        notify(Started(spec.key, spec.title))
        folder.clear()
        record = self.failed(spec)
        with isolated(stream(spec.seed, "init"), self.bench.device):
            try:
                record = self._build_and_train(record, folder, notify)
            except UnfitError as error:
                record = replace(record, status=Status.SKIPPED, reason=str(error))
            except Exception as error:  # a failed run is a row, and the others go on
                folder.write_text(_TRACEBACK, traceback.format_exc())
                record = replace(record, reason=_first_line(error))
        folder.write_record(record)
        notify(Finished(record))
        return record

    def failed(self, spec: RunSpec, reason: str = "") -> RunRecord:
        """Return the record of a run that has come to nothing, or to nothing yet."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        environment = describe(self.bench.device, self.bench.plugins(spec), self.where)
        family = self.bench.catalog.get("models", spec.model.name).family
        return RunRecord(spec, Status.FAILED, reason, started=started, environment=environment, family=family)

    def _build_and_train(self, record: RunRecord, folder: RunFolder, notify: Notify) -> RunRecord:
        memory = PeakMemory(self.bench.device)
        training = self._build(record.spec, folder, notify)
        status, reason, ended_by = self._train(training, folder)

        # whatever the end, what there is by then is kept
        if training.curves.updates:
            folder.write_curves(training.curves.table())
        for metric, trace in training.evaluation.errors.items():
            folder.write_text(f"traceback-{metric.partition(':')[0]}.txt", trace)
        return replace(
            record,
            status=status,
            reason=reason,
            ended_by=ended_by,
            spent=training.spent,
            throughput=_throughput(training.spent),
            batch=training.batch,
            checkpoints=tuple(training.checkpoints),
            stability=stability(training.curves.columns),
            parameters=dict(getattr(training.model, "parameter_counts", {})),
            peak_memory_bytes=memory.read(),
            recipe=_recipe(training.model),
            conditional=bool(getattr(training.model, "conditional", False)),
        )

    def _build(self, spec: RunSpec, folder: RunFolder, notify: Notify) -> Training:
        bench = self.bench
        model: Model = bench.make("models", spec.model, bench.task(spec))
        dataset = bench.dataset(spec.dataset)
        evaluation = Evaluation(bench, spec, dataset, model)
        meter = Meter(spec.budget, synchronizer(bench.device))
        return Training(spec, dataset, model, evaluation, folder, notify, meter, save_seconds=self.save_seconds)

    def _train(self, training: Training, folder: RunFolder) -> tuple[Status, str, str]:
        """Train, score and keep the model; return the status, its reason, and what ended the training."""
        try:
            ended_by = training.run()
            self._keep_model(training.model, training.evaluation, folder)
        except DivergedError as error:
            return Status.FAILED, str(error), "divergence"
        except UnfitError:
            raise
        except Exception as error:
            folder.write_text(_TRACEBACK, traceback.format_exc())
            return Status.FAILED, _first_line(error), "error"
        return Status.DONE, "", ended_by

    def _keep_model(self, model: Model, evaluation: Evaluation, folder: RunFolder) -> None:
        folder.write_picture(SAMPLES, evaluation.draw)
        if evaluation.histograms:
            folder.write_text(MODES, json.dumps(evaluation.histograms) + "\n")
        data = evaluation.dataset
        if has_codes(model, data.shape):
            between = walk(model, evaluation.spec.seed, self.bench.device, data.classes)
            folder.write_picture(INTERPOLATION, lambda path: draw_grid(path, between))
        known = (tuple(data.shape), data.classes, data.count("train"))
        folder.write_weights(Weights(model.state_dict(), *known))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _recipe(model: Model) -> dict[str, Any]:
    recipe = getattr(model, "recipe", None)
    return dataclasses.asdict(recipe) if isinstance(recipe, Recipe) else {}


def _throughput(spent: Spent) -> dict[str, float]:
    speeds = {"images_per_second": spent.images_per_second, "updates_per_second": spent.updates_per_second}
    return {name: speed for name, speed in speeds.items() if speed is not None}


def synchronizer(device: str) -> Callable[[], None]:
    """Return what waits for a device's work to be done."""
    if not device.startswith("cuda"):
        return lambda: None
    import torch

    return lambda: torch.cuda.synchronize(device)


def make_repeatable(device: str) -> None:
    """Choose algorithms that give the same bits every time; on CUDA this must precede the first kernel."""
    import os

    import torch

    if device.startswith("cuda"):
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)
