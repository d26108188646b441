"""Suites: what a file may say, what overrides change, and one line for everything else."""

import pytest

from ganbench.errors import BadOptionError, BadSuiteError, UnknownNameError
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget, Stopping
from ganbench.suites.expand import expand
from ganbench.suites.overrides import Overrides
from ganbench.suites.toml import find_suite, read_suite
from ganbench.training.preflight import check

GOOD = """
version = 3
about = "For a test."
datasets = ["digits", "ring8"]
metrics = ["modes", { name = "frechet", features = "raw" }]
seeds = [0, 1]
checkpoints = [0.5, 0.1]

[budget]
images = 1000

[[entries]]
model = "*"

[[entries]]
model = "vanilla"
parameters = { latent = 8 }
loss = "*"
recipe = { batch = 48 }
datasets = ["digits"]
"""


@pytest.fixture
def write(tmp_path):
    def write_suite(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return write_suite


def cells(specs):
    return [(str(s.dataset), str(s.model), str(s.loss or ""), s.seed) for s in specs]


def test_a_suite_is_named_after_its_file_and_carries_its_version(write):
    suite = read_suite(write(GOOD))
    assert suite.label == "mine@3"
    assert suite.checkpoints == (0.1, 0.5, 1.0)
    assert str(suite.metrics[1]) == "frechet:features=raw"


def test_metrics_can_be_those_of_some_datasets_alone(write, catalog):
    text = GOOD.replace("[budget]", '[metrics_on]\n"ring*" = ["mmd", "modes"]\ndigits = ["prdc:k=3"]\n\n[budget]')
    specs = expand(read_suite(write(text)), catalog)
    found = {str(spec.dataset): [str(metric) for metric in spec.metrics] for spec in specs}
    assert found == {
        "digits": ["modes", "frechet", "prdc:k=3"],
        "ring8": ["modes", "frechet", "mmd"],
    }


def test_a_dataset_that_nothing_is_measured_on_is_named(write):
    text = GOOD.replace('metrics = ["modes", { name = "frechet", features = "raw" }]\n', "")
    with pytest.raises(BadSuiteError, match="nothing is measured on ring8; name metrics, or some in a table"):
        read_suite(write(text.replace("[budget]", '[metrics_on]\ndigits = ["prdc"]\n\n[budget]')))


def test_an_unknown_metric_of_one_dataset_is_found_before_anything_runs(write, catalog):
    text = GOOD.replace("[budget]", '[metrics_on]\ndigits = ["pdrc"]\n\n[budget]')
    with pytest.raises(UnknownNameError, match="unknown metric 'pdrc'; did you mean 'prdc'"):
        expand(read_suite(write(text)), catalog)


def test_globs_meet_everything_installed_and_losses_default_to_the_models_own(write, catalog):
    specs = expand(read_suite(write(GOOD)), catalog)
    found = cells(specs)
    for model in catalog.names("models"):
        assert any(cell[1] == model for cell in found)
    assert ("digits", "gmm", "", 0) in found
    assert ("ring8", "dcgan", "non-saturating", 1) in found
    crossed = {cell[2] for cell in found if cell[1] == "vanilla:latent=8"}
    assert crossed == set(catalog.names("losses"))
    assert not any(cell[:2] == ("ring8", "vanilla:latent=8") for cell in found)
    assert all(spec.suite == "mine@3" and spec.standard for spec in specs)
    assert len({spec.key for spec in specs}) == len(specs)


def test_a_recipe_belongs_to_its_entry_and_to_adversarial_models_alone(write, catalog):
    specs = expand(read_suite(write(GOOD)), catalog)
    assert {spec.recipe for spec in specs if spec.model.parameters} == {(("batch", 48),)}
    everything = GOOD.replace('model = "*"', 'model = "*"\nrecipe = { batch = 32 }')
    assert {spec.recipe for spec in expand(read_suite(write(everything)), catalog) if spec.model.name == "gmm"} == {()}


def test_an_entry_leaves_out_the_models_that_have_one_of_their_own(write, catalog):
    text = GOOD.replace('model = "*"', 'model = "*"\nwithout = ["van*", "gmm"]')
    found = cells(expand(read_suite(write(text)), catalog))
    assert {cell[1] for cell in found if cell[1].startswith("vanilla")} == {"vanilla:latent=8"}
    assert not any(cell[1] == "gmm" for cell in found)
    assert any(cell[1] == "dcgan" for cell in found)


def test_a_suite_may_say_when_runs_stop(write, catalog):
    text = GOOD.replace("[budget]", '[stopping]\npatience = 2\nscore = "frechet_distance"\n\n[budget]')
    suite = read_suite(write(text))
    assert suite.stopping == Stopping(patience=2, score="frechet_distance")
    assert {spec.stopping for spec in expand(suite, catalog)} == {suite.stopping}
    other = expand(suite, catalog, Overrides(stopping=Stopping(patience=1)))
    assert not any(spec.standard for spec in other)
    assert {spec.key for spec in other}.isdisjoint(spec.key for spec in expand(suite, catalog))


def test_a_score_that_the_suite_does_not_give_cannot_be_watched(write, catalog):
    overrides = Overrides(stopping=Stopping(patience=1, score="frechet"))
    with pytest.raises(BadOptionError, match="gives no score 'frechet'; did you mean 'frechet_distance'"):
        expand(read_suite(write(GOOD)), catalog, overrides)


def test_overrides_narrow_a_suite_and_replace_its_budget(write, catalog):
    suite = read_suite(write(GOOD))
    overrides = Overrides(models=(Choice("gmm"),), datasets=(Choice("grid25"),), seeds=(7,), budget=Budget(updates=5))
    (spec,) = expand(suite, catalog, overrides)
    assert cells([spec]) == [("grid25", "gmm", "", 7)]
    assert (spec.budget, spec.standard) == (Budget(updates=5), False)


def test_a_budget_overridden_by_the_same_one_remains_the_standard_one(write, catalog):
    assert all(s.standard for s in expand(read_suite(write(GOOD)), catalog, Overrides(budget=Budget(images=1000))))


def test_an_overriding_loss_takes_every_entrys_place(write, catalog):
    specs = expand(
        read_suite(write(GOOD)), catalog, Overrides(losses=(Choice("minimax"),), models=(Choice("vanilla"),))
    )
    assert {str(spec.loss) for spec in specs} == {"minimax"}


def test_an_overriding_loss_leaves_models_without_an_adversary_to_their_own_training(write, catalog):
    suite, models = read_suite(write(GOOD)), (Choice("gmm"), Choice("dcgan"))
    specs = expand(suite, catalog, Overrides(losses=(Choice("hinge"), Choice("minimax")), models=models, seeds=(0,)))
    assert [cell[1:3] for cell in cells(specs) if cell[0] == "digits"] == [
        ("gmm", ""), ("dcgan", "hinge"), ("dcgan", "minimax"),
    ]  # fmt: skip


def test_an_overriding_model_keeps_its_entrys_settings_or_runs_plain(catalog):
    suite = find_suite("quickstart", catalog)
    overrides = Overrides(models=(Choice("mlp-gan"), Choice("dcgan")), seeds=(0,))
    found = {(str(s.dataset), str(s.model)): s.recipe for s in expand(suite, catalog, overrides)}
    assert dict(found["ring8", "mlp-gan"])["batch"] == 256
    assert found["ring8", "dcgan"] == ()
    changed = expand(suite, catalog, Overrides(models=(Choice.parse("mlp-gan:width=8"),), datasets=(Choice("ring8"),)))
    assert {str(spec.model) for spec in changed} == {"mlp-gan:width=8"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version = 3", "version = ", r"not TOML: .*line 2"),
        ("version = 3", "", "missing key 'version'; the keys are version, about"),
        ("version = 3", "version = 0", "version: .*greater than or equal to 1.*not 0"),
        ("seeds", "seed", "unknown key 'seed'|missing key 'seeds'"),
        ('loss = "*"', 'lose = "*"', "unknown key 'entries.1.lose'; the keys are model, parameters, loss"),
        ("images = 1000", "images = -5", "above zero, not images = -5"),
        ("images = 1000", "", "at least one of images"),
        ("images = 1000", "pictures = 5", "unknown unit 'pictures'"),
        ("[0, 1]", "[]", "seeds: "),
        ("[0, 1]", '["a"]', "seeds.0: "),
        ("[0.5, 0.1]", "[0.5, 1.5]", "checkpoints.1: "),
        ('"modes"', "5", "metrics.0: write a name, or a table with a name, not 5"),
        ('about = "For a test."', 'about = "x"\nprecision = "fp16"', "unknown precision 'fp16'"),
    ],
)
def test_a_bad_file_gets_one_line_with_the_file_and_the_fault(write, old, new, message):
    path = write(GOOD.replace(old, new, 1))
    with pytest.raises(BadSuiteError, match=message) as caught:
        read_suite(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"digits"', '"digit"', "unknown dataset 'digit'; did you mean 'digits'"),
        ('"modes"', '"mods"', "unknown metric 'mods'; did you mean 'modes'"),
        ('features = "raw"', 'features = "row"', "unknown feature 'row'; did you mean 'raw'"),
        ('model = "*"', 'model = "vanila"', "unknown model 'vanila'; did you mean 'vanilla'"),
        ('loss = "*"', 'loss = "minmax"', "unknown loss 'minmax'; did you mean 'minimax'"),
    ],
)
def test_unknown_names_suggest_the_nearest(write, catalog, old, new, message):
    with pytest.raises(UnknownNameError, match=message):
        expand(read_suite(write(GOOD.replace(old, new, 1))), catalog)


def test_a_feature_space_named_to_a_metric_that_has_none_is_a_mistake(factory, make_spec, features):
    with pytest.raises(BadOptionError, match="metric 'modes' is of the samples themselves, so it takes no features"):
        check([make_spec(metrics=(Choice.parse("modes:features=raw"),))], features)
    check([make_spec(metrics=(Choice.parse("frechet:features=raw"),))], features)


def test_a_suite_that_matches_nothing_says_so(write, catalog):
    text = GOOD.replace('model = "*"', 'model = "nothing-*"').replace('model = "vanilla"', 'model = "none-*"')
    with pytest.raises(BadOptionError, match="nothing in mine@3 matches"):
        expand(read_suite(write(text)), catalog)


def test_names_and_paths_of_suites_are_found(catalog, tmp_path):
    assert find_suite("mnist-all", catalog).label == "mnist-all@4"
    with pytest.raises(UnknownNameError, match="unknown suite 'mnist-al'; did you mean 'mnist-all'"):
        find_suite("mnist-al", catalog)
    with pytest.raises(BadSuiteError, match="can't read the suite 'nowhere.toml'"):
        find_suite("nowhere.toml", catalog)


def test_every_suite_on_offer_expands(catalog):
    for name in catalog.names("suites"):
        suite = find_suite(name, catalog)
        specs = expand(suite, catalog)
        assert specs
        assert all(spec.suite == f"{name}@{suite.version}" for spec in specs)
