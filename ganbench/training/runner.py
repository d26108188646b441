"""One spec in, one record out: build, train, score, keep; whatever goes wrong is a status with a reason."""

import dataclasses
import json
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ganbench.contracts.capabilities import LatentDecoder, profile_of
from ganbench.contracts.datasets import condition_of
from ganbench.errors import UnfitError
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.interpolation import STEPS, rows_of, walk
from ganbench.evaluation.pictures import draw_grid, draw_waveforms
from ganbench.files import FullDiskError
from ganbench.registry.factory import Factory
from ganbench.schema.events import Event, Finished, Notify, Started
from ganbench.schema.record import RunRecord, Spent, Status
from ganbench.schema.spec import RunSpec
from ganbench.seeds import isolated, stream
from ganbench.storage.store import INTERPOLATION, LOG, MODES, SAMPLES, RunFolder
from ganbench.storage.weights import Weights
from ganbench.training.device import synchronizer
from ganbench.training.environment import describe
from ganbench.training.interruption import InterruptedRunError, LeaseLostError, OutOfTimeError, StopRequest
from ganbench.training.keeping import keep, one_line
from ganbench.training.logs import log_of
from ganbench.training.loop import SAVE_SECONDS, DivergedError, Training
from ganbench.training.memory import PeakMemory
from ganbench.training.meter import TICK_SECONDS, Meter
from ganbench.training.process_settings import kept_settings, require_default_dtype
from ganbench.training.run_log import RunLog
from ganbench.training.stability import stability

_TRACEBACK = "traceback.txt"
_TIMEOUT = "timeout"
_NOT_THE_RUNS = (InterruptedRunError, LeaseLostError, FullDiskError)  # what ends a run through no fault of its own


@dataclass(frozen=True)
class Runner:
    """Does the work of one spec after another, with one factory and its feature store.

    where: the folder whose git state records tell. save_seconds: how often an unfinished run is saved.
    timeout: seconds that a run may take, everything included. log: of training.logs, written besides.
    tick_seconds: how often the device is waited for, and progress told.
    """

    features: FeatureStore
    where: Path
    save_seconds: float = SAVE_SECONDS
    timeout: float | None = None
    log: str = ""
    tick_seconds: float = TICK_SECONDS

    @property
    def factory(self) -> Factory:
        """What makes the things that specs name."""
        return self.features.factory

    def run(self, spec: RunSpec, folder: RunFolder, notify: Notify, stop: StopRequest | None = None) -> RunRecord:
        """Run a spec and keep what came of it in its folder; never raises for what the run did.

        stop: by which others may end it. Raises InterruptedRunError when a signal ended it, LeaseLostError when it
        is another process's by now, and FullDiskError when its folder can take nothing; a run that was interrupted
        leaves what it goes on from, and no record.
        """
        stop = stop or StopRequest(self.timeout)
        folder.clear()
        log = RunLog(folder.path / LOG)
        notify = _told(log, *self._further_logs(spec, folder), notify)
        notify(Started(spec.key, spec.title))
        record = self.failed(spec)
        device, seed = self.factory.device, stream(spec.seed, "init")
        with stop.on_signals(), log.warnings(), kept_settings(), isolated(seed, device):
            try:
                record = self._build_and_train(record, folder, notify, stop)
            except UnfitError as error:
                record = replace(record, status=Status.SKIPPED, reason=one_line(error, named=False))
            except OutOfTimeError as error:
                record = replace(record, reason=str(error), ended_by=_TIMEOUT)
            except _NOT_THE_RUNS:
                raise
            except BaseException as error:  # a failed run is a row, and the others go on, whatever a plugin raises
                folder.write_text(_TRACEBACK, traceback.format_exc())
                record = replace(record, reason=one_line(error))
            record = keep(folder, record, resumable=record.ended_by == _TIMEOUT)
            notify(Finished(record))
            if isinstance(stop.cause, InterruptedRunError):  # it came when there was nothing left to stop
                raise stop.cause
        return record

    def _further_logs(self, spec: RunSpec, folder: RunFolder) -> list[Notify]:
        try:
            return [log_of(self.log, spec, folder.path)] if self.log else []
        except Exception as error:  # a server that is gone is no fault of the run
            RunLog(folder.path / LOG).line(f"no log for {self.log}: {one_line(error)}")
            return []

    def failed(self, spec: RunSpec, reason: str = "") -> RunRecord:
        """Return the record of a run that has come to nothing, or to nothing yet."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        environment = describe(self.factory.device, self.factory.plugins(spec), self.where)
        family = self.factory.catalog.get("models", spec.model.name).family
        return RunRecord(spec, Status.FAILED, reason, started=started, environment=environment, family=family)

    def _build_and_train(self, record: RunRecord, folder: RunFolder, notify: Notify, stop: StopRequest) -> RunRecord:
        memory = PeakMemory(self.factory.device)
        training = self._build(record.spec, folder, notify)
        training.stop = stop
        require_default_dtype()
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
            parameters=dict(profile_of(training.model).parameters),  # again, for a model that chooses its size
            peak_memory_bytes=memory.read(),
            recipe=dataclasses.asdict(training.profile.recipe) if training.profile.recipe else {},
            conditional=training.profile.conditional,
            sampling=_sampling(training),
            environment=dict(record.environment) | {"kernels": training.profile.kernels},
        )

    def _build(self, spec: RunSpec, folder: RunFolder, notify: Notify) -> Training:
        factory = self.factory
        meter = Meter(spec.budget, synchronizer(factory.device), tick_seconds=self.tick_seconds)
        model = factory.model(spec, lambda: meter.fraction)
        profile, dataset = profile_of(model), factory.dataset(spec.dataset)
        evaluation = Evaluation(self.features, spec, dataset, model, profile)
        return Training(
            spec, dataset, model, profile, evaluation, folder, notify, meter, save_seconds=self.save_seconds
        )

    def _train(self, training: Training, folder: RunFolder) -> tuple[Status, str, str]:
        """Train, score and keep the model; return the status, its reason, and what ended the training."""
        try:
            ended_by = training.run()
            self._keep_model(training, folder)
        except DivergedError as error:
            return Status.FAILED, str(error), "divergence"
        except OutOfTimeError as error:
            return Status.FAILED, str(error), _TIMEOUT
        except (UnfitError, *_NOT_THE_RUNS):
            raise
        except BaseException as error:
            training.collect()
            folder.write_text(_TRACEBACK, traceback.format_exc())
            return Status.FAILED, one_line(error), "error"
        return Status.DONE, "", ended_by

    def _keep_model(self, training: Training, folder: RunFolder) -> None:
        """Keep the weights first: a picture that fails costs no trained model."""
        data, model, evaluation = training.dataset, training.model, training.evaluation
        facts = (tuple(data.shape), data.classes, data.count("train"), condition_of(data))
        folder.write_weights(Weights(model.state_dict(), *facts))
        folder.write_picture(SAMPLES, evaluation.draw)
        if histograms := evaluation.histograms():
            folder.write_text(MODES, json.dumps(histograms) + "\n")
        if rows := evaluation.picture_rows():
            folder.write_picture_rows(rows)
        if len(data.shape) == 2:
            folder.write_waveforms(evaluation.waveforms())
        if isinstance(model, LatentDecoder) and len(data.shape) > 1:
            profile, device = training.profile, self.factory.device
            between = walk(model, profile, training.spec.seed, device, rows_of(profile, data, device))
            draw = draw_grid if between.ndim == 4 else partial(draw_waveforms, columns=STEPS)
            folder.write_picture(INTERPOLATION, lambda path: draw(path, between))


def _told(*listeners: Notify) -> Notify:
    """Return one listener for all of them; none that raises can fail a run, for they are no part of it."""

    def tell(event: Event) -> None:
        for listener in listeners:
            with suppress(Exception):
                listener(event)

    return tell


def _sampling(training: Training) -> dict[str, float]:
    """Return what drawing a sample costs, in seconds and in evaluations of a network."""
    costs = {
        "seconds_per_sample": training.evaluation.seconds_per_sample,
        "network_evaluations": training.profile.evaluations,
    }
    return {name: cost for name, cost in costs.items() if cost is not None}


def _throughput(spent: Spent) -> dict[str, float]:
    speeds = {"images_per_second": spent.images_per_second, "updates_per_second": spent.updates_per_second}
    return {name: speed for name, speed in speeds.items() if speed is not None}
