"""What samples are asked for given: a class, a caption, or a source picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ganbench.errors import BadOptionError, nearest


@dataclass(frozen=True)
class Labels:
    """A class for each sample: a condition is (n,) int64 in [0, classes)."""

    kind: ClassVar[str] = "labels"
    classes: int


@dataclass(frozen=True)
class Captions:
    """A sentence for each sample: a condition is (n, length) int64, the numbers of its words, 0 behind the last.

    vocabulary: the words, the first of which has the number 1. length: words of the longest caption.
    """

    kind: ClassVar[str] = "captions"
    vocabulary: tuple[str, ...]
    length: int

    def tokens(self, caption: str) -> list[int]:
        """Return a caption as `length` numbers.

        Raises BadOptionError for a word that is not in the vocabulary, naming those next to it, for more words than
        `length`, and for none.
        """
        words = caption.lower().replace(",", " ").split()
        if not 1 <= len(words) <= self.length:
            raise BadOptionError(f"a caption has 1 to {self.length} words, and {caption!r} has {len(words)}")
        numbers = {word: number for number, word in enumerate(self.vocabulary, start=1)}
        for word in words:
            if word not in numbers:
                raise BadOptionError(f"unknown word {word!r} in a caption{nearest(word, self.vocabulary)}")
        return [numbers[word] for word in words] + [0] * (self.length - len(words))

    def text(self, tokens: Sequence[int]) -> str:
        """Return the caption that numbers stand for."""
        return " ".join(self.vocabulary[token - 1] for token in tokens if token)


@dataclass(frozen=True)
class Sources:
    """A picture for each sample, to be translated: a condition is (n, *shape) float32 in [-1, 1].

    shape: (channels, height, width). paired: whether the sources of a training batch are those that its samples
    belong to, one by one; else they are drawn apart. truth: the same of held-out data, which alone tells the error of
    a translation.
    """

    kind: ClassVar[str] = "sources"
    shape: tuple[int, ...]
    paired: bool = True
    truth: bool = True


Condition = Labels | Captions | Sources


def condition_dict(condition: Condition) -> dict[str, Any]:
    """Return a condition as JSON has it."""
    return {"kind": condition.kind, **vars(condition)}


def read_condition(data: Mapping[str, Any]) -> Condition:
    """Take back what condition_dict gave; raises ValueError for anything else."""
    kind, facts = data.get("kind"), {name: value for name, value in data.items() if name != "kind"}
    if kind == Labels.kind and set(facts) == {"classes"} and _natural(facts["classes"]):
        return Labels(facts["classes"])
    if kind == Captions.kind and set(facts) == {"vocabulary", "length"} and _natural(facts["length"]):
        words = facts["vocabulary"]
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return Captions(tuple(words), facts["length"])
    if kind == Sources.kind and set(facts) == {"shape", "paired", "truth"}:
        shape, flags = facts["shape"], (facts["paired"], facts["truth"])
        whole = isinstance(shape, list) and len(shape) == 3 and all(_natural(side) for side in shape)
        if whole and all(isinstance(flag, bool) for flag in flags):
            return Sources(tuple(shape), *flags)
    raise ValueError(f"no condition: {dict(data)!r:.80}")


def _natural(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31
