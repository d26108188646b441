"""The garbage collector kept from going through a thousand records again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Let the collector rest: for work that makes many objects that stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def gc_frozen() -> Iterator[None]:
    """Let the collector overlook all that is there by now: for work beside many objects that stay."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
