"""Logs for other programs: what is not installed or can't be reached is one line, and no fault of a run."""

import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.events import nobody
from ganbench.schema.record import Status
from ganbench.storage.store import Store
from ganbench.training.logs import LOGS, require_log
from ganbench.training.runner import Runner


def test_a_log_of_no_kind_is_refused_and_none_is_none():
    require_log(None)
    with pytest.raises(BadOptionError, match=f"unknown log 'paper'; there is {', '.join(LOGS)}"):
        require_log("paper")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_run_whose_log_cannot_be_opened_goes_on_and_says_so_in_its_own(features, make_spec, tmp_path, monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://at-all")
    spec = make_spec()
    folder = Store(tmp_path).run(spec.key)
    record = Runner(features, tmp_path, log="mlflow").run(spec, folder, nobody)
    assert record.status is Status.DONE
    assert "no log for mlflow: " in (folder.path / "run.log").read_text()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of MLflow
def test_mlflow_has_losses_scores_and_the_outcome_of_each_run(features, make_spec, tmp_path, monkeypatch):
    tracking = pytest.importorskip("mlflow.tracking")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/log.db")
    require_log("mlflow")
    spec = make_spec(checkpoints=(0.5, 1.0))
    record = Runner(features, tmp_path, log="mlflow", tick_seconds=0.0).run(spec, Store(tmp_path).run(spec.key), nobody)
    client = tracking.MlflowClient()
    (run,) = client.search_runs([client.get_experiment_by_name("test@1").experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.params["model"] == "vanilla"
    assert run.data.metrics["frechet_distance"] == pytest.approx(record.checkpoints[-1].scores[0].value)
    steps = [each.step for each in client.get_metric_history(run.info.run_id, "generator_loss")]
    assert sorted(set(steps)) == list(range(1, 11))


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_an_mlflow_that_cannot_be_reached_is_one_line(monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://at-all")
    with pytest.raises(
        BadOptionError, match="--log mlflow can't write to nowhere://at-all: .*; set MLFLOW_TRACKING_URI"
    ) as caught:
        require_log("mlflow")
    assert len(str(caught.value).splitlines()) == 1
