"""Scenes of shapes: what is drawn is what the factors say, and captions say what is drawn."""

from itertools import combinations

import pytest
import torch
from torch.nn.functional import avg_pool2d

from ganbench.contracts.scenes import Meaning
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.testing import check_dataset
from ganbench_datasets.scene_drawing import COLOURS
from ganbench_datasets.shapes import shapes


@pytest.fixture(scope="module")
def scenes():
    return shapes(None, examples=4_000)


def kinds_of(objects):
    return objects[objects[:, :, 0] > 0]


def test_there_are_as_many_scenes_as_it_says_and_every_kind_of_object_is_drawn(scenes):
    kinds = (4 * 6 - 4) * 2
    assert sum(len(list(combinations(range(4), count))) * kinds**count for count in (1, 2, 3)) == 265_760
    objects = scenes.objects("train", 4_000)
    assert set((objects[:, :, 0] > 0).sum(1).tolist()) == {1, 2, 3}
    assert len(kinds_of(objects).unique(dim=0)) == kinds
    assert len(objects.unique(dim=0)) > 2_500  # of 4,000: those of one object come again


def test_held_out_pairs_are_in_neither_split_and_alone_in_compositions(scenes):
    law = scenes.law
    out = {(law.shapes.index(shape) + 1, law.colours.index(colour) + 1) for shape, colour in law.held_out}
    assert len(out) == len({shape for shape, _ in out}) == len({colour for _, colour in out}) == 4
    for split in ("train", "test"):
        found = {tuple(pair) for pair in kinds_of(scenes.objects(split, 4_000))[:, :2].tolist()}
        assert not found & out
    composed = scenes.compositions(200)
    meant = kinds_of(scenes.meaning(composed.condition).objects)
    assert {tuple(pair) for pair in meant[:, :2].tolist()} == out
    assert torch.equal(composed.samples, scenes.compositions(200).samples)


def test_a_picture_has_its_objects_colours_at_its_places_and_nothing_elsewhere(scenes):
    pictures, objects = scenes.head("test", 200).samples, scenes.objects("test", 200)
    colours = torch.tensor(list(COLOURS.values())).float().div(255)
    for picture, places in zip(pictures.add(1).div(2), objects, strict=True):
        for place, (shape, colour, size) in enumerate(places.tolist()):
            row, column = divmod(place, 2)
            part = picture[:, 16 * row : 16 * row + 16, 16 * column : 16 * column + 16]
            seen = (part - 26 / 255).abs().amax(dim=0) > 0.02
            if not shape:
                assert not seen.any()
                continue
            area, radius = float(seen.sum()), (0, 3.0, 5.0)[size]
            assert 1.8 * radius**2 < area < 5.5 * radius**2
            inner = part[:, (part - part.amax(dim=(1, 2), keepdim=True)).abs().amax(dim=0) < 0.02].mean(dim=1)
            nearest = (inner / inner.norm() - colours / colours.norm(dim=1, keepdim=True)).norm(dim=1).argmin()
            assert nearest + 1 == colour


def test_edges_are_smooth_and_large_pictures_are_the_small_ones_in_detail(scenes):
    small, large = scenes.head("train", 200).samples, shapes(None, size=64, examples=4_000).head("train", 200).samples
    assert large.shape == (200, 3, 64, 64)
    difference = (avg_pool2d(large, 2) - small).abs()
    assert difference.max() < 0.6  # at a corner, whose distance is not that of a pixel's share
    assert difference.mean() < 0.003
    assert len(small[:, 0].unique()) > 100  # and not the two tones of a hard edge


def test_captions_say_what_is_there(scenes):
    captions = scenes.head("test", 400).condition
    meant, relations = scenes.meaning(captions)
    truth = scenes.objects("test", 400).tolist()
    for each, seen, places in zip(meant.tolist(), relations.tolist(), truth, strict=True):
        there = {place: kind for place, kind in enumerate(places) if kind[0]}
        said = [named for named in each if named[0]]
        assert len(said) == len(there)
        assert any(_agree(said, seen, there, order) for order in _orders(list(there)))


def _orders(places):
    if len(places) < 2:
        return [places]
    return [[first, *rest] for first in places for rest in _orders([each for each in places if each != first])]


def _agree(said, relations, there, order):
    for named, place in zip(said, order, strict=True):
        if any(word and word != truth for word, truth in zip(named, there[place], strict=True)):
            return False
    first = divmod(order[0], 2)
    for relation, place in zip(relations, order[1:], strict=False):
        row, column = divmod(place, 2)
        truths = (first[1] < column, first[1] > column, first[0] < row, first[0] > row)
        if not truths[relation - 1]:
            return False
    return True


def test_a_caption_is_read_as_it_was_written(scenes):
    words = scenes.condition
    text = "a small red circle left of a blue square and above a large green cross"
    meaning = scenes.meaning(torch.tensor([words.tokens(text), words.tokens("a cyan cross")]))
    assert meaning.objects.tolist() == [[[1, 1, 1], [2, 3, 0], [4, 2, 2]], [[4, 6, 0], [0, 0, 0], [0, 0, 0]]]
    assert meaning.relations.tolist() == [[1, 3], [0, 0]]
    written = scenes._scenes.grammar.write(meaning)
    assert [words.text(each.tolist()) for each in written] == [text, "a cyan cross"]
    everything = Meaning(*scenes.meaning(scenes.head("train", 4_000).condition))
    assert torch.equal(scenes._scenes.grammar.write(everything), scenes.head("train", 4_000).condition)


def test_sizes_are_left_out_of_a_quarter_of_what_is_named(scenes):
    meant = kinds_of(scenes.meaning(scenes.head("train", 4_000).condition).objects)
    assert (meant[:, 2] == 0).double().mean().item() == pytest.approx(0.25, abs=0.02)
    assert (meant[:, :2] > 0).all()


def test_a_seed_makes_the_same_scenes_and_another_makes_others(scenes):
    again, other = shapes(None, examples=4_000), shapes(None, examples=4_000, seed=1)
    assert torch.equal(again.splits["train"][0], scenes.splits["train"][0])
    assert not torch.equal(other.splits["train"][1], scenes.splits["train"][1])


def test_fewer_objects_make_shorter_captions():
    single, pairs = (shapes(None, objects=most, examples=300) for most in (1, 2))
    assert (single.condition.length, pairs.condition.length) == (4, 10)
    assert (single.objects("train", 300)[:, :, 0] > 0).sum(1).unique().tolist() == [1]
    assert (pairs.splits["train"][1] > 0).sum(1).max() == 10


@pytest.mark.parametrize(
    ("parameter", "message"),
    [("size=48", "takes 32 or 64 for size, not 48"),
     ("objects=4", "takes a whole number from 1 to 3 for objects, not 4"),
     ("examples=0", "takes a whole number of 1 or more for examples, not 0")],
)  # fmt: skip
def test_what_it_cannot_draw_is_refused_in_one_line(factory, parameter, message):
    with pytest.raises(BadOptionError, match=message):
        factory.dataset(Choice.parse(f"shapes:{parameter}"))


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("a small gren circle", "unknown word 'gren' in a caption; did you mean 'green'?"),
        ("a big red circle", "unknown word 'big' in a caption; there is a, and, small, large, red, green, "),
        (" ".join(["a"] * 17), "a caption has 1 to 16 words, and 'a a a a a a a a a a a a a a a a a' has 17"),
    ],
)
def test_a_caption_of_other_words_is_told_in_one_line(scenes, caption, message):
    with pytest.raises(BadOptionError) as told:
        scenes.condition.tokens(caption)
    assert str(told.value).startswith(message)


def test_shapes_keep_the_contract_of_datasets(factory):
    check_dataset("shapes:examples=300", factory=factory)
