"""Scenes of one to three objects, each of a shape, a colour, a size and a place, with captions; no download."""

from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from torch import Tensor

from ganbench import Batch, Captions, Meaning, SceneDataset, SceneLaw, Setting, Source
from ganbench.torchkit.resident import Resident, taken
from ganbench_datasets.scene_drawing import COLOURS, SHAPES, SIDE, SIZES
from ganbench_datasets.scenes import Scenes

_TEST = 5_000
_HELD_OUT = (("circle", "yellow"), ("square", "cyan"), ("triangle", "red"), ("cross", "blue"))


class Shapes(Resident, SceneDataset):
    """Pictures as bytes, captions as words' numbers, and the factors that both were made from."""

    def __init__(self, scenes: Scenes, counts: Mapping[str, int]) -> None:
        self._scenes = scenes
        drawn = {split: scenes.draw(split, count) for split, count in counts.items()}
        self._objects = {split: each.objects for split, each in drawn.items()}
        super().__init__({split: (each.pictures, each.captions) for split, each in drawn.items()}, classes=0)

    @property
    def condition(self) -> Captions:
        """The words of the grammar, and how many of them a caption has at most."""
        return self._scenes.grammar.captions

    @property
    def law(self) -> SceneLaw:
        """Four shapes, six colours and two sizes at four places."""
        return self._scenes.law

    def objects(self, split: str, n: int) -> Tensor:
        """Return the factors of the object at each place of the scenes of head(split, n): (n, 4, 3) int64."""
        order = self._head_order(split)[:n]
        return self._objects[split].to(order.device).index_select(0, order)

    def meaning(self, captions: Tensor) -> Meaning:
        """Return what captions (n, length) of this grammar say."""
        return self._scenes.grammar.read(captions)

    def compositions(self, n: int) -> Batch:
        """Return n scenes, the same each time, whose every object is of a held-out pair, and their captions."""
        drawn, device = self._scenes.draw("compositions", n, held_out=True), self.splits["train"][0].device
        everything = torch.arange(n, device=device)
        return Batch(taken(drawn.pictures.to(device), everything), drawn.captions.to(device))


def shapes(
    source: Source,  # noqa: ARG001  # every dataset is made from a source
    size: Annotated[Literal[32, 64], Setting("pixels a side")] = 32,
    objects: Annotated[int, Setting("of a scene, one to that number", at_least=1, at_most=3)] = 3,
    examples: Annotated[int, Setting("training scenes; 5,000 more are held out", at_least=1)] = 20_000,
    seed: Annotated[int, Setting("of the scenes", at_least=0)] = 0,
) -> Shapes:
    """Make colour pictures of scenes, and captions of a small grammar, all drawn from a seed.

    An object is one of four shapes, six colours and two sizes at one of four places; centre, radius and brightness
    vary a little. Four pairs of shape and colour are held out: no scene of either split has a yellow circle, a cyan
    square, a red triangle or a blue cross, which leaves 265,760 scenes of 456,384. A caption leaves out the size of one
    object in four, and tells of places no more than where the first object lies seen from the others.
    """
    law = SceneLaw(SHAPES, tuple(COLOURS), tuple(SIZES), rows=2, columns=2, most=objects, held_out=_HELD_OUT)
    return Shapes(Scenes(law, size // (2 * SIDE), seed), {"train": examples, "test": _TEST})
