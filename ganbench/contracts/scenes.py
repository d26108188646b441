"""Scenes whose every object is known, and captions whose meaning is: what a score of what was asked for needs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ganbench.contracts.datasets import Batch, Conditioned

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class SceneLaw:
    """What scenes are made of: objects at the places of a grid, one at each or none.

    factors: of an object, in the order in which tensors have them. relations: between two objects, in words.
    shapes, colours, sizes: the words for them; a factor's number is its place in these plus 1, and 0 is for nothing.
    rows, columns: of the grid, whose places are counted row by row. most: objects of a scene, 1 to that number.
    held_out: pairs of a shape and a colour, in words, that neither split has.
    """

    factors: ClassVar = ("shape", "colour", "size")
    relations: ClassVar = ("left of", "right of", "above", "below")
    shapes: tuple[str, ...]
    colours: tuple[str, ...]
    sizes: tuple[str, ...]
    rows: int
    columns: int
    most: int
    held_out: tuple[tuple[str, str], ...]

    @property
    def places(self) -> int:
        """How many objects there is room for."""
        return self.rows * self.columns

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words for each of the factors."""
        return (self.shapes, self.colours, self.sizes)


class Meaning(NamedTuple):
    """What captions say.

    objects: (n, most, 3) int64, the factors of each object in its order in the caption; 0 for what is not said, and in
        all three where there is no such object. relations: (n, most - 1) int64, where the first object lies seen from
        each later one, the place in the law's relations plus 1; 0 where that is not said.
    """

    objects: Tensor
    relations: Tensor


class SceneDataset(Conditioned):
    """Claimed by a dataset of pictures of scenes, each asked for by a caption, whose factors are known exactly."""

    @property
    @abstractmethod
    def law(self) -> SceneLaw:
        """What the scenes are made of."""

    @abstractmethod
    def objects(self, split: str, n: int) -> Tensor:
        """Return the factors of the object at each place of the scenes of head(split, n): (n, places, 3) int64."""

    @abstractmethod
    def meaning(self, captions: Tensor) -> Meaning:
        """Return what captions (n, length) say, of those that this dataset makes."""

    @abstractmethod
    def compositions(self, n: int) -> Batch:
        """Return n scenes, the same each time, whose every object is of a pair that is held out, and their captions."""
