"""Memory of the CPU as training takes it: the same buffers, update after update."""

import os
import sys
from collections.abc import MutableMapping

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # as glibc's malloc.h numbers them
_LARGEST = 32 * 2**20  # bytes of a buffer that is kept; any larger one goes back to the system at once
_KEPT = 2**30  # bytes that are kept at most at the end of the heap
_USERS_OWN = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")
LARGE_PAGES = "THP_MEM_ALLOC_ENABLE"


def keep_freed_memory(variables: MutableMapping[str, str] = os.environ) -> bool:
    """Let malloc keep what an update frees, and torch take large pages; return whether malloc could be told so.

    By itself glibc gives large buffers back to the system and takes them again, which then clears them page by page:
    of an update of convolutions a tenth to a quarter of the time. Torch reads the variable at its first tensor.
    Nothing is changed where a user has told malloc otherwise, and on systems without glibc.
    """
    variables.setdefault(LARGE_PAGES, "1")
    if not sys.platform.startswith("linux") or any(name in variables for name in _USERS_OWN):
        return False
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another library of C
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST)) and bool(mallopt(_TRIM_THRESHOLD, _KEPT))
