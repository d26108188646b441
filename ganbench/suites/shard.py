"""A part of a suite's runs, for machines that share no folder."""

import re

from ganbench.errors import BadOptionError
from ganbench.schema.spec import RunSpec


def shard(specs: list[RunSpec], which: str | None) -> list[RunSpec]:
    """Return every N-th spec from the I-th on, for `I/N`, such as `2/3`; all of them for None.

    Seeds come last in a suite's order, so they are what is dealt out first. Raises BadOptionError for what is not from
    1/N to N/N, and where nothing is left.
    """
    if which is None:
        return specs
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", which)
    part, parts = map(int, match.groups()) if match else (0, 0)
    if not 1 <= part <= parts:
        raise BadOptionError(f"can't read the shard {which!r}; write which of how many: 1/3, 2/3 or 3/3")
    if part > len(specs):
        raise BadOptionError(f"the shard {which} has none of {len(specs)} runs; make fewer shards")
    return specs[part - 1 :: parts]
