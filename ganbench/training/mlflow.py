"""MLflow runs: losses at each tick, scores at each checkpoint, by the number of updates; parameters and the outcome."""

import os
import textwrap

from mlflow.tracking import MlflowClient

from ganbench.errors import BadOptionError
from ganbench.schema.events import Event, Finished, Progressed, Scored
from ganbench.schema.record import Status
from ganbench.schema.spec import RunSpec

_WIDTH = 160  # characters of a reason
_ENDED = {Status.DONE: "FINISHED", Status.FAILED: "FAILED", Status.SKIPPED: "KILLED"}


class MLflowLog:
    """Writes what a run tells to the MLflow server or folder that MLFLOW_TRACKING_URI names.

    A run is one of the experiment that is called as its suite; its parameters are the spec's. A run that goes on where
    it was interrupted is another one of the same name: MLflow has no way to take steps back.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._client = MlflowClient()
        found = self._client.get_experiment_by_name(spec.suite)
        experiment = found.experiment_id if found else self._client.create_experiment(spec.suite)
        tags = {"ganbench.key": spec.key, "ganbench.standard": str(spec.standard)}
        self._run = self._client.create_run(experiment, tags=tags, run_name=f"{spec.key} {spec.title}").info.run_id
        for name, value in _parameters(spec).items():
            self._client.log_param(self._run, name, value)

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        match event:
            case Progressed(_, _, speed, losses, "training", updates):
                for name, value in {"images_per_second": speed, **losses}.items():
                    self._client.log_metric(self._run, name, value, step=updates)
            case Scored(_, _, updates, scores):
                for score in scores:
                    if score.value is not None:
                        self._client.log_metric(self._run, score.name, score.value, step=updates)
            case Finished(record):
                if record.reason:
                    self._client.set_tag(self._run, "ganbench.reason", record.reason)
                self._client.set_terminated(self._run, _ENDED[record.status])


def require_reachable() -> None:
    """Raise BadOptionError where nothing can be written to the place that MLFLOW_TRACKING_URI names."""
    try:
        MlflowClient().search_experiments(max_results=1)
    except Exception as error:  # of MLflow, of its database, of the network
        said = " ".join(str(error).split())
        reason = textwrap.shorten(f"{type(error).__name__}: {said}", _WIDTH, placeholder=" …")
        where = os.environ.get("MLFLOW_TRACKING_URI", "its default place")
        raise BadOptionError(
            f"--log mlflow can't write to {where}: {reason}; set MLFLOW_TRACKING_URI, such as to sqlite:///mlflow.db"
        ) from None


def _parameters(spec: RunSpec) -> dict[str, object]:
    named = {"dataset": spec.dataset, "model": spec.model, "loss": spec.loss or "", "seed": spec.seed}
    settings = {f"recipe.{name}": value for name, value in spec.recipe}
    return named | settings | {"budget": spec.budget, "precision": spec.precision}
