"""The most memory that a run held on its device."""


class PeakMemory:
    """Measures from its making on, on a GPU.

    On a CPU there is only the process's memory, which holds what earlier runs left and libraries as they are first
    used: a number that grows from run to run is none of the run's, so none is given.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        if device.startswith("cuda"):
            import torch

            torch.cuda.reset_peak_memory_stats(device)

    def read(self) -> int | None:
        """Return the peak in bytes; None on a CPU."""
        if not self.device.startswith("cuda"):
            return None
        import torch

        return int(torch.cuda.max_memory_allocated(self.device))
