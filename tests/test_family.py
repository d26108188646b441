"""One model of each kind: conformance at three sizes, each at a precision, equal sizes, likelihoods, sampling costs."""

import math

import numpy as np
import pytest
from PIL import Image
from sites import costing, make_record, rescored

from ganbench.analysis.tables import leaderboard, results, tidy
from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget
from ganbench.suites.expand import expand
from ganbench.suites.toml import find_suite
from ganbench.testing import check_model, make_factory
from ganbench_sections import trade_offs
from ganbench_sections.figures import boards

SMALL = {
    "wavenet": "width=4,skip=4,dilations=3,stacks=1,batch=4",
    "image-gpt": "width=4,depth=1,heads=2,batch=2",
    "realnvp": "width=4,blocks=1,batch=4",
    "ddpm": "width=4,steps=4,batch=4",
    "flow-matching": "width=4,steps=2,batch=4",
}
SHAPES = {"digits": (1, 8, 8), "mnist": (1, 28, 28)}


@pytest.fixture
def photos(tmp_path):
    """Ten grey pictures of 16 x 16 in class folders."""
    random = np.random.default_rng(0)
    for index in range(10):
        folder = tmp_path / "photos" / ("cats" if index % 2 else "dogs")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (16, 16), dtype=np.uint8)).save(folder / f"{index}.png")
    return f"image-folder:folder={tmp_path / 'photos'},size=16,channels=1"


# fp32 at 8 pixels and on points is held where every model's contract is
@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_family_conforms_at_8_pixels_and_bf16(name):
    check_model(f"{name}:{SMALL[name]}", "digits", precision="bf16")


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_family_conforms_at_28_pixels_and_fp32(name, tiny_mnist_root):
    check_model(f"{name}:{SMALL[name]}", "mnist", factory=make_factory(tiny_mnist_root))


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_family_conforms_at_16_pixels_and_bf16(name, photos):
    check_model(f"{name}:{SMALL[name]}", photos, precision="bf16")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["realnvp", "ddpm", "flow-matching"])
def test_the_family_conforms_on_points_at_bf16(name):
    check_model(f"{name}:{SMALL[name]}", "ring8", precision="bf16")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["vanilla:width=8,latent=4", "cgan:width=8,latent=4", "vae:width=8", "realnvp:width=2"]
)
def test_models_of_points_take_waveforms(name):
    check_model(name, "tones")


# suites


@pytest.mark.parametrize("dataset", SHAPES)
def test_the_models_of_the_family_are_of_one_size(dataset, catalog):
    factory, sizes = make_factory(), {}
    for spec in expand(find_suite("family", catalog), catalog):
        if spec.dataset.name == dataset and spec.model.name not in ("real", "pixel-gaussian"):
            task = Task(SHAPES[dataset], 10, "cpu", 60_000, 0, "fp32", factory.loss_of(spec))
            model = factory.make("models", spec.model, task)
            sizes[str(spec.model)] = sum(profile_of(model).parameters.values())
    assert len(sizes) == 10
    assert all(abs(size - 250_000) <= 12_500 for size in sizes.values()), sizes


def test_the_likelihoods_suite_names_every_model_that_tells_or_bounds_them(catalog):
    from ganbench.contracts.capabilities import EvidenceBound, Likelihood

    cards = {card.name: card.load() for card, plugin in catalog.cards("models") if plugin.distribution == "ganbench"}
    tells = {name for name, make in cards.items() if issubclass(make, Likelihood | EvidenceBound)}
    assert {spec.model.name for spec in expand(find_suite("likelihood", catalog), catalog)} == tells


# likelihoods


def likelihood(run, make_spec, model, **changes):
    spec = make_spec(model=model, loss=None, metrics=(Choice("likelihood"),), samples=200, **changes)
    return {score.name: score for score in run(spec).checkpoints[-1].scores}


def test_a_vae_is_judged_by_its_bound(run, make_spec):
    scores = likelihood(run, make_spec, "vae:likelihood=gaussian,width=64", budget=Budget(updates=200))
    bits, nats = scores["bits_per_dimension"].value, scores["log_likelihood"].value
    assert 4 < bits < 12
    assert nats == pytest.approx(-bits * 64 * math.log(2), rel=1e-6)


def test_the_bound_of_black_and_white_pixels_is_not_one_of_256_levels(run, make_spec):
    scores = likelihood(run, make_spec, "vae:width=16")
    assert scores["bits_per_dimension"].reason == (
        "likelihoods are compared over 256 levels, and this model's are over 2"
    )


def test_a_conditional_vae_is_judged_with_its_labels(run, make_spec):
    scores = likelihood(run, make_spec, "vae:likelihood=gaussian,width=16,conditional=true")
    assert scores["bits_per_dimension"].reason == ""


def test_a_uniform_code_scores_eight_bits_in_a_run(run, make_spec):
    assert likelihood(run, make_spec, "uniform")["bits_per_dimension"].value == pytest.approx(8.0)


# what sampling costs


def test_a_record_tells_what_a_sample_costs(run, make_spec):
    few = run(make_spec(model="ddpm:width=4,steps=20,sampling_steps=2", loss=None, budget=Budget(updates=2)))
    many = run(make_spec(model="ddpm:width=4,steps=200", loss=None, budget=Budget(updates=2)))
    assert [record.sampling["network_evaluations"] for record in (few, many)] == [2, 200]
    assert many.sampling["seconds_per_sample"] > 5 * few.sampling["seconds_per_sample"] > 0
    assert run(make_spec()).sampling["network_evaluations"] == 1
    without = run(make_spec(model="pixel-gaussian", loss=None))
    assert set(without.sampling) == {"seconds_per_sample"}


def test_both_tables_have_what_a_sample_costs():
    costs = {"seconds_per_sample": 0.25, "network_evaluations": 50}
    records = [make_record("dcgan", "digits", seed, sampling=costs) for seed in range(2)]
    records.append(make_record("gmm", "digits", 0))
    frame = tidy(records)
    board = leaderboard(frame).set_index("model")
    assert set(frame[frame["model"] == "dcgan"]["seconds_per_sample"]) == {0.25}
    assert board.loc["dcgan", "seconds_per_sample"] == 0.25
    assert board.loc["dcgan", "network_evaluations"] == 50
    assert board[["seconds_per_sample", "network_evaluations"]].loc["gmm"].isna().all()


def test_trade_offs_have_a_panel_for_each_cost_that_any_model_has():
    def board(**sampling):
        records = [make_record("gmm", "digits", 0), make_record("cgan", "digits", 0)]
        records.append(make_record("dcgan", "digits", 0, sampling=sampling))
        records = [costing(rescored(record, 1.0), 2.0) for record in records]
        ((_, rows),) = boards(results(records).leaderboard)
        return trade_offs.draw(rows, "title").axes

    assert [axes.get_xlabel() for axes in board()] == ["seconds of training", "images", "parameters"]
    known = board(seconds_per_sample=0.5, network_evaluations=1_000)
    assert [axes.get_xlabel() for axes in known[3:]] == [
        "seconds to draw a sample", "network evaluations for a sample",
    ]  # fmt: skip
    drawn = [line.get_xdata()[0] for line in known[4].lines if line.get_linestyle() == "None"]
    assert drawn == [1_000]
