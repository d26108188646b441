"""One run's training: pull updates until the budget is spent, and do everything else off the clock."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ganbench.contracts.capabilities import Profile, Resumable, StepCounter
from ganbench.contracts.datasets import Batch, Dataset
from ganbench.contracts.models import Model
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.schema.events import Notify, Progressed
from ganbench.schema.record import Checkpoint, Score, Spent
from ganbench.schema.spec import RunSpec
from ganbench.seeds import stream
from ganbench.storage.store import RunFolder
from ganbench.training.curves import Columns, Curves, first_not_finite, latest
from ganbench.training.early_stopping import at_equilibrium, out_of_patience
from ganbench.training.meter import Meter

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
    _saved: float = 0.0
    _stopped: str = ""

    @property
    def batch(self) -> int:
        """Real samples in a batch, as the model wants it."""
        return self.profile.batch

    @property
    def spent(self) -> Spent:
        """What was spent by the last tick, each player's optimizer steps apart."""
        counted = self.model.steps_by_player() if isinstance(self.model, StepCounter) else {}
        players = dict(counted) or {"model": self.meter.updates}
        return dataclasses.replace(self.meter.spent, by_player=players)

    def run(self) -> str:
        """Train to the end of the budget; return what ended it. Raises DivergedError."""
        self._resume()
        self._saved = self.clock()
        seed = stream(self.spec.seed, "data")
        batches = self.dataset.batches("train", self.batch, seed, self.meter.images)
        with self.meter.running():
            self._pull(self.meter.feed(batches))
            self._tick()
        ended_by = self._stopped or self.meter.reached or "model"
        self._evaluate(1.0)
        return ended_by

    def _pull(self, batches: Iterator[Batch]) -> None:
        meter = self.meter
        with closing(self.model.fit(batches)) as updates:  # type: ignore[type-var]
            for losses in updates:
                meter.updates += 1
                self.curves.append(losses, meter.images)
                if meter.due():
                    self._tick()
                if self._checkpoint_due():
                    self._tick()
                    with meter.paused():
                        self._evaluate(self._passed())
                    self._lose_patience()
                self._seek_equilibrium()
                if self._stopped:
                    break
                # a spent images budget ends the data; what a model learns from them may take longer
                if meter.reached not in ("", "images"):
                    break

    def _tick(self) -> None:
        """Read the clock and the curves; tell how far we are; save if it is time."""
        self.meter.tick()
        fresh = self.curves.flush()
        _stop_if_diverged(fresh)
        speed = self.meter.images / self.meter.seconds if self.meter.seconds else 0.0
        self.notify(Progressed(self.spec.key, self.meter.fraction, speed, latest(fresh)))
        if self.clock() - self._saved >= self.save_seconds and self.meter.fraction < 1:
            with self.meter.paused():
                self._save()

    def _lose_patience(self) -> None:
        stopping = self.spec.stopping
        if stopping and out_of_patience(self.checkpoints, stopping):
            self._stopped = "patience"

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

    def _evaluate(self, fraction: float) -> None:
        # a model that stopped at a checkpoint has its final scores already
        last = self.checkpoints[-1] if self.checkpoints and self.evaluation.latest is not None else None
        if last and last.spent.updates == self.meter.updates and not self.spec.halves:
            scores = last.scores
        else:
            self.notify(Progressed(self.spec.key, self.meter.fraction, 0.0, doing="scoring"))
            scores = self.evaluation.scores(final=fraction == 1.0)
        self.checkpoints.append(Checkpoint(fraction, self.spent, scores))
        if fraction < 1:
            self.folder.write_frame(fraction, self.evaluation.draw)

    def _save(self) -> None:
        """Write all that an interrupted run goes on from, if its model can give it."""
        import torch

        self._saved = self.clock()
        if not isinstance(self.model, Resumable):
            return
        tensors = {f"model.{name}": tensor for name, tensor in self.model.checkpoint().items()}
        tensors |= {f"curves.{name}": torch.from_numpy(values) for name, values in self.curves.columns.items()}
        tensors["random"] = torch.get_rng_state()
        if torch.cuda.is_available() and self.evaluation.features.device != "cpu":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.evaluation.features.device)
        self.folder.write_resume(tensors, _plain(self.meter.spent, self.checkpoints))

    def _resume(self) -> None:
        """Go on from what an interrupted run saved, if there is such a thing."""
        import torch

        if not isinstance(self.model, Resumable) or (saved := self.folder.read_resume()) is None:
            return
        tensors, state = saved
        self.model.restore(_below("model.", tensors))
        columns = {name: tensor.numpy() for name, tensor in _below("curves.", tensors).items()}
        self.curves = Curves(columns)
        self.checkpoints = [_checkpoint(checkpoint) for checkpoint in state["checkpoints"]]
        self.meter.resume(Spent(**state["spent"]))
        torch.set_rng_state(tensors["random"])
        if "random.cuda" in tensors and self.evaluation.features.device != "cpu":
            torch.cuda.set_rng_state(tensors["random.cuda"], self.evaluation.features.device)


def _stop_if_diverged(fresh: Columns) -> None:
    broken = first_not_finite(fresh)
    if broken is not None:
        name, row = broken
        raise DivergedError(f"diverged: {name} was {fresh[name][row]} at update {int(fresh['update'][row]):,}")


def _below(prefix: str, tensors: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _plain(spent: Spent, checkpoints: list[Checkpoint]) -> dict[str, Any]:
    return {
        "spent": dataclasses.asdict(spent),
        "checkpoints": [dataclasses.asdict(checkpoint) for checkpoint in checkpoints],
    }


def _checkpoint(data: dict[str, Any]) -> Checkpoint:
    scores = tuple(Score(**score) for score in data["scores"])
    return Checkpoint(data["fraction"], Spent(**data["spent"]), scores)
