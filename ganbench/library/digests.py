"""Digests of objects that were handed in: of their code, or of their numbers, so that a changed one is another run."""

import functools
import hashlib
import types
import uuid
from collections.abc import Iterator
from typing import Any

from ganbench.contracts.datasets import Dataset

_LENGTH = 12  # hexadecimal digits


def digest_of(thing: Any) -> str:
    """Return twelve hexadecimal digits that stand for a class, a function, a partial, a tensor or a dataset.

    Of a class or a function they stand for its compiled code, for its defaults and for what it inherits from classes of
    the same package: comments may change. What it calls outside of itself is not looked at. Of data they stand for
    every number. Anything else gets digits of its own each time, and is never taken for what was run before.
    """
    found = hashlib.sha256()
    for part in _parts(thing):
        found.update(part)
        found.update(b"\0")
    return found.hexdigest()[:_LENGTH]


def _parts(thing: Any) -> Iterator[bytes]:
    import numpy as np
    import torch

    if isinstance(thing, functools.partial):
        yield repr((thing.args, sorted(thing.keywords.items()))).encode()
        yield from _parts(thing.func)
    elif isinstance(thing, type):
        yield from _of_class(thing)
    elif isinstance(thing, types.FunctionType):
        yield from _of_function(thing)
    elif isinstance(thing, torch.Tensor):
        yield from _parts(thing.detach().cpu().contiguous().numpy())
    elif isinstance(thing, np.ndarray):
        yield repr((thing.dtype.str, thing.shape)).encode()
        yield np.ascontiguousarray(thing).tobytes()
    elif isinstance(thing, Dataset):
        for split in ("train", "test"):
            for tensor in thing.head(split, thing.count(split)):
                yield from _parts(tensor)
    elif isinstance(thing, str):
        yield thing.encode()
    else:
        yield uuid.uuid4().bytes


def _of_class(thing: type) -> Iterator[bytes]:
    package = thing.__module__.partition(".")[0]
    for base in thing.__mro__:
        yield f"{base.__module__}.{base.__qualname__}".encode()
        if base.__module__.partition(".")[0] != package:
            continue
        for name, value in sorted(vars(base).items()):
            yield name.encode()
            yield from _of_member(value)


def _of_member(value: Any) -> Iterator[bytes]:
    match value:
        case staticmethod() | classmethod():
            yield from _of_member(value.__func__)
        case property():
            for function in (value.fget, value.fset):
                yield from _of_member(function)
        case types.FunctionType():
            yield from _of_function(value)
        case type():
            yield value.__qualname__.encode()
        case bool() | int() | float() | str() | tuple() | None:
            yield repr(value).encode()


def _of_function(function: types.FunctionType) -> Iterator[bytes]:
    yield repr((function.__defaults__, function.__kwdefaults__)).encode()
    yield from _of_code(function.__code__)


def _of_code(code: types.CodeType) -> Iterator[bytes]:
    """Yield what a function does, and not where it is written."""
    yield code.co_code
    yield repr((code.co_names, code.co_varnames)).encode()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _of_code(constant)
        else:
            yield repr(constant).encode()
