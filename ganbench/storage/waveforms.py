"""Waveforms that a run left, written and read back with suspicion: a few of either side, and mean spectra."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.files import write_whole
from ganbench.reading import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_WAVEFORMS = 16 * 2**20  # bytes; eight of a thousand numbers on either side take some seventy thousand
SIDES = ("generated", "real")

Waveforms = dict[str, "NDArray[np.float32]"]


def write_waveforms(path: Path, arrays: Mapping[str, "NDArray[np.float32]"]) -> None:
    """Write float32 arrays by name, for each of SIDES: `side` (n, length), and `side_power` (length // 2 + 1,)."""
    import numpy as np
    from safetensors.numpy import save

    whole = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in arrays.items()}
    write_whole(path, lambda beside: beside.write_bytes(save(whole)))


def read_waveforms(path: Path) -> Waveforms:
    """Return what write_waveforms wrote; nothing where there is none, or where anything of it is not as it wrote it."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found = load(read_bytes(path, LARGEST_WAVEFORMS))
        length = found[SIDES[0]].shape[1]
        shapes = [(found[side].ndim, found[side].shape[1:], found[f"{side}_power"].shape) for side in SIDES]
    except (OSError, SafetensorError, KeyError, IndexError, ValueError, TypeError):
        return {}
    expected = (2, (length,), (length // 2 + 1,))
    sound = all(values.dtype == np.float32 and np.isfinite(values).all() for values in found.values())
    return found if sound and length and all(shape == expected for shape in shapes) else {}
