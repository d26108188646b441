"""Declared parameters: read from signatures, checked before anything runs, refused in one line."""

from functools import partial
from typing import Annotated, Literal

import pytest

import ganbench
from ganbench.contracts.cards import Card
from ganbench.errors import BadOptionError, UnknownNameError
from ganbench.registry.factory import signature
from ganbench.registry.parameters import signature_of
from ganbench.schema.choice import Choice
from ganbench.schema.setting import Parameter, Setting


def declared(
    task,
    width: Annotated[int, Setting("units", unit="channels", at_least=1)] = 64,
    rate: Annotated[float, Setting("of decay", at_least=0, below=1)] = 0.5,
    norm: Annotated[Literal["batch", "layer"], Setting("of the discriminator")] = "batch",
    deep: Annotated[bool, Setting("whether there are more layers")] = False,
    name: Annotated[str, Setting("of a folder")] = "",
    latent: Annotated[int | None, Setting("dimensions", at_least=1)] = None,
    loose=3,
):
    return locals()


def checked(text):
    return signature_of(declared, 1).checked(Choice.parse(text), "model")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("a:width=1", {"width": 1}),
        ("a:rate=0", {"rate": 0.0}),
        ("a:rate=1e-3", {"rate": 1e-3}),
        ("a:norm=layer", {"norm": "layer"}),
        ("a:deep=true", {"deep": True}),
        ("a:name=2024", {"name": "2024"}),
        ('a:name="1e3"', {"name": "1e3"}),
        ("a:latent=2", {"latent": 2}),
        ("a:loose=anything", {"loose": "anything"}),
    ],
)
def test_a_value_that_fits_is_taken_as_its_type_has_it(text, given):
    assert checked(text) == given
    assert [type(value) for value in checked(text).values()] == [type(value) for value in given.values()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:width=0", "takes a whole number of 1 or more for width, not 0"),
        ("a:width=1.5", "takes a whole number of 1 or more for width, not 1.5"),
        ("a:width=true", "takes a whole number of 1 or more for width, not True"),
        ("a:width=wide", "takes a whole number of 1 or more for width, not 'wide'"),
        ("a:rate=1", "takes a number from 0 to below 1 for rate, not 1"),
        ("a:norm=none", "takes batch or layer for norm, not 'none'"),
        ("a:deep=maybe", "takes true or false for deep, not 'maybe'"),
        ("a:deep=1", "takes true or false for deep, not 1"),
        ("a:name=1e3", 'takes a word for name, not 1000.0; write name="1000.0" for a word'),
        ("a:latent=0", "takes a whole number of 1 or more for latent, not 0"),
        ("a:widht=3", "takes no parameter 'widht'; did you mean 'width'?"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_line(text, message):
    with pytest.raises(BadOptionError) as caught:
        checked(text)
    assert str(caught.value) == f"model 'a' {message}"


def test_a_strangers_undeclared_keywords_are_taken_as_they_are():
    def open_to_all(task, known=1, **others):
        return known, others

    assert signature_of(open_to_all, 1).checked(Choice.parse("a:known=x,other=2"), "model") == {
        "known": "x",
        "other": 2,
    }
    assert [parameter.setting for parameter in signature_of(open_to_all, 1).own] == [None]


def test_a_required_parameter_that_is_left_out_is_named():
    def needs(source, folder: Annotated[str, Setting("of pictures")]):
        return folder

    with pytest.raises(BadOptionError, match="dataset 'a' needs folder; write a:folder="):
        signature_of(needs, 1).checked(Choice("a"), "dataset")


@pytest.mark.parametrize(
    "kind", ["models", "losses", "datasets", "features", "metrics", "executors", "report-sections"]
)
def test_every_parameter_of_every_built_in_thing_is_declared(catalog, kind):
    for card, plugin in catalog.cards(kind):
        if plugin.distribution == "ganbench":
            taken = signature(kind, card)
            assert not taken.open, card.name
            for parameter in taken.all:
                assert parameter.setting, f"{card.name}: {parameter.name} has no Setting"
                assert parameter.setting.about, f"{card.name}: {parameter.name} says nothing"
                if isinstance(parameter.default, bool | int | float | str):
                    assert parameter.checked(parameter.default, card.name) == parameter.default


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("models", "pacgan:widht=4"),
        ("models", "pacgan:base=dcgan,widht=4"),
        ("models", "gmm:components=1.5"),
        ("models", "gmm:floor=big"),
        ("models", "vae:learning_rate=fast"),
        ("models", "vae:conditional=maybe"),
        ("models", "dcgan:norm=instance"),
        ("losses", "hinge:lerning_rate=1"),
        ("losses", "hinge:critic_steps=0"),
        ("metrics", "prdc:k=0"),
        ("metrics", "modes:features=raw"),
        ("executors", "processes:workers=0"),
    ],
)
def test_preflight_refuses_what_a_built_in_thing_does_not_take(factory, make_spec, kind, text):
    choice = Choice.parse(text)

    def build():
        if kind == "models":
            factory.model(make_spec(model=choice, loss=factory.catalog.get("models", choice.name).loss))
        else:
            {"losses": factory.loss, "metrics": factory.measure}.get(kind, partial(factory.make, kind))(choice)

    with pytest.raises(BadOptionError):
        build()


def test_a_wrapped_model_is_checked_by_what_its_base_takes(factory, make_spec):
    model = factory.model(make_spec(model=Choice.parse("pacgan:base=vanilla,width=8,packing=3"), loss="non-saturating"))
    assert model.packing == 3
    with pytest.raises(BadOptionError, match="model 'vanilla' takes no parameter 'norm'"):
        factory.model(make_spec(model=Choice.parse("pacgan:base=vanilla,norm=layer"), loss="non-saturating"))
    with pytest.raises(UnknownNameError):
        factory.model(make_spec(model=Choice.parse("pacgan:base=vanila"), loss="non-saturating"))


def test_a_users_word_on_a_recipe_goes_before_the_suites(factory):
    loss = factory.loss(Choice.parse("hinge:learning_rate=0.01"), {"learning_rate": 0.5, "batch": 7})
    assert (loss.recipe.learning_rate, loss.recipe.batch) == (0.01, 7)


def test_a_loss_without_a_recipe_refuses_changes_of_it(factory_with):
    class Fixed:
        recipe = ganbench.Recipe()

        def generator(self, real, fake):
            return fake.mean()

        def discriminator(self, real, fake):
            return real.mean()

    own = factory_with("fixed", losses=[ganbench.LossCard("fixed", make=Fixed, about="For one test.")])
    assert own.loss(Choice("fixed")).recipe == ganbench.Recipe()
    with pytest.raises(BadOptionError, match="loss 'fixed' takes no recipe, so batch can't be changed"):
        own.loss(Choice("fixed"), {"batch": 3})


def test_bounds_read_as_people_say_them():
    assert Setting("x", at_least=1).bounds == "of 1 or more"
    assert Setting("x", above=0).bounds == "above 0"
    assert Setting("x", above=0, at_most=0.5).bounds == "above 0 and up to 0.5"
    assert Setting("x", at_least=0, below=1).bounds == "from 0 to below 1"
    assert Setting("x", at_least=2, at_most=4).bounds == "from 2 to 4"
    assert Setting("x").bounds == ""


def test_a_parameter_without_a_type_takes_anything():
    assert Parameter.of("x", object).checked("any", "a") == "any"
    assert issubclass(ganbench.ModelCard, Card)
