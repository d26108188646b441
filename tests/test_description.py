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
    ],
)
def test_a_mistake_is_one_line(words, message):
    result = described(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
