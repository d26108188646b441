"""Logs of a run that other programs show, besides its own: which there are, and whether they can be written here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ganbench.errors import BadOptionError
from ganbench.schema.events import Notify
from ganbench.schema.spec import RunSpec

# each kind with the module that must be there, and how it is installed
_NEEDS = {
    "tensorboard": ("tensorboard", "TensorBoard", "ganbench[tensorboard]"),
    "mlflow": ("mlflow", "MLflow", "ganbench[mlflow]"),
}
LOGS = tuple(_NEEDS)


def require_log(log: str | None) -> None:
    """Raise BadOptionError for a log of no known kind, one whose program is not installed, or that can't be written."""
    if not log:
        return
    if log not in _NEEDS:
        raise BadOptionError(f"unknown log {log!r}; there is {', '.join(LOGS)}")
    module, name, extra = _NEEDS[log]
    if importlib.util.find_spec(module) is None:
        raise BadOptionError(f"--log {log} needs {name}; install it with pip install '{extra}'")
    if log == "mlflow":
        from ganbench.training.mlflow import require_reachable

        require_reachable()


def log_of(log: str, spec: RunSpec, folder: Path) -> Notify:
    """Return what writes a log of one run, whose folder it is."""
    if log == "mlflow":
        from ganbench.training.mlflow import MLflowLog

        return MLflowLog(spec)
    from ganbench.training.tensorboard import TensorBoardLog

    return TensorBoardLog(folder)
