"""Names with parameters survive being typed, stored and compared."""

import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice


@pytest.mark.parametrize(
    "text",
    ["dcgan", "dcgan:latent=64", "image-folder:folder=/a b/c:d,size=32", "gmm:floor=1e-06", "m:on=true,x=0.5"],
)
def test_a_choice_reads_back_what_it_writes(text):
    choice = Choice.parse(text)
    assert Choice.parse(str(choice)) == choice


def test_values_get_their_types():
    choice = Choice.parse("m:a=3,b=0.5,c=true,d=word,e=1e-4,f=NaN,g=null")
    assert choice.to_dict() == {"a": 3, "b": 0.5, "c": True, "d": "word", "e": 1e-4, "f": "NaN", "g": "null"}


def test_the_order_of_parameters_does_not_matter():
    assert Choice.parse("m:a=1,b=2") == Choice.parse("m:b=2,a=1")


def test_a_list_splits_between_choices_and_not_between_parameters():
    assert list(map(str, Choice.parse_many("vanilla,dcgan:latent=64,width=32,gmm"))) == [
        "vanilla",
        "dcgan:latent=64,width=32",
        "gmm",
    ]


@pytest.mark.parametrize("text", ["", "a=1", ":a=1", "m:a", "m:a=", "m:=1", "m:a=1,,b=2"])
def test_what_cannot_be_read_is_named(text):
    with pytest.raises(BadOptionError, match="can't read"):
        Choice.parse(text)
