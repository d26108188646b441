"""Where a run was run: versions, device, processor and git state, for the record and never for the key."""

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from ganbench.registry.catalog import Plugin


def describe(device: str, plugins: Iterable[Plugin], folder: Path) -> dict[str, Any]:
    """Return what a record says of its environment. folder: whose git state is recorded."""
    import torch

    processor = platform.processor() or platform.machine()
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "ganbench": metadata.version("ganbench"),
        "plugins": {plugin.distribution: plugin.version for plugin in plugins if plugin.distribution},
        "device": _device_name(device),
        "processor": processor,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "platform": platform.platform(),
        "git": git_state(folder),
    }


def _device_name(device: str) -> str:
    """Return what a device calls itself; cpu and mps have no further name."""
    import torch

    kind = device.partition(":")[0]
    if kind in ("cpu", "mps"):
        return kind
    return str(torch.get_device_module(kind).get_device_name(device))


def git_state(folder: Path) -> str:
    """Return the commit of the checkout around a folder, with "+changes" if it has any; "" if there is none."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return commit + ("+changes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]  # no shell; the arguments are ours
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    return finished.stdout.strip()
