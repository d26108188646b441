"""Scenes drawn at random: which objects lie where, the picture of them, and what a caption says of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from ganbench import Meaning, SceneLaw, stream
from ganbench_datasets.scene_drawing import COLOURS, SIZES, Figures, draw, empty
from ganbench_datasets.scene_grammar import Grammar

_UNSAID = 0.25  # the share of objects whose size a caption leaves out
_ROOM = 7.4  # pixels between the middle of a place and an object's farthest point, at most
_REACH = 1.15  # of an object, in radii
_RADIUS, _BRIGHTNESS = (0.94, 1.06), (0.85, 1.0)  # times what the factors say
_CHUNK = 4_000  # scenes that are painted at a time
_LEFT, _RIGHT, _ABOVE, _BELOW = range(1, len(SceneLaw.relations) + 1)


class Drawn(NamedTuple):
    """Scenes. pictures: (n, 3, side, side) uint8; captions: (n, length) int64; objects: (n, places, 3) int64."""

    pictures: Tensor
    captions: Tensor
    objects: Tensor


@dataclass(frozen=True)
class Scenes:
    """Draws scenes on a grid of two by two. scale: 1 for pictures of 32 x 32, 2 for 64 x 64; seed: of all draws."""

    law: SceneLaw
    scale: int
    seed: int

    @cached_property
    def grammar(self) -> Grammar:
        """What captions are written in."""
        return Grammar(self.law)

    def draw(self, split: str, n: int, held_out: bool = False) -> Drawn:
        """Draw n scenes of a split, of pairs of shape and colour that are not held out, or of those that are."""
        generator = torch.Generator().manual_seed(stream(self.seed, f"shapes {split}"))
        places, there = self._places(n, generator)
        named = self._kinds(n, held_out, generator) * there[:, :, None]
        objects = torch.zeros(n, self.law.places, len(SceneLaw.factors), dtype=torch.int64)
        objects.scatter_(1, places[:, : self.law.most, None].expand_as(named), named)
        said = named.clone()
        said[:, :, 2] *= torch.rand(n, self.law.most, generator=generator) >= _UNSAID
        captions = self.grammar.write(Meaning(said, self._relations(places, there, generator)))
        pictures = [self._paint(chunk, generator) for chunk in torch.split(objects, _CHUNK)]
        return Drawn(torch.cat(pictures), captions, objects)

    def _places(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return the places in the order in which objects are named (n, places), and which have one (n, most).

        Three objects leave one place free; the one across from it is beside one of the others and above or below the
        other, and is named first.
        """
        keys = torch.rand(n, self.law.places, generator=generator)
        count = torch.randint(1, self.law.most + 1, (n,), generator=generator)
        corner = self.law.places - 1 - keys.argmax(dim=1)
        three = count == 3
        keys[three, corner[three]] = -1.0
        return keys.argsort(dim=1), torch.arange(self.law.most) < count[:, None]

    def _kinds(self, n: int, held_out: bool, generator: torch.Generator) -> Tensor:
        """Return the factors of as many objects as a scene may have, (n, most, 3), each kind as often."""
        shapes, colours, sizes = self.law.words
        out = [(shapes.index(shape), colours.index(colour)) for shape, colour in self.law.held_out]
        pairs = [(shape, colour) for shape in range(len(shapes)) for colour in range(len(colours))]
        chosen = torch.tensor([pair for pair in pairs if (pair in out) == held_out])
        drawn = torch.randint(len(chosen), (n, self.law.most), generator=generator)
        size = torch.randint(len(sizes), (n, self.law.most, 1), generator=generator)
        return torch.cat([chosen[drawn], size], dim=2) + 1

    def _relations(self, places: Tensor, there: Tensor, generator: torch.Generator) -> Tensor:
        """Return where the first object lies seen from each later one; one of two truths where they lie askew."""
        row, column = places // self.law.columns, places % self.law.columns
        coin = torch.rand(len(places), self.law.most - 1, generator=generator) < 0.5
        first, others = (row[:, :1], column[:, :1]), slice(1, self.law.most)
        beside = (first[1] != column[:, others]) & ((first[0] == row[:, others]) | coin)
        across = torch.where(first[1] < column[:, others], _LEFT, _RIGHT)
        along = torch.where(first[0] < row[:, others], _ABOVE, _BELOW)
        return torch.where(beside, across, along) * there[:, 1:]

    def _paint(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Return the pictures of (n, places, 3) factors, (n, 3, side, side) uint8."""
        kinds = objects.flatten(0, 1)
        parts = empty(len(kinds), self.scale)
        there = kinds[:, 0] > 0
        parts[there] = draw(figures(kinds[there] - 1, generator), self.scale)
        side = parts.shape[-1]
        grid = parts.reshape(len(objects), self.law.rows, self.law.columns, 3, side, side)
        return grid.permute(0, 3, 1, 4, 2, 5).reshape(len(objects), 3, self.law.rows * side, self.law.columns * side)


def figures(kinds: Tensor, generator: torch.Generator) -> Figures:
    """Return objects (n, 3) of factors, from 0, with a place, a radius and a brightness drawn for each."""
    shape, colour, size = kinds.unbind(dim=1)

    def uniform(low: float, high: float, *more: int) -> Tensor:
        return low + (high - low) * torch.rand(len(kinds), *more, generator=generator)

    radius = torch.tensor(list(SIZES.values()))[size] * uniform(*_RADIUS)
    centre = uniform(-1, 1, 2) * (_ROOM - _REACH * radius)[:, None]
    shade = torch.tensor(list(COLOURS.values()), dtype=torch.float32)[colour] * uniform(*_BRIGHTNESS, 1)
    return Figures(shape, radius, centre, shade)
