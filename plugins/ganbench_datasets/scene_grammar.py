"""Captions of scenes: a small grammar, written and read; both sides are tensors of the words' numbers.

caption: object [relation object [and relation object]]; each relation is of the first object.
object: a [size] colour shape. relation: left of, right of, above or below.
"""

import torch
from torch import Tensor

from ganbench import Captions, Meaning, SceneLaw

_SLOTS = 4  # of an object: a, size, colour, shape
_JOINT = 3  # before a later object: and, and two words of a relation


class Grammar:
    """Writes what is meant as captions, and reads captions; for scenes of three objects at most."""

    def __init__(self, law: SceneLaw) -> None:
        relations = [word for relation in SceneLaw.relations for word in relation.split()]
        words = ("a", "and", *law.sizes, *law.colours, *law.shapes, *dict.fromkeys(relations))
        # the words of the longest caption: one "and" for three objects, and "left of" beside "above"
        length = _SLOTS * law.most + (2 if law.most > 1 else 0) + (2 if law.most > 2 else 0)
        self.law, self.captions = law, Captions(words, length)
        self._numbers = {word: number for number, word in enumerate(words, start=1)}

    def write(self, meaning: Meaning) -> Tensor:
        """Return the captions (n, length) of (n,) meanings; sizes that are 0 are left out."""
        columns = []
        for index in range(self.law.most):
            objects = meaning.objects[:, index]
            there = objects[:, 0] > 0
            if index:
                relation = meaning.relations[:, index - 1]
                columns += [
                    (there & (index > 1)) * self._numbers["and"],
                    *(
                        self._table([each.split()[part : part + 1] for each in SceneLaw.relations])[relation]
                        for part in (0, 1)
                    ),
                ]
            columns.append(there * self._numbers["a"])
            columns += [self._of_factor(factor)[objects[:, factor]] for factor in (2, 1, 0)]
        words = torch.stack(columns, dim=1)
        order = (words == 0).long().argsort(dim=1, stable=True)  # the words first, in their order
        return words.gather(1, order)[:, : self.captions.length]

    def read(self, captions: Tensor) -> Meaning:
        """Return what captions (n, length) of this grammar mean."""
        shapes = self._inverse(self._of_factor(0), captions)
        later = (shapes > 0).cumsum(dim=1) - (shapes > 0).long()  # the number of the object that a word belongs to
        objects = torch.zeros(
            len(captions), self.law.most, len(SceneLaw.factors), dtype=torch.int64, device=captions.device
        )
        later = later.clamp(max=self.law.most - 1)
        for factor in range(len(SceneLaw.factors)):
            objects[:, :, factor].scatter_add_(1, later, self._inverse(self._of_factor(factor), captions))
        relations = torch.zeros_like(objects[:, :, 0])
        first = self._table([each.split()[:1] for each in SceneLaw.relations])
        relations.scatter_add_(1, later, self._inverse(first, captions))
        return Meaning(objects, relations[:, 1:])

    def _of_factor(self, factor: int) -> Tensor:
        return self._table([[word] for word in self.law.words[factor]])

    def _table(self, words: list[list[str]]) -> Tensor:
        """Return the number of each word behind a 0; 0 where there is none."""
        return torch.tensor([0, *(self._numbers[each[0]] if each else 0 for each in words)])

    def _inverse(self, table: Tensor, captions: Tensor) -> Tensor:
        """Return for each word its place in a table; 0 for words that are not in it."""
        inverse = torch.zeros(len(self.captions.vocabulary) + 1, dtype=torch.int64)
        inverse[table] = torch.arange(len(table))
        inverse[0] = 0
        return inverse.to(captions.device)[captions]
