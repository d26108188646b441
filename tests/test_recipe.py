"""Recipes: published numbers, changed by name, and refused where they make no sense."""

import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.recipe import Recipe


def test_the_default_recipe_is_dcgans():
    recipe = Recipe()
    published = (recipe.optimizer, recipe.learning_rate, recipe.beta1, recipe.beta2, recipe.batch)
    assert published == ("adam", 2e-4, 0.5, 0.999, 128)


@pytest.mark.parametrize(
    ("setting", "value", "takes"),
    [
        ("learning_rate", 0, "a number above 0"),
        ("critic_steps", 0, "a whole number of 1 or more"),
        ("batch", 0, "a whole number of 1 or more"),
        ("beta1", 1.0, "a number from 0 to below 1"),
        ("optimizer", "adamw", "adam, rmsprop or sgd"),
        ("clip", -1.0, "a number above 0"),
    ],
)
def test_a_recipe_of_no_sense_is_refused_by_name(setting, value, takes):
    with pytest.raises(BadOptionError) as caught:
        Recipe().but({setting: value})
    assert str(caught.value) == f"a recipe takes {takes} for {setting}, not {value!r}"


def test_an_unknown_recipe_setting_suggests_the_nearest():
    with pytest.raises(BadOptionError, match="'learning_rat'; did you mean 'learning_rate'"):
        Recipe().but({"learning_rat": 1.0})
