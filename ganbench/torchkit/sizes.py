"""Sizes that a user gives: refused in one line before anything is built from them."""

from ganbench.errors import BadOptionError


def at_least_one(name: str, **sizes: float) -> None:
    """Raise BadOptionError unless every size is a whole number of 1 or more."""
    at_least(1, name, **sizes)


def at_least(least: int, name: str, **sizes: float) -> None:
    """Raise BadOptionError in the name of what takes them unless every size is a whole number, `least` or more."""
    whole = all(isinstance(size, int) and not isinstance(size, bool) and size >= least for size in sizes.values())
    if not whole:
        names, given = (" and ".join(map(str, part)) for part in (sizes, sizes.values()))
        raise BadOptionError(f"{name} takes {names} of {least} or more, not {given}")
