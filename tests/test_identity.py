"""Two ways to write one thing are one run, with one key."""

from dataclasses import replace

import pytest

from ganbench.registry.identity import identify
from ganbench.schema.choice import Choice
from ganbench.suites.expand import expand
from ganbench.suites.overrides import Overrides
from ganbench.suites.toml import read_suite

SUITE = """
version = 1
about = "For one test."
datasets = ["digits"]
metrics = ["frechet:features=raw"]
seeds = [0]
[budget]
updates = 10
[[entries]]
model = "dcgan"
loss = "hinge"
recipe = { learning_rate = 1e-3 }
"""


@pytest.fixture
def suite(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SUITE)
    return read_suite(path)


def keys(suite, catalog, model=None, loss=None):
    models = tuple(Choice.parse_many(model)) if model else None
    losses = tuple(Choice.parse_many(loss)) if loss else None
    return [spec.key for spec in expand(suite, catalog, Overrides(models=models, losses=losses))]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("models", "dcgan", "dcgan:width=64"),
        ("models", "dcgan:norm=layer", "dcgan:latent=100,norm=layer,width=64"),
        ("models", "pacgan:base=dcgan", "pacgan:base=dcgan,packing=2,width=64"),
        ("losses", "hinge", "hinge:batch=64,learning_rate=0.0002"),
        ("metrics", "fid", "fid:features=inception"),
        ("metrics", "fid", "fid:features=inception:resizing=clean"),
        ("metrics", "prdc:features=raw", "prdc:features=raw,k=5"),
    ],
)
def test_parameters_at_their_defaults_change_nothing(catalog, kind, one, other):
    assert identify(catalog, kind, Choice.parse(one)) == identify(catalog, kind, Choice.parse(other))


def test_what_differs_from_the_defaults_stays(catalog):
    found = identify(catalog, "models", Choice.parse("dcgan:width=32,latent=100"))
    assert str(found.choice) == "dcgan:width=32"
    assert found.defaults == {"latent": 100, "norm": "batch"}


def test_one_model_written_in_two_ways_has_one_key(suite, catalog):
    assert keys(suite, catalog, "dcgan") == keys(suite, catalog, "dcgan:width=64") == keys(suite, catalog)
    assert keys(suite, catalog, "dcgan:width=32") != keys(suite, catalog)


def test_another_default_of_a_plugin_makes_another_run(suite, catalog):
    (spec,) = expand(suite, catalog)
    assert ("model.width", 64) in spec.defaults
    changed = tuple((name, 65 if name == "model.width" else value) for name, value in spec.defaults)
    assert replace(spec, defaults=changed).key != spec.key


def test_a_recipe_that_says_what_is_published_is_no_change(tmp_path, catalog):
    for name, rate in (("a", "2e-4"), ("b", "1e-3")):
        (tmp_path / f"{name}.toml").write_text(SUITE.replace("1e-3", rate))
    plain, changed = (expand(read_suite(tmp_path / f"{name}.toml"), catalog)[0] for name in ("a", "b"))
    assert plain.recipe == ()
    assert changed.recipe == (("learning_rate", 1e-3),)


def test_a_users_recipe_takes_the_place_of_the_suites_in_the_spec(suite, catalog):
    (spec,) = expand(suite, catalog, Overrides(losses=(Choice.parse("hinge:learning_rate=0.5"),)))
    assert str(spec.loss) == "hinge:learning_rate=0.5"
    assert spec.recipe == ()
    (published,) = expand(suite, catalog, Overrides(losses=(Choice.parse("hinge:learning_rate=2e-4"),)))
    assert published.recipe == ()
    assert str(published.loss) == "hinge"


def test_a_grid_on_the_command_line_is_a_run_for_each_value(suite, catalog):
    models = tuple(Choice.parse_many("dcgan:width=16|32,norm=batch|layer"))
    specs = expand(suite, catalog, Overrides(models=models))
    assert [str(spec.model) for spec in specs] == [
        "dcgan:width=16", "dcgan:norm=layer,width=16", "dcgan:width=32", "dcgan:norm=layer,width=32",
    ]  # fmt: skip


def test_lists_in_a_suite_are_an_entry_for_each_value(tmp_path, catalog):
    text = SUITE.replace('model = "dcgan"', 'model = "dcgan:width=8|16"').replace("1e-3 }", "[1e-3, 1e-4] }")
    (tmp_path / "grid.toml").write_text(text)
    specs = expand(read_suite(tmp_path / "grid.toml"), catalog)
    assert [(str(spec.model), dict(spec.recipe)["learning_rate"]) for spec in specs] == [
        ("dcgan:width=8", 1e-3), ("dcgan:width=8", 1e-4), ("dcgan:width=16", 1e-3), ("dcgan:width=16", 1e-4),
    ]  # fmt: skip


def test_models_without_an_adversary_keep_their_own_training_under_a_named_loss(suite, catalog):
    models = (Choice("dcgan"), Choice("gmm"))
    losses = (Choice("hinge"), Choice("minimax"))
    specs = expand(suite, catalog, Overrides(models=models, losses=losses))
    assert [(spec.model.name, spec.loss and spec.loss.name) for spec in specs] == [
        ("dcgan", "hinge"), ("dcgan", "minimax"), ("gmm", None),
    ]  # fmt: skip
