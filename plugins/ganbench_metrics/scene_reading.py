"""Scenes as a recogniser reads them, and what of a caption is in them."""

from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from ganbench import Evidence, Meaning, SceneDataset, SceneLaw, UnfitError


def scenes_of(evidence: Evidence, metric: str) -> SceneDataset:
    """Return the dataset of scenes that evidence is of; raises UnfitError for any other."""
    if not isinstance(evidence.dataset, SceneDataset):
        raise UnfitError(f"{metric} judges scenes whose factors are known; take a dataset of scenes, such as shapes")
    return evidence.dataset


def recognised(vectors: Tensor, law: SceneLaw) -> Tensor:
    """Return the factors at each place, (n, places, 3) int64, that log-probabilities (n, …) make likeliest.

    A place has numbers for nothing, each shape, and what is no shape, for each colour and for each size; places stand
    side by side. A shape is 0 for nothing, and its place in the law plus 1, which behind the last is for what is
    unclear; colours and sizes are 0 where there is nothing.

    Raises UnfitError for vectors that are something else.
    """
    widths = [len(law.shapes) + 2, len(law.colours), len(law.sizes)]
    if vectors.shape[1] != law.places * sum(widths):
        raise UnfitError(
            f"scenes are read from {law.places * sum(widths)} log-probabilities of factors, as the features "
            f"shapes-factors give them, not from {vectors.shape[1]} numbers"
        )
    if not bool(vectors.isfinite().all()):
        raise UnfitError("the log-probabilities of factors are not finite")
    shape, colour, size = torch.split(vectors.reshape(-1, law.places, sum(widths)), widths, dim=2)
    shapes = shape.argmax(dim=2)
    there = shapes > 0
    return torch.stack([shapes, (colour.argmax(dim=2) + 1) * there, (size.argmax(dim=2) + 1) * there], dim=2)


@dataclass(frozen=True)
class Matched:
    """What of captions is in scenes, caption by caption, (n,) int64 each, by factor.

    found: how many factors of that kind are as said; said: how many are said. Kinds are shape, colour, size, relation,
    and count, the number of objects, which every caption says.
    """

    found: dict[str, Tensor]
    said: dict[str, Tensor]

    def share(self, kind: str) -> float | None:
        """Return the share of what is said of a kind that is found; None where nothing is said."""
        said = int(self.said[kind].sum())
        return int(self.found[kind].sum()) / said if said else None

    @property
    def all(self) -> float:
        """The share of all that is said that is found."""
        return sum(int(each.sum()) for each in self.found.values()) / sum(
            int(each.sum()) for each in self.said.values()
        )

    @property
    def whole(self) -> float:
        """The share of captions of which everything is found."""
        wrong = torch.stack([self.said[kind] - self.found[kind] for kind in self.said]).sum(dim=0)
        return float((wrong == 0).double().mean())


def matched(seen: Tensor, meaning: Meaning, law: SceneLaw) -> Matched:
    """Compare scenes (n, places, 3) with what their captions say.

    Named objects are looked for among the places, each at one of its own, so that most of what is said is found; among
    ways that find as much the first is taken. At a place with nothing, nothing is found; nor is a relation of an object
    of which neither shape nor colour is.
    """
    named, relations = meaning.objects, meaning.relations
    ways = torch.tensor(list(permutations(range(law.places), law.most)), device=seen.device)
    placed = seen[:, ways]  # (n, ways, most, 3)
    factors = (placed == named[:, None]) & (named[:, None] > 0)
    known = factors[..., :2].any(dim=3)
    related = _relations(law).to(seen.device)[ways[:, :1], ways[:, 1:]]  # (ways, most - 1, relations + 1)
    chosen = relations[:, None, :, None].expand(-1, len(ways), -1, 1)
    true = related.expand(len(seen), *related.shape).gather(3, chosen).squeeze(3)
    true = true & known[:, :, :1] & known[:, :, 1:]
    best = (factors.sum(dim=(2, 3)) + true.sum(dim=2)).argmax(dim=1)
    rows = torch.arange(len(seen), device=seen.device)
    found = dict(zip(law.factors, factors[rows, best].sum(dim=1).unbind(dim=1), strict=True))
    said = dict(zip(law.factors, (named > 0).sum(dim=1).unbind(dim=1), strict=True))
    found["relation"], said["relation"] = true[rows, best].sum(dim=1), (relations > 0).sum(dim=1)
    found["count"] = ((seen[:, :, 0] > 0).sum(dim=1) == (named[:, :, 0] > 0).sum(dim=1)).long()
    said["count"] = torch.ones_like(found["count"])
    return Matched(found, said)


def _relations(law: SceneLaw) -> Tensor:
    """Return whether each relation holds of a first place and a second: (places, places, relations + 1), none first."""
    row, column = torch.arange(law.places) // law.columns, torch.arange(law.places) % law.columns
    first, second = (row[:, None], column[:, None]), (row[None, :], column[None, :])
    holds = [first[1] < second[1], first[1] > second[1], first[0] < second[0], first[0] > second[0]]
    return torch.stack([torch.zeros(law.places, law.places, dtype=torch.bool), *holds], dim=2)
