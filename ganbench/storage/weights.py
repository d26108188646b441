"""Tensors on disk: what a model needs to be drawn from again, and whatever else a run keeps in tensors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.errors import ResultsError
from ganbench.files import write_whole
from ganbench.schema.condition import Condition, Labels, condition_dict, read_condition
from ganbench.storage.digests import file_digest
from ganbench.storage.records import AGAIN

if TYPE_CHECKING:
    from torch import Tensor

_SIDES = range(1, 2**16 + 1)  # of a sample, along each of its axes


@dataclass(frozen=True)
class Weights:
    """All that a done run's model needs to be built again and drawn from, without its data.

    state: what its state_dict gave. shape, classes, examples, condition: of its data, as contracts.Task has them.
    """

    state: Mapping[str, "Tensor"]
    shape: tuple[int, ...]
    classes: int
    examples: int
    condition: Condition | None = None


def write_weights(path: Path, weights: Weights) -> None:
    """Write final weights."""
    task = {"shape": weights.shape, "classes": weights.classes, "examples": weights.examples}
    if weights.condition and not isinstance(weights.condition, Labels):  # of labels, the classes say it all
        task["condition"] = condition_dict(weights.condition)
    write_tensors(path, weights.state, {"task": json.dumps(task)})


def read_weights(path: Path, digest: str | None) -> Weights:
    """Read final weights onto the CPU; digest: the SHA-256 that the record has of them, None if it has none.

    Raises ResultsError if they are missing, too old, not what the record has the digest of, or no weights.
    """
    from safetensors import SafetensorError

    if not path.is_file():
        raise ResultsError(f"no weights in {str(path.parent)!r}; {AGAIN}")
    try:
        if digest is not None and file_digest(path) != digest:
            raise ResultsError(f"{path} is damaged: its SHA-256 is not the one in the record; {AGAIN}")
        state, metadata = read_tensors(path)
        if "task" not in metadata:
            raise ResultsError(f"{path} was written by an older ganbench, without what samples need; {AGAIN}")
        return _weights(state, json.loads(metadata["task"]))
    except (OSError, SafetensorError, LookupError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise ResultsError(f"{path} can't be read as weights: {error}; {AGAIN}") from None


def _weights(state: Mapping[str, "Tensor"], task: Mapping[str, object]) -> Weights:
    shape, classes, examples = task["shape"], task["classes"], task["examples"]
    if not (isinstance(shape, list) and shape and all(isinstance(side, int) and side in _SIDES for side in shape)):
        raise ValueError(f"samples can't be of shape {shape!r:.60}")
    if not (isinstance(classes, int) and isinstance(examples, int) and min(classes, examples) >= 0):
        raise ValueError(f"data can't have {classes!r:.20} classes and {examples!r:.20} examples")
    condition = read_condition(task["condition"]) if isinstance(task.get("condition"), dict) else None  # type: ignore[arg-type]
    return Weights(state, tuple(shape), classes, examples, condition)


def write_tensors(path: Path, tensors: Mapping[str, "Tensor"], metadata: dict[str, str]) -> None:
    """Write tensors of any device, whole or not at all."""
    from safetensors.torch import save_file

    whole = {key: tensor.detach().cpu().contiguous().clone() for key, tensor in tensors.items()}
    write_whole(path, lambda beside: save_file(whole, beside, metadata))


def read_tensors(path: Path) -> tuple[dict[str, "Tensor"], dict[str, str]]:
    """Return tensors on the CPU and their metadata; raises OSError and SafetensorError."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        return tensors, file.metadata() or {}
