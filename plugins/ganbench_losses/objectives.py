"""Plain objectives by name, for losses that add something to any of them."""

from collections.abc import Callable
from typing import Literal

from ganbench import AdversarialLoss
from ganbench_losses.hinge import Hinge
from ganbench_losses.least_squares import LeastSquares
from ganbench_losses.minimax import Minimax
from ganbench_losses.non_saturating import NonSaturating

Objective = Literal["non-saturating", "hinge", "least-squares", "minimax"]


def plain_objective(name: Objective) -> AdversarialLoss:
    """Return one of the objectives that are made of unpaired logits alone."""
    made: dict[Objective, Callable[[], AdversarialLoss]] = {
        "non-saturating": NonSaturating,
        "hinge": Hinge,
        "least-squares": LeastSquares,
        "minimax": Minimax,
    }
    return made[name]()
