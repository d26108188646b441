"""The most memory that a run held: the device's where there is one, else the process's."""

import sys
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class PeakMemory:
    """Measures from its making on. On Linux the process's high-water mark is set back first."""

    def __init__(self, device: str) -> None:
        self.device = device
        if device.startswith("cuda"):
            import torch

            torch.cuda.reset_peak_memory_stats(device)
        else:
            try:
                _CLEAR.write_text("5")
            except OSError:
                return  # not Linux, or not allowed: the mark is then that of the process's whole life

    def read(self) -> int | None:
        """Return the peak in bytes; None where the system does not tell."""
        if self.device.startswith("cuda"):
            import torch

            return int(torch.cuda.max_memory_allocated(self.device))
        if _STATUS.exists():
            lines = (line.split() for line in _STATUS.read_text().splitlines())
            return next((int(line[1]) * 1024 for line in lines if line[0] == "VmHWM:"), None)
        try:
            import resource
        except ImportError:
            return None
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
