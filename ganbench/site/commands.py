"""The commands that make runs again."""

import shlex
from collections.abc import Collection

from ganbench.schema.choice import settings_text
from ganbench.schema.spec import RunSpec
from ganbench.site.content import Contender


def spec_suite(spec: RunSpec) -> str:
    """Return the name of a spec's suite, without its version."""
    return spec.suite.partition("@")[0]


def repeat_run(spec: RunSpec, suites: Collection[str]) -> str:
    """Return the command that repeats one run: the same spec, so the same key; suites: the names of those on offer.

    A suite that is not on offer was a file, which the command names.
    """
    words = ["ganbench", "run", "--suite", _suite(spec_suite(spec), suites), "--dataset", str(spec.dataset)]
    words += [*_model(str(spec.model), str(spec.loss or "")), "--seeds", f"{spec.seed}-{spec.seed}"]
    if not spec.standard:
        whole = {unit: int(limit) if limit == int(limit) else limit for unit, limit in spec.budget.limits().items()}
        words += ["--budget", settings_text(whole)]
        words += ["--stop", str(spec.stopping)] if spec.stopping else []
    return shlex.join([*words, "--precision", spec.precision])


def run_contender(contender: Contender, suites: Collection[str]) -> list[str]:
    """Return a command for each suite that the contender was run in, over all of its datasets and seeds there."""
    named = dict.fromkeys(_suite(spec_suite(run.record.spec), suites) for run in contender.runs)
    return [
        shlex.join(["ganbench", "run", "--suite", suite, *_model(contender.model, contender.loss)]) for suite in named
    ]


def _suite(name: str, suites: Collection[str]) -> str:
    return name if name in suites else f"{name}.toml"


def _model(model: str, loss: str) -> list[str]:
    return ["--model", model, *(["--loss", loss] if loss else [])]
