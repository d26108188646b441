"""`ganbench describe`: everything there is to know of one thing on offer."""

import json

import pytest
from click.testing import CliRunner

from ganbench.cli import main


def described(*words):
    return CliRunner().invoke(main, ["describe", *words])


def test_a_model_is_described_with_every_parameter():
    result = described("model", "dcgan")
    assert result.exit_code == 0
    for text in (
        "Radford et al.",
        "ganbench-models",
        "width",
        "64",
        "a whole number of 1 or more",
        "batch, layer or none",
    ):
        assert text in result.output


def test_a_loss_shows_its_recipe_as_published():
    data = json.loads(described("loss", "wasserstein-gp", "--json").output)
    recipe = {parameter["name"]: parameter["default"] for parameter in data["parameters"]}
    assert (recipe["learning_rate"], recipe["critic_steps"], recipe["penalty_weight"]) == (1e-4, 5, 10.0)
    assert {parameter["of"] for parameter in data["parameters"]} == {"recipe"}


def test_a_wrapping_model_shows_what_its_base_takes():
    data = json.loads(described("model", "pacgan:base=dcgan", "--json").output)
    assert {parameter["name"] for parameter in data["parameters"] if parameter["of"] == "dcgan"} == {
        "latent", "width", "norm",
    }  # fmt: skip
    both = json.loads(described("model", "pacgan", "--json").output)
    assert {parameter["of"] for parameter in both["parameters"]} == {"", "dcgan", "vanilla"}


def test_a_metric_shows_its_scores_with_direction_and_range():
    data = json.loads(described("metric", "prdc", "--json").output)
    assert [(column["name"], column["low"], column["high"]) for column in data["columns"]] == [
        ("precision", 0, 1), ("recall", 0, 1), ("density", 0, None), ("coverage", 0, 1),
    ]  # fmt: skip
    assert "features" in [parameter["name"] for parameter in data["parameters"]]
    assert "nearest" in data["text"]


SMALL = """
version = 3
about = "Small runs."
datasets = ["digits", "ring8"]
metrics = ["frechet:features=raw"]
seeds = [4, 5]
samples = 1_200
checkpoints = [0.125, 1.0]
precision = "bf16"
halves = 2
budget = { updates = 7 }
metrics_on = { "ring*" = ["modes"] }
stopping = { patience = 2 }
entries = [
    { model = "vanilla:width=16", loss = "hinge", recipe = { batch = 9 } },
    { model = "*", datasets = ["ring8"], without = ["real"] },
]
"""


def test_a_suite_shows_what_it_runs(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    data = json.loads(described("suite", str(path), "--json").output)
    assert (data["name"], data["about"], data["plugin"]) == ("small", "Small runs.", str(path))
    assert data["entries"] == ["vanilla:width=16 + hinge; batch=9", "*; on ring8; without real"]
    assert data["facts"] == {
        "version": "3", "datasets": "digits, ring8", "budget of a run": "7 updates", "seeds": "4, 5",
        "metrics": "frechet:features=raw", "metrics on ring*": "modes",
        "samples of a side": "at most 1,200, and two fifths of the held-out ones",
        "scored after": "12.5%, 100% of the budget", "random halves scored besides": "2", "precision": "bf16",
        "ends early by": "patience=2",
    }  # fmt: skip
    shown = described("suite", str(path)).output
    assert all(line in shown for line in (*data["entries"], "budget of a run: 7 updates"))


def test_a_suite_on_offer_is_described_by_its_name_and_by_nothing_of_how_it_is_made():
    data = json.loads(described("suite", "quickstart", "--json").output)
    assert data["plugin"].startswith("ganbench-suites")
    assert data["facts"]["datasets"] == "ring8"
    assert data["entries"][-1] == "real"
    assert data["text"] == ""


def test_everything_on_offer_can_be_described(catalog):
    for kind in ("models", "losses", "datasets", "features", "metrics", "executors", "suites", "report-sections"):
        for name in catalog.names(kind):
            assert described(kind, name).exit_code == 0, (kind, name)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("model", "dcgna"), "ganbench: unknown model 'dcgna'; did you mean 'dcgan'"),
        (("modell", "dcgan"), "ganbench: unknown kind 'modell'; did you mean 'model'"),
        (("model", "dcgan:width=1|2"), "stands for 2 choices, and one is wanted here"),
        (("suite", "quickstat"), "ganbench: unknown suite 'quickstat'; did you mean 'quickstart'?"),
        (("suite", "none.toml"), "ganbench: can't read the suite 'none.toml': No such file or directory"),
    ],
)
def test_a_mistake_is_one_line(words, message):
    result = described(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
