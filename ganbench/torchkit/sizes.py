"""Sizes that a user gives: refused in one line before a network is built from them."""

from ganbench.errors import BadOptionError


def at_least_one(model: str, **sizes: int) -> None:
    """Raise BadOptionError unless every size is a whole number of 1 or more."""
    whole = all(isinstance(size, int) and not isinstance(size, bool) and size >= 1 for size in sizes.values())
    if not whole:
        names, given = (" and ".join(map(str, part)) for part in (sizes, sizes.values()))
        raise BadOptionError(f"{model} takes {names} of 1 or more, not {given}")
