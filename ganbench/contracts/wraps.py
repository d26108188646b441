"""A parameter that names another model: what is handed over in its place, and how it is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganbench.contracts.models import Model, Task
from ganbench.schema.setting import Setting


@dataclass(frozen=True)
class ModelMaker:
    """A model that was chosen, with its parameters, but not built yet. name: its own, without them."""

    name: str
    make: Callable[[Task], Model]

    def __call__(self, task: Task) -> Model:
        """Build the model for a task."""
        return self.make(task)


@dataclass(frozen=True)
class Wraps(Setting):
    """Declares a parameter of type ModelMaker: `base: Annotated[ModelMaker, Wraps("…", images="dcgan")]`.

    A user gives a model's name, and that model's parameters beside it; the thing is handed what makes it.
    images, points: the model's name unless given, for images and for points.
    """

    images: str = ""
    points: str = ""

    def name_for(self, task: Task) -> str:
        """Return the name of the model unless given."""
        return self.images if task.images else self.points
