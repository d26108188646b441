"""A finished run's model, built again from its record and its weights alone, to draw what it has learnt."""

import os
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.contracts.capabilities import Profile, profile_of
from ganbench.contracts.models import Model, Task
from ganbench.errors import BadOptionError, GanbenchError, ResultsError
from ganbench.evaluation.asking import Request, asked
from ganbench.evaluation.checkpoints import check_samples
from ganbench.evaluation.pictures import draw_grid, draw_points, draw_waveforms
from ganbench.files import write_whole
from ganbench.registry.factory import Factory
from ganbench.schema.record import RunRecord, Status
from ganbench.seeds import isolated, stream
from ganbench.storage.store import RunFolder

if TYPE_CHECKING:
    from torch import Tensor

SUFFIXES = (".png", ".npy", ".npz")
_REASON_WIDTH = 200


@dataclass(frozen=True)
class Sampler:
    """A model as its run left it, with what it knows of its data. title: the model and the run, for people."""

    title: str
    model: Model
    task: Task
    profile: Profile

    def draw(self, request: Request, given: "Tensor | None" = None) -> "Tensor":
        """Draw (n, *shape) float32; given: (n, …), a condition for each sample in place of the request's one.

        The run's own seed and as many samples as it scored give an unconditional model's scored samples, to
        the bit. Raises BadOptionError for a label, a caption or a source that the model can't take, and for none
        where it needs one.
        """
        import torch

        device = self.task.device
        if given is None:
            given = asked(request, self.profile.condition, self.title, device)
        generator = torch.Generator(device).manual_seed(stream(request.seed, "sample"))
        with isolated(stream(request.seed, "metric"), device), _in_one_line(f"{self.title} can't draw"):
            samples = self.model.sample(request.n, generator, given).float()
            check_samples(samples, (request.n, *self.task.shape))
        return samples


def restore(record: RunRecord, folder: RunFolder, factory: Factory) -> Sampler:
    """Build a done run's model and give it its final weights, leaving the global random streams alone.

    Raises ResultsError for a run that is not done, and for weights that are missing, damaged, or of another
    model than the one that is built now; UnknownNameError for a model or a loss that is not on offer any more.
    """
    spec = record.spec
    if record.status is not Status.DONE:
        reason = f": {record.reason}" if record.reason else ""
        raise ResultsError(f"run {record.key} is {record.status}{reason}; samples are drawn from a done one")
    factory.catalog.get("models", spec.model.name)  # before the weights are read, which may be large
    weights = folder.read_weights()
    with isolated(stream(spec.seed, "init"), factory.device):
        known = (weights.shape, weights.classes, factory.device, weights.examples)
        task = Task(*known, spec.seed, spec.precision, factory.loss_of(spec), condition=weights.condition)
        with _in_one_line(f"{spec.model} can't be built as it was for run {record.key}"):
            model: Model = factory.make("models", spec.model, task)
        with _in_one_line(f"the weights of run {record.key} don't fit {spec.model} as it is built now"):
            model.load_state_dict({name: tensor.to(factory.device) for name, tensor in weights.state.items()})
    return Sampler(f"{spec.model} of run {record.key}", model, task, profile_of(model))


def check_out(path: Path, allowed: Callable[[Path, int], bool] = os.access) -> None:
    """Raise before anything is drawn for nothing: for an unknown format, or a folder that can't be written.

    allowed: whether a folder may be used in a mode, by the system's permissions.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadOptionError(f"can't write samples as {path.name!r}; name a file in {', '.join(SUFFIXES)}")
    there = next(folder for folder in path.absolute().parents if folder.exists())
    if not there.is_dir():
        raise _unwritable(path, "a file is in the way")
    if not allowed(there, os.W_OK):
        raise _unwritable(path, "permission denied")


def write_samples(path: Path, samples: "Tensor", label: int | None = None) -> None:
    """Write (n, *shape) samples whole, in the format that the file's name says.

    .png: images in [-1, 1] as a grid, waveforms as curves, points as a scatter. .npy: the array, float32. .npz: the
    same as `samples`, with (n,) int64 `labels` if a label is given. Raises as check_out does.
    """
    check_out(path)
    try:
        write_whole(path, lambda beside: _write(beside, samples, label))
    except OSError as error:
        raise _unwritable(path, error.strerror or f"the file could not be finished ({error})") from None


def _unwritable(path: Path, why: str) -> ResultsError:
    return ResultsError(f"can't write {str(path)!r}: {why.lower()}; choose another with --out")


def _write(path: Path, samples: "Tensor", label: int | None) -> None:
    import numpy as np

    if path.suffix.lower() == ".png":
        if samples.ndim == 4:
            draw_grid(path, samples)
        elif samples.ndim == 3:
            draw_waveforms(path, samples)
        else:
            draw_points(path, samples)
        return
    arrays: dict[str, Any] = {"samples": samples.cpu().numpy()}
    if label is not None:
        arrays["labels"] = np.full(len(samples), label, dtype=np.int64)
    with path.open("wb") as file:  # given a name, numpy would append a suffix of its own
        if path.suffix.lower() == ".npy":
            np.save(file, arrays["samples"])
        else:
            np.savez(file, **arrays)


@contextmanager
def _in_one_line(what: str) -> Iterator[None]:
    """Turn what a model raises into one line: it ran to its end once, so the model or its file has changed."""
    try:
        yield
    except GanbenchError:
        raise
    except Exception as error:
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", _REASON_WIDTH, placeholder=" …")
        raise ResultsError(f"{what}: {reason}") from error
