"""Scenes counted: how many are whole, how many differ, and whether every kind of object comes up as often."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import BoundedByData, Evidence, SceneLaw, UnfitError
from ganbench_metrics.scene_reading import recognised, scenes_of


class SceneModes(BoundedByData):
    """Fulfils contracts.Metric on datasets that claim ganbench.SceneDataset, in the features of their factors."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return scenes_whole, scenes_captured, objects_captured, object_kl and objects_held_out."""
        law = scenes_of(evidence, "scene-modes").law
        return count_scenes(recognised(evidence.fake.vectors, law), law)

    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
        """Return 0 to the samples, to the kinds of objects, and to the divergence of objects that are all of one."""
        kinds = int(usual(scenes_of(evidence, "scene-modes").law).sum())
        return {
            "scenes_captured": (0, len(evidence.fake.samples)),
            "objects_captured": (0, kinds),
            "object_kl": (0, math.log(kinds)),
        }


def count_scenes(seen: Tensor, law: SceneLaw) -> dict[str, float]:
    """Count scenes (n, places, 3), and their objects by place, shape, colour and size.

    scenes_whole: the share with one object or more, as many as a scene may have at most, and all of them clear.
    scenes_captured: how many whole ones differ. objects_captured: kinds that come up, of pairs that are not held out;
    object_kl: from their histogram to equal shares, in nats. objects_held_out: the share of clear objects of pairs that
    are. Raises UnfitError where no object is clear.
    """
    shapes = seen[:, :, 0]
    objects, unclear = (shapes > 0).sum(dim=1), (shapes > len(law.shapes)).any(dim=1)
    whole = (objects >= 1) & (objects <= law.most) & ~unclear
    counts = count_objects(seen, law)
    common = counts[usual(law)].double()
    if not int(common.sum()):
        raise UnfitError("no object of a known kind is recognised")
    share = common / common.sum()
    divergence = torch.special.xlogy(share, share * len(share)).sum()
    return {
        "scenes_whole": float(whole.double().mean()),
        "scenes_captured": float(len(torch.unique(seen[whole].flatten(1), dim=0))),
        "objects_captured": float((common > 0).sum()),
        "object_kl": max(0.0, float(divergence)),
        "objects_held_out": 1 - float(common.sum()) / int(counts.sum()),
    }


def count_objects(seen: Tensor, law: SceneLaw) -> Tensor:
    """Return how many clear objects are of each place, shape, colour and size, (places x shapes x colours x sizes,)."""
    clear = (seen[:, :, 0] > 0) & (seen[:, :, 0] <= len(law.shapes))
    place = torch.arange(law.places, device=seen.device).expand(len(seen), -1)[clear]
    shape, colour, size = (seen[clear] - 1).unbind(dim=1)
    number = ((place * len(law.shapes) + shape) * len(law.colours) + colour) * len(law.sizes) + size
    return torch.bincount(number, minlength=law.places * math.prod(len(words) for words in law.words)).cpu()


def usual(law: SceneLaw) -> Tensor:
    """Return for each number of count_objects whether its pair of shape and colour is not held out."""
    grid = torch.ones(law.places, *(len(words) for words in law.words), dtype=torch.bool)
    for shape, colour in law.held_out:
        grid[:, law.shapes.index(shape), law.colours.index(colour)] = False
    return grid.flatten()
