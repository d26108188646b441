"""One run's training: pull updates until the budget is spent, and do everything else off the clock."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ganbench.contracts.capabilities import Profile, Resumable, StepCounter
from ganbench.contracts.datasets import Batch, Dataset
from ganbench.contracts.models import Model
from ganbench.contracts.pairs import training_batches
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.schema.early_stopping import at_equilibrium, is_pruned, out_of_patience
from ganbench.schema.events import Notify, Progressed, Resumed, Scored
from ganbench.schema.record import Checkpoint, Score, Spent
from ganbench.schema.spec import RunSpec
from ganbench.seeds import randomness, restore_randomness, stream
from ganbench.storage.store import RunFolder
from ganbench.training.curves import Columns, Curves, first_not_finite, latest
from ganbench.training.interruption import InterruptedRunError, StopRequest
from ganbench.training.meter import Meter
from ganbench.training.process_settings import require_default_dtype

SAVE_SECONDS = 60.0  # how much work a kill can cost


class DivergedError(Exception):
    """Training gave a loss that is not finite; there is no use in going on."""


@dataclass
class Training:
    """A model on its way through its budget, from the start or from where it was interrupted."""

    spec: RunSpec
    dataset: Dataset
    model: Model
    profile: Profile
    evaluation: Evaluation
    folder: RunFolder
    notify: Notify
    meter: Meter
    save_seconds: float = SAVE_SECONDS
    clock: Callable[[], float] = time.monotonic
    curves: Curves = field(default_factory=Curves)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    stop: StopRequest = field(default_factory=StopRequest)
    _saved: float = 0.0
    _stopped: str = ""
    _steps: list[dict[str, int]] = field(default_factory=list)  # by player, after each update since the last tick
    _ended_at: dict[str, int] | None = None

    @property
    def batch(self) -> int:
        """Real samples in a batch, as the model wants it."""
        return self.profile.batch

    @property
    def spent(self) -> Spent:
        """What was spent by the last tick, each player's optimizer steps apart."""
        counted = self._steps_by_player() if self._ended_at is None else self._ended_at
        return dataclasses.replace(self.meter.spent, by_player=counted or {"model": self.meter.updates})

    def _steps_by_player(self) -> dict[str, int]:
        return dict(self.model.steps_by_player()) if isinstance(self.model, StepCounter) else {}

    def run(self) -> str:
        """Train to the end of the budget; return what ended it. Raises DivergedError, and what stop asks for."""
        ended_by = self._resume()
        self._saved = self.clock()
        if not ended_by:
            seed = stream(self.spec.seed, "data")
            batches = training_batches(self.dataset, self.profile, seed, self.meter.images)
            with self.meter.running():
                # a run saved between two updates may have had something left to do there
                if not (self.meter.updates and self._settle()):
                    self._pull(self.meter.feed(batches))
                self._tick()
            ended_by = self._stopped or self.meter.reached or "model"
        self._evaluate(1.0, ended_by)
        return ended_by

    def collect(self) -> None:
        """Bring over what a run that broke had yielded by then."""
        with contextlib.suppress(Exception):  # it may be this that broke
            self.curves.flush()

    def _pull(self, batches: Iterator[Batch]) -> None:
        meter = self.meter
        with closing(self.model.fit(batches)) as updates:  # type: ignore[type-var]
            for losses in updates:
                meter.updates += 1
                self.curves.append(losses, meter.images)
                self._steps.append(self._steps_by_player())
                if meter.due():
                    self._tick()
                if self._settle():
                    break
                if self.stop.cause:
                    self._give_up(self.stop.cause)
                if self.clock() - self._saved >= self.save_seconds:
                    self._tick()
                    self._save()

    def _settle(self) -> bool:
        """Do what is due after an update, from nothing but what was spent; return whether training ends here."""
        if self._checkpoint_due():
            self._tick()
            with self.meter.paused():
                self._evaluate(self._passed())
            self._lose_patience()
        self._seek_equilibrium()
        # a spent images budget ends the data; what a model learns from them may take longer
        return bool(self._stopped) or self.meter.reached not in ("", "images")

    def _give_up(self, cause: BaseException) -> NoReturn:
        """Save what there is, and end with what was asked."""
        self._tick()
        self._save()
        raise cause

    def _tick(self) -> None:
        """Read the clock and the curves; tell how far we are."""
        self.meter.tick()
        fresh = self.curves.flush()
        self._stop_if_diverged(fresh)
        self._steps.clear()
        speed = self.meter.images / self.meter.seconds if self.meter.seconds else 0.0
        meter = self.meter
        self.notify(Progressed(self.spec.key, meter.fraction, speed, latest(fresh), updates=meter.updates))

    def _stop_if_diverged(self, fresh: Columns) -> None:
        broken = first_not_finite(fresh)
        if broken is None:
            return
        name, row = broken
        update = int(fresh["update"][row])
        # the run ends with the update that broke it, not with the tick that noticed
        self.curves.end_at(update)
        self.meter.updates, self.meter.images = update, int(fresh["images"][row])
        self._ended_at = self._steps[row]
        raise DivergedError(f"diverged: {name} was {fresh[name][row]} at update {update:,}")

    def _lose_patience(self) -> None:
        stopping = self.spec.stopping
        if stopping and out_of_patience(self.checkpoints, stopping):
            self._stopped = "patience"
        if is_pruned(self.checkpoints, self.spec.search):
            self._stopped = "pruned"

    def _seek_equilibrium(self) -> None:
        # at fixed updates and not at ticks, so that a run ends at the same one every time
        stopping, updates = self.spec.stopping, self.meter.updates
        if stopping and stopping.equilibrium and updates % stopping.equilibrium == 0:
            self._tick()
            if at_equilibrium(self.curves.columns, stopping):
                self._stopped = "equilibrium"

    def _passed(self) -> float:
        """Return the last of the spec's checkpoints that the budget has passed, 0 if none."""
        return max((f for f in self.spec.checkpoints if f <= self.meter.fraction), default=0.0)

    def _checkpoint_due(self) -> bool:
        done = self.checkpoints[-1].fraction if self.checkpoints else 0.0
        return done < self._passed() < 1.0

    def _evaluate(self, fraction: float, ended_by: str = "") -> None:
        # a model that stopped at a checkpoint has its final scores already
        last = self.checkpoints[-1] if self.checkpoints and self.evaluation.latest is not None else None
        if last and last.spent.updates == self.meter.updates and not self.spec.halves:
            scores = last.scores
        else:
            updates = self.meter.updates
            require_default_dtype()
            try:
                self.notify(Progressed(self.spec.key, self.meter.fraction, 0.0, doing="scoring", updates=updates))
                scores = self.evaluation.scores(final=fraction == 1.0)
            except InterruptedRunError:  # scoring leaves a model as it was, so nothing is lost
                self._save(ended_by)
                raise
            self.notify(Scored(self.spec.key, fraction, updates, scores))
        self.checkpoints.append(Checkpoint(fraction, self.spent, scores))
        if fraction < 1:
            self.folder.write_frame(fraction, self.evaluation.draw)

    def _save(self, ended_by: str = "") -> None:
        """Write all that an interrupted run goes on from, if its model can give it; a disk that is full costs that."""
        import torch

        self._saved = self.clock()
        if not isinstance(self.model, Resumable):
            return
        with self.meter.paused():
            tensors = {f"model.{name}": tensor for name, tensor in self.model.checkpoint().items()}
            curves, random = self.curves.columns, randomness(self.evaluation.features.device)
            tensors |= {f"curves.{name}": torch.from_numpy(values) for name, values in curves.items()}
            tensors |= {f"random.{name}": tensor for name, tensor in random.items()}
            state = {
                "spent": dataclasses.asdict(self.meter.spent),
                "checkpoints": [dataclasses.asdict(checkpoint) for checkpoint in self.checkpoints],
                "columns": list(curves),
                "ended_by": ended_by,
            }
            with contextlib.suppress(OSError):
                self.folder.write_resume(tensors, state)

    def _resume(self) -> str:
        """Go on from what an interrupted run saved, if there is such a thing; return what had ended its training."""
        if not isinstance(self.model, Resumable) or (saved := self.folder.read_resume()) is None:
            return ""
        tensors, state = saved
        self.model.restore(_below("model.", tensors))
        columns = _below("curves.", tensors)
        self.curves = Curves({name: columns[name].numpy() for name in state["columns"]})
        self.checkpoints = [_checkpoint(checkpoint) for checkpoint in state["checkpoints"]]
        self.meter.resume(Spent(**state["spent"]))
        self.notify(Resumed(self.spec.key, self.meter.updates))
        restore_randomness(_below("random.", tensors), self.evaluation.features.device)
        return str(state["ended_by"])


def _below(prefix: str, tensors: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _checkpoint(data: dict[str, Any]) -> Checkpoint:
    scores = tuple(Score(**score) for score in data["scores"])
    return Checkpoint(data["fraction"], Spent(**data["spent"]), scores)
