"""Whatever goes wrong in a run is a status with a reason, and costs nothing else."""

import sys

import pyarrow.parquet as pq
import pytest
import torch

import ganbench
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget
from ganbench.storage.records import read_record


def test_a_model_and_data_that_do_not_fit_are_skipped_with_the_reason(run, make_spec):
    record = run(make_spec(model="dcgan", dataset="ring8"))
    assert record.status is Status.SKIPPED
    assert record.reason == "dcgan makes images; this data has shape (2,)"
    assert record.checkpoints == ()


def test_a_loss_in_the_spec_of_a_model_without_an_adversary_is_a_skip(run, make_spec):
    record = run(make_spec(model="gmm", loss="minimax"))
    assert (record.status, record.reason) == (Status.SKIPPED, "gmm has no adversary to take the loss minimax")


class Broken:
    """A model that goes wrong where its parameter says."""

    def __init__(self, task, where="fit"):
        self.where, self.shape = where, task.shape
        if where == "build":
            raise RuntimeError("no build today\nsecond line")

    def fit(self, batches):
        for count, _ in enumerate(batches):
            if self.where == "fit" and count == 3:
                raise RuntimeError("no fit today")
            yield {"a_loss": torch.tensor(float("nan") if self.where == "nan" and count == 4 else 1.0)}

    def sample(self, n, generator, labels=None):
        shape = (n, 3) if self.where == "shape" else (n, *self.shape)
        return torch.full(shape, float("inf") if self.where == "sample" else 0.0)

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class BrokenMetric:
    def score(self, evidence):
        raise ZeroDivisionError("no score today")


@pytest.fixture
def broken(factory_with):
    """A feature store whose factory has the built-ins and a stranger's broken things."""
    models = [
        ganbench.ModelCard("broken", make=Broken, about="Breaks."),
        ganbench.ModelCard("gone", make="no_such_module:Model", about="Is not there."),
    ]
    column = ganbench.Column("nothing", "Never there.")
    metric = ganbench.MetricCard("broken", make=BrokenMetric, about="Breaks.", columns=(column,))
    return FeatureStore(factory_with("broken", models=models, metrics=[metric]))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("broken:where=build", "RuntimeError: no build today"),
        ("broken:where=fit", "RuntimeError: no fit today"),
        ("broken:where=sample", "ValueError: sample gave numbers that are not finite"),
        ("broken:where=shape", "ValueError: sample gave shape (100, 3), not (100, 1, 8, 8)"),
        ("gone", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_a_run_that_raises_is_a_failed_row_with_its_reason_and_traceback(
    run, make_spec, broken, tmp_path, model, reason
):
    spec = make_spec(model=model, loss=None)
    record = run(spec, features=broken)
    assert (record.status, record.reason) == (Status.FAILED, reason)
    folder = tmp_path / "a" / "runs" / spec.key
    assert "Traceback" in (folder / "traceback.txt").read_text()
    assert read_record(folder / "record.json").reason == reason


def test_what_a_run_had_learnt_before_it_broke_is_kept(run, make_spec, broken, tmp_path):
    spec = make_spec(model="broken:where=fit", loss=None, checkpoints=(0.2, 1.0))
    record = run(spec, features=broken, tick_seconds=0.0)
    assert (record.status, record.ended_by) == (Status.FAILED, "error")
    assert (record.spent.updates, [checkpoint.fraction for checkpoint in record.checkpoints]) == (3, [0.2])
    curves = pq.read_table(tmp_path / "a" / "runs" / spec.key / "curves.parquet")
    assert curves["update"].to_pylist() == [1, 2, 3]


def test_divergence_ends_a_run_and_the_record_says_when(run, make_spec, broken, tmp_path):
    spec = make_spec(model="broken:where=nan", loss=None, budget=Budget(updates=1_000_000_000))
    record = run(spec, features=broken)
    assert (record.status, record.ended_by) == (Status.FAILED, "divergence")
    assert record.reason == "diverged: a_loss was nan at update 5"
    assert record.stability["first_non_finite_update"] == 5
    assert (tmp_path / "a" / "runs" / spec.key / "curves.parquet").exists()


def test_a_metric_that_breaks_costs_its_own_column_and_no_other(run, make_spec, broken, tmp_path):
    spec = make_spec(metrics=(Choice("broken"), Choice("frechet")))
    record = run(spec, features=broken)
    missing, there = record.checkpoints[-1].scores
    assert record.status is Status.DONE
    assert (missing.value, missing.reason) == (None, "ZeroDivisionError: no score today")
    assert there.value > 0
    assert "no score today" in (tmp_path / "a" / "runs" / spec.key / "traceback-broken.txt").read_text()


def test_a_metric_that_does_not_apply_has_a_reason_and_no_traceback(run, make_spec, tmp_path):
    spec = make_spec(metrics=(Choice("modes"),))
    record = run(spec)
    assert all("mixtures with known means" in score.reason for score in record.checkpoints[-1].scores)
    assert not list((tmp_path / "a" / "runs" / spec.key).glob("traceback*"))


class UnprintableError(Exception):
    def __str__(self):
        raise ValueError


class Rude(Broken, ganbench.Profiled, ganbench.StepCounter):
    """A model that does to its process what no model should."""

    def profile(self):
        return ganbench.Profile(parameters={"model": "many"} if self.where == "parameters" else {"model": 1})

    def steps_by_player(self):
        return {"model": torch.tensor([1, 2]) if self.where == "counts" else 1}

    def fit(self, batches):
        for count, batch in enumerate(batches):
            if count == 3:
                match self.where:
                    case "exit":
                        sys.exit(0)
                    case "base":
                        raise BaseException("through every except Exception")  # noqa: TRY002
                    case "interrupt":
                        raise KeyboardInterrupt
                    case "generator-exit":
                        raise GeneratorExit
                    case "surrogate":
                        raise RuntimeError("half a character \ud800")
                    case "unprintable":
                        raise UnprintableError
                    case "dtype":
                        torch.set_default_dtype(torch.float64)
            yield {"a_loss": batch.samples.mean()}


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("exit", "SystemExit: 0"),
        ("base", "BaseException: through every except Exception"),
        ("interrupt", "KeyboardInterrupt"),
        ("generator-exit", "GeneratorExit"),
        ("surrogate", "RuntimeError: half a character \\ud800"),
        ("unprintable", "UnprintableError"),
        ("dtype", "RuntimeError: torch's default dtype was changed to torch.float64; a plugin must leave it"),
        ("parameters", "its record can't be kept: parameters.model: Input should be a valid integer, "),
        ("counts", "its record can't be kept: "),
    ],
)
def test_what_a_plugin_does_to_its_process_is_its_own_runs_failure_alone(
    run, make_spec, factory_with, tmp_path, where, reason
):
    card = ganbench.ModelCard("rude", make=Rude, about="Knows no manners.")
    rude = FeatureStore(factory_with("rude", models=[card]))
    spec = make_spec(model=f"rude:where={where}", loss=None)
    record = run(spec, features=rude)
    assert record.status is Status.FAILED
    assert record.reason.startswith(reason)
    assert read_record(tmp_path / "a" / "runs" / spec.key / "record.json").reason == record.reason
    assert torch.get_default_dtype() == torch.float32
    assert run(make_spec(), features=rude).status is Status.DONE


@pytest.mark.parametrize("error", [SystemExit(0), KeyboardInterrupt(), BaseException("no")])
def test_a_model_that_exits_while_it_is_built_does_not_end_the_check_of_a_suite(make_spec, factory_with, error):
    from ganbench.training.preflight import check

    def make(task):
        built.append(task)
        raise error

    built = []
    card = ganbench.ModelCard("leaving", make=make, about="Leaves.")
    features = FeatureStore(factory_with("leaving", models=[card]))
    check([make_spec(model="leaving", loss=None)], features)
    assert built


def test_where_a_run_diverged_does_not_depend_on_when_the_curves_were_read(run, make_spec, broken, tmp_path):
    spec = make_spec(model="broken:where=nan", loss=None, budget=Budget(updates=50_000))
    records, curves = [], []
    for where, seconds in (("often", 0.0), ("rarely", 0.5)):
        records.append(run(spec, where, features=broken, tick_seconds=seconds))
        curves.append((tmp_path / where / "runs" / spec.key / "curves.parquet").read_bytes())
    first, second = ((each.spent.updates, each.spent.images, dict(each.spent.by_player)) for each in records)
    assert first == second == (5, 640, {"model": 5})
    assert curves[0] == curves[1]
