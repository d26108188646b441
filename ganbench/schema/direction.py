"""Which way a score points: the one place that reads "higher", "lower" and "closer to X"."""


def merit(value: float, better: str) -> float:
    """Return a number whose smallest is best, whichever way a score points.

    better: "higher", "lower", or "closer to X".
    """
    if better.startswith("closer to "):
        return abs(value - float(better.removeprefix("closer to ")))
    return -value if better == "higher" else value
