"""Captions of digits: a class, and how thick, slanting and large it is, by thresholds; written and read.

caption: a [size] [thickness] [upright] digit [leaning left | leaning right].
"""

from itertools import product

import torch
from torch import Tensor

from ganbench import Captions, Factor
from ganbench_datasets.digit_measures import MEASURES

DIGIT = Factor("digit", ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
FACTORS = (
    DIGIT,
    Factor("thickness", ("thin", "regular", "thick")),
    Factor("slant", ("leaning left", "upright", "leaning right")),
    Factor("size", ("small", "medium", "large")),
)
# between the values of each measure. Those of thickness and size cut MNIST's training digits into thirds; those of
# slant do not, as most people write slanting to the right, and half of the third that leans least does not lean left
THRESHOLDS = {"thickness": (2.04, 2.53), "slant": (0.0, 15.0), "size": (6.33, 7.02)}


def valued(measures: Tensor) -> Tensor:
    """Return the number of each measure's value, (n, 3) int64 from 1 on, of (n, 3) measures; 0 where it is nan."""
    thresholds = torch.tensor([THRESHOLDS[name] for name in MEASURES], dtype=measures.dtype, device=measures.device)
    numbers = 1 + (measures[:, :, None] >= thresholds).sum(dim=2)
    return torch.where(measures.isnan(), 0, numbers)


class DigitGrammar:
    """Writes factors as captions, and reads captions."""

    def __init__(self) -> None:
        numbers = [range(len(factor.words) + 1) for factor in FACTORS]
        texts = [_text(*said) if said[0] else "" for said in product(*numbers)]
        vocabulary = dict.fromkeys(
            ("a", "an", *(word for factor in FACTORS for word in " ".join(factor.words).split()))
        )
        self.captions = Captions(tuple(vocabulary), max(len(text.split()) for text in texts))
        nothing = [0] * self.captions.length
        self._written = torch.tensor([self.captions.tokens(text) if text else nothing for text in texts])
        self._meant = torch.zeros(len(vocabulary) + 1, len(FACTORS), dtype=torch.int64)
        for column, factor in enumerate(FACTORS):
            for value, words in enumerate(factor.words, start=1):
                # "leaning" alone says nothing
                self._meant[1 + self.captions.vocabulary.index(words.split()[-1]), column] = value

    def write(self, said: Tensor) -> Tensor:
        """Return the captions (n, length) of factors (n, 4) int64, of which all but the digit may be 0, not said."""
        number = torch.zeros_like(said[:, 0])
        for column, factor in enumerate(FACTORS):
            number = number * (len(factor.words) + 1) + said[:, column]
        return self._written[number]

    def read(self, captions: Tensor) -> Tensor:
        """Return what captions (n, length) say, (n, 4) int64; 0 for what they don't."""
        return self._meant.to(captions.device)[captions].amax(dim=1)


def _text(digit: int, thickness: int, slant: int, size: int) -> str:
    """Return the caption of the numbers of factors."""
    thick, slanting, large = (
        factor.words[number - 1] if number else ""
        for factor, number in zip(FACTORS[1:], (thickness, slant, size), strict=True)
    )
    before, after = ("", slanting) if slanting.startswith("leaning") else (slanting, "")
    words = " ".join((large, thick, before, DIGIT.words[digit - 1], after)).split()
    return " ".join(("an" if words[0][0] in "aeiou" else "a", *words))
