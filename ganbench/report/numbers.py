"""Numbers as people read them."""

import math

ARROWS = {"higher": "↑", "lower": "↓"}


NOTHING = "–"


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits; whole ones without decimals, small ones as powers."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    if not 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"
