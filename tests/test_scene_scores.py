"""What of a caption is in a scene, and how scenes are counted."""

import math
from itertools import permutations

import pytest
import torch
from torch.nn.functional import one_hot

from ganbench.contracts.capabilities import PLAIN, Profile
from ganbench.contracts.datasets import SampleFormat
from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench.contracts.scenes import Meaning
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench_datasets.shapes import shapes
from ganbench_features.scene_recogniser import SceneFactors
from ganbench_metrics.alignment import Alignment, Composition
from ganbench_metrics.scene_modes import SceneModes, count_objects, count_scenes, usual
from ganbench_metrics.scene_reading import matched, recognised

SMALL = SampleFormat((3, 32, 32), 0, "cpu")


@pytest.fixture(scope="module")
def scenes():
    return shapes(None, examples=1_000)


def chances(seen):
    """Return the log-probabilities of a recogniser that is sure of scenes (n, 4, 3)."""
    parts = (one_hot(seen[:, :, 0], 6), one_hot((seen[:, :, 1] - 1).clamp(min=0), 6),
             one_hot((seen[:, :, 2] - 1).clamp(min=0), 2))  # fmt: skip
    return (torch.cat(parts, dim=2).float() * 20 - 20).flatten(1)


def meaning(text, data):
    return data.meaning(torch.tensor([data.condition.tokens(text)]))


def place(**objects):
    """Return one scene, (1, 4, 3), of factors by place: a1 is above on the left, b2 below on the right."""
    seen = torch.zeros(1, 4, 3, dtype=torch.int64)
    for name, factors in objects.items():
        seen[0, ("a1", "a2", "b1", "b2").index(name)] = torch.tensor(factors)
    return seen


RED_CIRCLE, BLUE_SQUARE, GREEN_CROSS = (1, 1, 1), (2, 3, 2), (4, 2, 1)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        # shape, colour, size, relation, count; of 2, 2, 1, 1, 1 that are said
        (place(a1=RED_CIRCLE, a2=BLUE_SQUARE), (2, 2, 1, 1, 1)),
        (place(b1=RED_CIRCLE, a2=BLUE_SQUARE), (2, 2, 1, 1, 1)),  # askew is left of, too
        (place(a2=RED_CIRCLE, a1=BLUE_SQUARE), (2, 2, 1, 0, 1)),
        (place(a1=RED_CIRCLE, b1=BLUE_SQUARE), (2, 2, 1, 0, 1)),
        (place(a1=(1, 3, 1), a2=(2, 1, 2)), (2, 0, 1, 1, 1)),  # colours exchanged
        (place(a1=RED_CIRCLE), (1, 1, 1, 0, 0)),
        (place(a1=RED_CIRCLE, a2=BLUE_SQUARE, b1=GREEN_CROSS), (2, 2, 1, 1, 0)),
        (place(a1=(5, 1, 1), a2=BLUE_SQUARE), (1, 2, 1, 1, 1)),  # a red something
        (place(), (0, 0, 0, 0, 0)),
        (place(a1=(5, 5, 1), a2=(5, 5, 2), b1=(5, 5, 1), b2=(5, 5, 2)), (0, 0, 1, 0, 0)),  # four somethings
    ],
)
def test_what_of_a_caption_is_in_a_scene_is_found(scenes, seen, found):
    said = meaning("a small red circle left of a blue square", scenes)
    result = matched(seen, said, scenes.law)
    kinds = ("shape", "colour", "size", "relation", "count")
    assert tuple(int(result.said[kind].sum()) for kind in kinds) == (2, 2, 1, 1, 1)
    assert tuple(int(result.found[kind].sum()) for kind in kinds) == found
    assert result.all == sum(found) / 7
    assert result.whole == float(sum(found) == 7)


def by_hand(seen, objects, relations):
    """Return how many factors and relations the best way finds, by trying all, object by object."""
    best = 0
    for way in permutations(range(4), 3):
        found = sum(
            named > 0 and named == int(seen[spot][factor])
            for each, spot in zip(objects.tolist(), way, strict=True)
            for factor, named in enumerate(each)
        )
        first = divmod(way[0], 2)
        for relation, spot, named in zip(relations.tolist(), way[1:], objects[1:], strict=True):
            row, column = divmod(spot, 2)
            holds = (first[1] < column, first[1] > column, first[0] < row, first[0] > row)
            pairs = ((objects[0], seen[way[0]]), (named, seen[spot]))
            known = all(
                any(a > 0 and a == b for a, b in zip(*(each[:2] for each in pair), strict=True)) for pair in pairs
            )
            found += bool(relation and holds[relation - 1] and known)
        best = max(best, found)
    return best


def test_the_best_way_is_that_of_a_search_by_hand(scenes):
    seen, captions = scenes.objects("test", 60), scenes.head("test", 120).condition[60:]
    said = scenes.meaning(captions)
    result = matched(seen, said, scenes.law)
    for index in range(60):
        hand = by_hand(seen[index], said.objects[index], said.relations[index])
        assert sum(int(result.found[kind][index]) for kind in ("shape", "colour", "size", "relation")) == hand


def evidence(data, seen, real=None, **changes):
    captions = data.head("test", len(seen)).condition
    truth = data.objects("test", len(seen)) if real is None else real
    sides = [Side(torch.zeros(len(seen), 3, 32, 32), captions, Features(chances(each))) for each in (truth, seen)]
    return Evidence(*sides, data, None, 0, **changes)


def test_real_scenes_align_and_captions_of_others_do_not(scenes):
    scores = Alignment().score(evidence(scenes, scenes.objects("test", 500)))
    assert scores["alignment"] == scores["alignment_whole"] == scores["alignment_ceiling"] == 1.0
    assert all(scores[f"alignment_{kind}"] == 1.0 for kind in ("shape", "colour", "size", "relation", "count"))
    assert 0.3 < scores["alignment_floor"] < 0.6
    others = Alignment().score(evidence(scenes, scenes.objects("test", 1_000)[500:], scenes.objects("test", 500)))
    assert others["alignment"] == pytest.approx(scores["alignment_floor"], abs=0.05)
    assert others["alignment_whole"] < 0.05


def test_one_factor_that_is_wrong_costs_that_factor_alone(scenes):
    seen = scenes.objects("test", 500)
    seen[:, :, 1] = torch.where(seen[:, :, 1] > 0, seen[:, :, 1] % 6 + 1, 0)
    scores = Alignment().score(evidence(scenes, seen))
    assert scores["alignment_count"] == 1.0
    assert scores["alignment_colour"] < 0.25
    assert scores["alignment_shape"] > 0.9


def test_scenes_without_relations_or_captions_have_no_score_of_them():
    single = shapes(None, objects=1, examples=10)
    scores = Alignment().score(evidence(single, single.objects("test", 50)))
    assert "alignment_relation" not in scores
    assert scores["alignment"] == 1.0


class Painter:
    """Draws the scenes that it was told of, or those of the captions in another order."""

    def __init__(self, data, order=None):
        self.data, self.order, self.asked = data, order, None

    def sample(self, n, generator, condition=None):
        self.asked = condition
        pictures = self.data.compositions(n).samples
        return pictures if self.order is None else pictures[torch.randperm(n, generator=generator)]


@pytest.mark.parametrize("shuffled", [None, True])
def test_composition_asks_the_model_for_pairs_that_are_held_out(scenes, shuffled):
    space, kept = SceneFactors(SMALL), []

    def embed(samples, keep=True):
        kept.append(keep)
        return space(samples)

    model, profile = Painter(scenes, shuffled), Profile(condition=scenes.condition)
    given = evidence(scenes, scenes.objects("test", 200), embed=embed, profile=profile)
    scores = Composition().score(Evidence(**(vars(given) | {"model": model})))
    assert torch.equal(model.asked, scenes.compositions(200).condition)
    assert kept == [False, True]
    assert scores["composition_ceiling"] > 0.99
    floor = scores["composition_floor"]
    assert scores["composition"] == pytest.approx(floor if shuffled else scores["composition_ceiling"], abs=0.06)
    assert floor < 0.75


def test_scores_of_scenes_are_for_scenes_and_for_models_that_take_captions(scenes, factory):
    given = evidence(scenes, scenes.objects("test", 20))
    with pytest.raises(UnfitError, match="there is none that takes captions"):
        Composition().score(given)
    digits = Evidence(**(vars(given) | {"dataset": factory.dataset(Choice("digits"))}))
    with pytest.raises(UnfitError, match="judges scenes whose factors are known"):
        SceneModes().score(digits)
    for metric in (Alignment(), Composition()):
        with pytest.raises(UnfitError, match="judges samples whose captions name known factors"):
            metric.score(digits)
    with pytest.raises(UnfitError, match="scenes are read from 56 log-probabilities"):
        recognised(torch.zeros(2, 64), scenes.law)
    assert given.profile == PLAIN


def test_scenes_are_counted(scenes):
    seen = scenes.objects("train", 1_000)
    scores = count_scenes(seen, scenes.law)
    assert scores["scenes_whole"] == 1.0
    assert scores["scenes_captured"] == len({tuple(each.flatten().tolist()) for each in seen})
    assert scores["objects_captured"] == 160
    assert scores["object_kl"] == pytest.approx(159 / 2 / 2_000, rel=0.5)  # of n objects, about two a scene
    assert scores["objects_held_out"] == 0.0
    collapsed = count_scenes(place(a1=RED_CIRCLE).expand(50, -1, -1), scenes.law)
    assert (collapsed["scenes_captured"], collapsed["objects_captured"]) == (1.0, 1.0)
    assert collapsed["object_kl"] == pytest.approx(math.log(160))


def test_scenes_that_are_not_whole_are_not_counted_as_scenes(scenes):
    full = place(a1=RED_CIRCLE, a2=RED_CIRCLE, b1=RED_CIRCLE, b2=RED_CIRCLE)
    mixed = torch.cat([place(), full, place(a1=RED_CIRCLE, a2=(5, 1, 1)), place(b2=(1, 4, 2)), place(a1=RED_CIRCLE)])
    scores = count_scenes(mixed, scenes.law)
    assert scores["scenes_whole"] == 2 / 5
    assert scores["scenes_captured"] == 2.0
    assert scores["objects_captured"] == 4.0
    assert scores["objects_held_out"] == pytest.approx(1 / 7)
    with pytest.raises(UnfitError, match="no object of a known kind"):
        count_scenes(place(), scenes.law)


def test_kinds_of_objects_are_counted_where_they_lie(scenes):
    given = evidence(scenes, scenes.objects("test", 300))
    assert SceneModes().bounds(given)["objects_captured"] == (0, 160)
    assert SceneModes().bounds(given)["scenes_captured"] == (0, 300)
    assert int(usual(scenes.law).sum()) == 160
    number = ((2 * 4 + 3) * 6 + 1) * 2 + 0  # below on the left, a small green cross
    assert count_objects(place(b1=GREEN_CROSS), scenes.law).argmax() == number


def test_meanings_of_fewer_objects_are_matched(scenes):
    said = meaning("a red circle", scenes)
    assert isinstance(said, Meaning)
    result = matched(place(b2=RED_CIRCLE), said, scenes.law)
    assert (result.all, result.share("relation")) == (1.0, None)
