"""ganbench from Python: the same runs as the command line's, objects in place of names, one line for each mistake."""

import doctest
import functools
import importlib
import inspect
import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from matplotlib.figure import Figure
from plain_normal import PlainNormal

import ganbench
from ganbench.analysis.tables import leaderboard, tidy
from ganbench.cli import main
from ganbench.errors import BadOptionError, ResultsError, UnknownNameError
from ganbench.library.digests import digest_of
from ganbench.library.options import RunOptions
from ganbench.storage.store import RunFolder

RING = {"datasets": "ring8", "budget": "images=2_000", "results": "out"}


@pytest.mark.parametrize("module", ["runs", "train", "score", "tune"])
def test_the_examples_of_the_docstrings_are_true(module):
    found = doctest.testmod(importlib.import_module(f"ganbench.library.{module}"))
    assert found.attempted >= 1
    assert found.failed == 0


def test_a_shell_completes_names_and_options():
    assert set(ganbench.__all__) <= set(dir(ganbench))
    assert set(inspect.signature(ganbench.run).parameters) == {"suite", *RunOptions.__annotations__}
    for function, option in ((ganbench.train, "updates"), (ganbench.tune, "trials"), (ganbench.score, "data_root")):
        assert option in inspect.signature(function).parameters
        assert "options" not in inspect.signature(function).parameters


@pytest.mark.slow
def test_python_and_the_command_line_make_the_same_runs(tmp_path):
    line = "run --suite gaussians --dataset ring8 --model gmm --budget images=2000 --seeds 2 --results shell"
    assert CliRunner().invoke(main, line.split()).exit_code == 0
    runs = ganbench.run("gaussians", models="gmm", seeds=range(2), **RING)
    folders = [sorted(path.name for path in (tmp_path / where / "runs").iterdir()) for where in ("shell", "out")]
    assert folders[0] == folders[1] == sorted(record.key for record in runs)
    weights = [
        (tmp_path / where / "runs" / folders[0][0] / "weights.safetensors").read_bytes() for where in ("shell", "out")
    ]
    assert weights[0] == weights[1]
    assert ganbench.load("shell").leaderboard["mean"].tolist() == runs.leaderboard["mean"].tolist()


def test_an_object_stands_on_the_same_board_as_a_plugin_and_on_no_standard_one():
    options = {"datasets": "ring8", "results": "out", "seeds": 1, "metrics": ["frechet:features=raw"]}
    suite = ganbench.Suite("own", 1, "", (ganbench.Choice("ring8"),), (ganbench.Entry(ganbench.Choice("gmm")),), (),
                           ganbench.Budget(images=2000), (0,))  # fmt: skip
    standard = ganbench.run("quickstart", models="gmm", **options)
    assert standard.leaderboard["standard"].all()
    mixed = ganbench.run("quickstart", models=["gmm", PlainNormal], **options)
    assert {record.spec.handed_in[0][0] for record in mixed if record.spec.handed_in} == {"model plain-normal"}
    assert len(set(mixed.leaderboard["rank"])) == 2  # compared with each other
    assert not mixed.leaderboard["standard"].any()
    stored = leaderboard(tidy(ganbench.load("out").records)).set_index("model")
    assert stored.loc["gmm", "standard"]
    assert not stored.loc["plain-normal", "standard"]
    assert stored.loc["gmm", "rank"] == 1  # alone: an object moves nobody on a standard board
    assert all(record.spec.handed_in for record in ganbench.run(suite, results="out"))


def test_the_mark_is_in_the_stored_record_and_wherever_the_run_is_shown(tmp_path):
    (record,) = ganbench.run("gaussians", models=PlainNormal, seeds=1, **RING)
    stored = json.loads((tmp_path / "out" / "runs" / record.key / "record.json").read_text())
    assert stored["spec"]["handed_in"][0][0] == "model plain-normal"
    assert stored["spec"]["standard"] is False
    shown = CliRunner().invoke(main, ["show", record.key, "--results", "out"]).stdout
    assert "model plain-normal handed in as an object" in " ".join(shown.split())
    drawn = CliRunner().invoke(main, ["sample", record.key, "--results", "out"])
    assert drawn.exit_code == 2
    assert "unknown model 'plain-normal'" in drawn.stderr
    published = CliRunner().invoke(main, ["publish", "--results", "out", "--out", "site"])
    assert published.exit_code == 0, published.stderr
    (page,) = (tmp_path / "site" / "runs").glob("*.html")
    assert "no command repeats it" in page.read_text()


def test_a_changed_class_is_another_run_and_an_equal_one_is_kept():
    class Wider(PlainNormal):
        width = 0.2

    def remade(width):
        return type("Wider", (PlainNormal,), {"width": width, "__module__": PlainNormal.__module__})

    assert digest_of(remade(0.2)) == digest_of(remade(0.2))
    assert digest_of(remade(0.2)) != digest_of(remade(0.3))
    assert digest_of(functools.partial(PlainNormal, noise=1.0)) != digest_of(functools.partial(PlainNormal, noise=2.0))
    assert digest_of(torch.zeros(3)) != digest_of(torch.zeros(4)) != digest_of(torch.ones(4))
    assert digest_of(object()) != digest_of(object())  # unknown: never what was run before
    first, again = (ganbench.run("gaussians", models=Wider, seeds=1, **RING) for _ in range(2))
    assert first.records[0].started == again.records[0].started


def test_parameters_of_a_class_and_a_function_that_makes_a_model_can_be_given():
    def narrow(task):
        return PlainNormal(task, noise=0.01)

    runs = ganbench.run("gaussians", models={"plain": PlainNormal, "narrow": narrow}, seeds=1, **RING)
    assert [str(record.spec.model) for record in runs] == ["plain", "narrow"]
    card = ganbench.ModelCard("wide", make=functools.partial(PlainNormal, noise=3.0), about="Wide.")
    assert str(ganbench.run("gaussians", models=card, seeds=1, **RING).records[0].spec.model) == "wide"


def test_tensors_datasets_and_losses_are_handed_in_too():
    from ganbench.torchkit.resident import Resident

    class Halved(ganbench.AdversarialLoss):
        def generator(self, real, fake):
            return -fake.mean() / 2

        def discriminator(self, real, fake):
            return (fake - real).mean() / 2

    points = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    trained = ganbench.train("mlp-gan:width=4", points, loss=Halved, updates=2, results="out")
    assert str(trained.record.spec.dataset) == "tensor"
    assert {what for what, _ in trained.record.spec.handed_in} == {"dataset tensor", "loss halved"}
    assert trained.sample(7).shape == (7, 2)
    zeros = torch.zeros(200, dtype=torch.int64)
    data = Resident(dict.fromkeys(("train", "test"), (points, zeros)), 0)
    images = {"train": (np.zeros((20, 8, 8), np.uint8), np.arange(20) % 3), "test": np.zeros((5, 8, 8), np.uint8)}
    for given, shape in ((data, (2,)), (images | {"test": (images["test"], np.zeros(5, int))}, (1, 8, 8))):
        assert ganbench.train(PlainNormal, given, updates=1, results="out").sample(3).shape == (3, *shape)


def test_a_class_of_two_players_trains_with_the_usual_loss_or_a_named_one():
    from ganbench.torchkit.adversarial import AdversarialModel

    class TinyGAN(AdversarialModel):
        def __init__(self, task):
            super().__init__(task, torch.nn.Linear(2, task.dimensions), torch.nn.Linear(task.dimensions, 1), latent=2)

    options = {"updates": 1, "results": "out"}
    assert str(ganbench.train(TinyGAN, "ring8", **options).record.spec.loss) == "non-saturating"
    assert str(ganbench.train(TinyGAN, "ring8", loss="hinge", **options).record.spec.loss) == "hinge"


def test_training_twice_trains_once_and_draws_the_same(tmp_path):
    first, again = (ganbench.train("mlp-gan:width=4", "ring8", updates=3, results="out") for _ in range(2))
    assert first.record.started == again.record.started
    assert torch.equal(first.sample(4, seed=1), again.sample(4, seed=1))
    assert not torch.equal(first.sample(4, seed=1), first.sample(4, seed=2))
    assert len(first.curves) == 3
    assert first.folder == ganbench.RunFolder(first.folder).path
    assert not first.record.spec.standard
    assert isinstance(first.plot("losses"), Figure)
    assert "mlp-gan" in repr(first)
    assert "<table>" in first._repr_html_()
    assert RunFolder(first.folder).read_record() == first.record


def test_a_failed_run_is_an_exception_with_its_reason_and_a_row_of_runs():
    class Broken(PlainNormal):
        def fit(self, batches):
            raise ArithmeticError("no fit today")
            yield

    with pytest.raises(ResultsError, match="is failed: ArithmeticError: no fit today"):
        ganbench.train(Broken, "ring8", updates=1, results="out")
    runs = ganbench.run("gaussians", models=[Broken, "gmm"], seeds=1, **RING)
    assert repr(runs) == "<2 runs: 1 done, 1 failed>"
    assert "no fit today" in runs._repr_html_()


def test_figures_are_of_one_board_that_is_named_where_there_are_several():
    options = {
        "models": "gmm",
        "seeds": 1,
        "budget": "images=2_000",
        "results": "out",
        "metrics": "frechet:features=raw",
    }
    runs = ganbench.run("gaussians", datasets="ring8,grid25", **options)
    assert isinstance(runs.plot("comparison", board="ring8"), Figure)
    with pytest.raises(BadOptionError, match=r"there is 2 boards; name one by board=: 'grid25 – gaussians@"):
        runs.plot("comparison")
    with pytest.raises(BadOptionError, match="there is no board called 'mnist'"):
        runs.plot("comparison", board="mnist")
    with pytest.raises(UnknownNameError, match="unknown report-section 'loses'; did you mean 'losses'"):
        runs.plot("loses")
    with pytest.raises(BadOptionError, match="there is nothing to draw for 'waveforms' in 1 run"):
        runs.plot("waveforms", board="ring8")
    with pytest.raises(BadOptionError, match="'training-animation' is written by ganbench report, and can't be drawn"):
        runs.plot("training-animation", board="ring8")


def test_scores_of_arrays_are_those_of_the_same_files(tmp_path):
    draws = np.random.default_rng(0)
    real, fake = draws.normal(size=(300, 2)), draws.normal(size=(300, 2)) + 1
    np.save(tmp_path / "real.npy", real)
    np.save(tmp_path / "fake.npy", fake)
    metrics = ["frechet:features=raw", "prdc:features=raw"]
    scores = ganbench.score(torch.from_numpy(fake), real, metrics)
    line = ["score", "fake.npy", "real.npy", "--metric", ",".join(metrics), "--json"]
    shell = json.loads(CliRunner().invoke(main, line).stdout)["scores"]
    assert [each["value"] for each in shell] == [scores[name] for name in scores]
    assert list(scores.frame["score"]) == [each["score"] for each in shell]
    assert "frechet distance" in scores._repr_html_()
    with pytest.raises(UnknownNameError, match="unknown score 'fid'"):
        _ = scores["fid"]
    ranged = ganbench.score(fake, real, metrics[0], bootstrap=4).intervals[0]
    assert ranged.low < scores["frechet_distance"] < ranged.high


def test_a_score_that_two_metrics_give_is_named_after_its_metric():
    points = np.random.default_rng(0).normal(size=(60, 3))
    scores = ganbench.score(points, points, ["frechet:features=raw", "frechet"])
    assert len(set(scores)) == len(scores)


def test_what_cannot_be_read_is_left_out_of_load_with_a_warning(tmp_path):
    runs = ganbench.run("gaussians", models="gmm", seeds=2, **RING)
    (tmp_path / "out" / "runs" / runs.records[0].key / "record.json").write_text("{")
    with pytest.warns(UserWarning, match="left out: .*record.json can't be read"):
        assert len(ganbench.load("out")) == 1
    with pytest.raises(BadOptionError, match="name a folder of results"):
        ganbench.load()
