"""One seed, many independent streams: what one purpose draws never changes what another gets."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def stream(seed: int, purpose: str) -> int:
    """Return the seed, in [0, 2^63), of one purpose's stream: "data", "init", "noise", "sample", "metric"."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


_DEVICE = "cuda"  # the name of a device's state in what was saved, whatever its kind


@contextmanager
def isolated(seed: int, device: str = "cpu") -> Iterator[None]:
    """Seed the global generators of torch, numpy and python inside, and put them back as they were after.

    Our own code passes generators; layers' initial weights, dropout and strangers' plugins use the globals.
    """
    import numpy as np
    import torch

    python_state, numpy_state = random.getstate(), np.random.get_state()
    device_state = _of_device(device)
    with torch.random.fork_rng(devices=[]):
        try:
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
            _give_back(device_state, device)


def randomness(device: str = "cpu") -> dict[str, Tensor]:
    """Return the state of the global generators of torch, numpy and python, as tensors by name."""
    import numpy as np
    import torch

    _, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    version, words, spare = random.getstate()
    state = {
        "torch": torch.get_rng_state(),
        "numpy": torch.from_numpy(np.asarray(keys, dtype=np.int64)),
        "numpy.rest": torch.tensor([position, has_gauss, gauss], dtype=torch.float64),
        "python": torch.tensor([version, *words], dtype=torch.int64),
        "python.spare": torch.tensor([] if spare is None else [spare], dtype=torch.float64),
    }
    return state if (of_device := _of_device(device)) is None else state | {_DEVICE: of_device}


def restore_randomness(state: Mapping[str, Tensor], device: str = "cpu") -> None:
    """Take back what randomness gave."""
    import numpy as np
    import torch

    torch.set_rng_state(state["torch"])
    position, has_gauss, gauss = state["numpy.rest"].tolist()
    np.random.set_state(("MT19937", state["numpy"].numpy().astype(np.uint32), int(position), int(has_gauss), gauss))
    version, *words = state["python"].tolist()
    random.setstate((version, tuple(words), next(iter(state["python.spare"].tolist()), None)))
    _give_back(state.get(_DEVICE), device)


def _of_device(device: str) -> Tensor | None:
    """Return the state of the global generator of a device other than the CPU."""
    import torch

    kind = device.partition(":")[0]
    if kind == "cpu":
        return None
    where = () if kind == "mps" else (device,)  # of which there is one
    state: Tensor = torch.get_device_module(kind).get_rng_state(*where)
    return state


def _give_back(state: Tensor | None, device: str) -> None:
    import torch

    kind = device.partition(":")[0]
    if state is not None and kind != "cpu":
        where = () if kind == "mps" else (device,)
        torch.get_device_module(kind).set_rng_state(state, *where)
