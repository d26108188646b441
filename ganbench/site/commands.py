"""The commands that make runs again."""

import shlex

from ganbench.choice import settings_text
from ganbench.site.content import Contender, Run
from ganbench.spec import RunSpec


def repeat_run(spec: RunSpec) -> str:
    """Return the command that repeats one run: the same spec, so the same key."""
    words = ["ganbench", "run", "--suite", spec.suite.partition("@")[0], "--dataset", str(spec.dataset)]
    words += [*_model(str(spec.model), str(spec.loss or "")), "--seeds", f"{spec.seed}-{spec.seed}"]
    if not spec.standard:
        whole = {unit: int(limit) if limit == int(limit) else limit for unit, limit in spec.budget.limits().items()}
        words += ["--budget", settings_text(whole)]
        words += ["--stop", str(spec.stopping)] if spec.stopping else []
    return shlex.join([*words, "--precision", spec.precision])


def run_contender(contender: Contender) -> list[str]:
    """Return a command for each suite that the contender was run in, over all of its datasets and seeds there."""
    suites = dict.fromkeys(run.record.spec.suite.partition("@")[0] for run in contender.runs)
    return [
        shlex.join(["ganbench", "run", "--suite", suite, *_model(contender.model, contender.loss)]) for suite in suites
    ]


def folder_name(run: Run) -> str:
    """Return where a run's files lie in the folder of results that it came from."""
    return f"runs/{run.record.key}"


def _model(model: str, loss: str) -> list[str]:
    return ["--model", model, *(["--loss", loss] if loss else [])]
