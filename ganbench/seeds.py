"""One seed, many independent streams: what one purpose draws never changes what another gets."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager


def stream(seed: int, purpose: str) -> int:
    """Return the seed, in [0, 2^63), of one purpose's stream: "data", "init", "noise", "sample", "metric"."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@contextmanager
def isolated(seed: int, device: str = "cpu") -> Iterator[None]:
    """Seed the global generators of torch, numpy and python inside, and put them back as they were after.

    Our own code passes generators; layers' initial weights, dropout and strangers' plugins use the globals.
    """
    import numpy as np
    import torch

    python_state, numpy_state = random.getstate(), np.random.get_state()
    devices = [device] if device.startswith("cuda") else []
    with torch.random.fork_rng(devices=devices):
        try:
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
