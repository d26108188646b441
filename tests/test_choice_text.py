"""The text of a choice and the choice are each other's inverse, for every value; and grids."""

import random

import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice, grid, parse_settings, settings_text

LETTERS = "ab:=,|\" \\\n\t'1.e-+truefalsnul{}[]é\ud800\u00a0\x00"
AWKWARD = [
    "true", "null", "1", "1e5", "NaN", "Infinity", "-1", '"x"', '"', "", "[1]", "a|b", "a,b", "a=b", " x", "x ",
    "inception:resizing=legacy", "\n", "é", "a:b", "0x1", "1_000", "-0", "True",
]  # fmt: skip
NUMBERS = [0, -7, 10**17, 1e16, -0.0, 1e-300, 3.5, 0.1, True, False]


def drawn(generator):
    """Return a value: an awkward word, a number, or letters at random."""
    kind = generator.randrange(3)
    if kind < 2:
        return generator.choice((AWKWARD, NUMBERS)[kind])
    return "".join(generator.choice(LETTERS) for _ in range(generator.randrange(8)))


def choices(generator, count):
    names, keys = ["a", "dcgan", "b-c", "*", "a|b"], ["x", "y", "z_1"]
    for _ in range(count):
        parameters = {key: drawn(generator) for key in generator.sample(keys, generator.randrange(4))}
        yield Choice.of(generator.choice(names), parameters)


def exact(choice):
    return choice.name, [(key, type(value), repr(value)) for key, value in choice.parameters]


def test_a_choice_reads_back_from_its_text():
    for choice in choices(random.Random(0), 10_000):
        assert exact(Choice.parse(str(choice))) == exact(choice), choice


def test_choices_read_back_from_their_texts_joined_by_commas():
    generator = random.Random(1)
    for _ in range(3_000):
        several = list(choices(generator, generator.randrange(1, 4)))
        assert [exact(each) for each in Choice.parse_many(",".join(map(str, several)))] == [*map(exact, several)]


def test_settings_read_back_from_their_text():
    for choice in choices(random.Random(2), 3_000):
        if choice.parameters:
            assert parse_settings(settings_text(choice.parameters)) == choice.to_dict()


def test_a_plain_word_is_written_without_quotes():
    assert str(Choice.of("fid", {"features": "inception:resizing=legacy"})) == "fid:features=inception:resizing=legacy"
    assert str(Choice.of("a", {"x": "1"})) == 'a:x="1"'


def test_bars_stand_between_the_values_of_a_grid():
    texts = [str(choice) for choice in Choice.parse_many('dcgan:width=16|32,norm=layer|batch,gmm,a:x="1|2"|3')]
    assert texts == [
        "dcgan:norm=layer,width=16", "dcgan:norm=batch,width=16", "dcgan:norm=layer,width=32",
        "dcgan:norm=batch,width=32", "gmm", 'a:x="1|2"', "a:x=3",
    ]  # fmt: skip
    assert len(grid("a", {"x": [1, 2], "y": 3})) == 2


@pytest.mark.parametrize(
    "text",
    ["", "=", ":x=1", "a:x", "a:x=", "a:x=1|", "a:x=|1", "a:x=1,x=2", 'a:x="b" c', 'a:x="b', "a:1x=2", "a:x=1||2"],
)
def test_what_can_not_be_read_is_refused(text):
    with pytest.raises(BadOptionError):
        Choice.parse_grid(text)


def test_one_choice_is_no_grid():
    with pytest.raises(BadOptionError, match="stands for 2 choices, and one is wanted here"):
        Choice.parse("dcgan:width=1|2")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 2**63, -(2**70), None, [1], b"x"])
def test_a_value_that_no_text_can_hold_is_refused(value):
    with pytest.raises(BadOptionError):
        Choice.of("a", {"x": value})
