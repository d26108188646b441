"""Sizes of memory as people write them."""

import re

from ganbench.errors import BadOptionError

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def parse_size(text: str) -> int:
    """Return the bytes of `500MB`, `4GB` or `1.5GiB`; raises BadOptionError for anything else."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*([KMGT]?I?B)", text.strip().upper())
    if not match or match[2] not in _UNITS:
        raise BadOptionError(f"can't read the size {text!r}; write a number and its unit: 500MB, 4GB or 1.5GiB")
    return int(float(match[1]) * _UNITS[match[2]])
