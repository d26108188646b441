"""Parameters searched for under a budget: trials, the best of them run anew, and what the search cost."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ganbench.errors import BadOptionError, ResultsError
from ganbench.files import write_whole
from ganbench.library.options import RunOptions, budget_of, check_known
from ganbench.library.prepare import Prepared, in_a_session, prepare
from ganbench.library.runs import Runs
from ganbench.library.search import SAMPLERS, Plan, Sampler, Trial, TrialSearch, final_value, score_of, spent_by
from ganbench.library.signatures import shows
from ganbench.schema.choice import settings_text
from ganbench.schema.record import RunRecord
from ganbench.schema.search import Search
from ganbench.schema.spec import Budget, RunSpec
from ganbench.suites.space import owners, parse_space

if TYPE_CHECKING:
    import pandas as pd

_SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)  # of what was spent, at which the best is told
_DIGITS = 6


class TuneOptions(RunOptions, total=False):
    """The options of a search, all of which may be left out; beside those of RunOptions.

    trials: how many at most. total: what they may spend together, "images=10_000_000", in the unit of the suite's
    budget; as much as the trials cost at most, if left out. sampler: "random", whose trials know nothing of each other,
    or "tpe", which learns. parallel: trials that are chosen at a time. score: the column to search by, the first unless
    named. seed: of the search. seeds: those that the best is run from in the end.
    """

    trials: int
    total: str | Mapping[str, float] | Budget | None
    sampler: Sampler
    parallel: int
    score: str | None
    seed: int


@dataclass(frozen=True)
class Tuned:
    """What a search found. trials: in the order in which they were tried. runs: of the best, from other seeds."""

    plan: Plan
    trials: tuple[Trial, ...]
    best: Trial
    runs: Runs

    @property
    def spent(self) -> float:
        """What all trials spent, in the unit of the plan."""
        return sum(spent_by(trial.record, self.plan.unit) for trial in self.trials)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """One row a trial: its number, its parameters, its score, what it spent, what ended it, its run's key."""
        import pandas as pd

        plan = self.plan
        return pd.DataFrame(
            {
                "trial": trial.number,
                **trial.values,
                plan.score: final_value(trial.record, plan.score),
                plan.unit: spent_by(trial.record, plan.unit),
                "ended_by": trial.record.ended_by or trial.record.status.value,
                "key": trial.record.key,
            }
            for trial in self.trials
        )

    @cached_property
    def curve(self) -> "pd.DataFrame":
        """The best score against what the search costs, as analysis.best_against_budget has it."""
        from ganbench.analysis.best_against_budget import best_against_budget

        values = [final_value(trial.record, self.plan.score) for trial in self.trials]
        costs = [spent_by(trial.record, self.plan.unit) for trial in self.trials]
        return best_against_budget(values, costs, self.plan.better, [share * self.spent for share in _SHARES])

    def __repr__(self) -> str:
        found = settings_text(self.best.values)
        return f"<{found}, of {len(self.trials)} trials that spent {self.spent:,.10g} {self.plan.unit}>"

    def _repr_html_(self) -> str:
        from ganbench.report.html import table_html
        from ganbench.report.tuning import curve_rows, trial_rows

        headings, rows = trial_rows(self.frame, self.plan.score, self.plan.better)
        budgets = table_html("best against budget", *curve_rows(self.curve, self.plan.unit, self.plan.score))
        return table_html(self.plan.told, headings, rows) + budgets + self.runs._repr_html_()


@shows(TuneOptions)
def tune(suite: str | Path | None, model: Any, space: str, **options: Unpack[TuneOptions]) -> Tuned:
    """Search for a model's parameters and its loss's, and run the best from the suite's seeds; as `ganbench tune`.

    space: "learning_rate=log:1e-5..1e-2,critic_steps=1..5,norm=batch|layer". A trial that is worse than the median of
    those before it at a checkpoint is given up. No trial begins that the rest of the total does not
    pay for; each may go over its own budget by less than a batch, as every run may. Trials and the tuned
    model stand on boards of their own, which say what the search could cost (Lucic et al. 2018); trials are scored with
    the held-out samples that the tuned model is scored with, but trained from other seeds.

    Repeated, a search finds its trials in the results and goes on. Raises GanbenchError for a mistake, ResultsError
    where no trial has a score.

    >>> import ganbench
    >>> options = {"datasets": "ring8", "trials": 3, "seeds": 1, "budget": "images=5_000", "results": "out"}
    >>> found = ganbench.tune("gaussians", "gmm", "components=2..16", **options)
    >>> len(found.frame), found.spent <= 3 * 5_000 + 3 * 128
    (3, True)
    """
    check_known(options, TuneOptions, "tune")
    plan = plan_of(suite, model, space, options)
    search = TrialSearch(plan, lambda specs: _run(plan.prepared, specs))
    trials = tuple(search)
    best = search.best()
    if best is None:
        reasons = {trial.record.reason for trial in trials if trial.record.reason} or {"its score is missing"}
        raise ResultsError(f"none of {len(trials)} trials has a score: {sorted(reasons)[0]}")
    seeds = plan.prepared.overrides.seeds or plan.prepared.suite.seeds
    records = _run(plan.prepared, plan.specs(best.values, seeds, Search(f"tuned by {plan.told}")))
    found = Tuned(plan, trials, best, Runs(tuple(records), (plan.prepared.session.store.root,), plan.prepared.catalog))
    write(found)
    return found


def plan_of(suite: str | Path | None, model: Any, space: str, options: TuneOptions) -> Plan:
    """Read what is asked for; raises BadOptionError for what makes no sense, before anything is run."""
    axes = parse_space(space)
    trials, parallel, seed = (_whole(options, name, default) for name, default in _COUNTS)
    sampler = options.get("sampler") or "random"
    if sampler not in SAMPLERS:
        raise BadOptionError(f"unknown sampler {sampler!r}; there is {', '.join(SAMPLERS)}")
    kept = {name: value for name, value in options.items() if name in RunOptions.__annotations__}
    run_options = RunOptions(**kept, models=model)  # type: ignore[typeddict-item]
    prepared = prepare(suite, run_options, processes=bool(options.get("executor")) or in_a_session())
    spec = _one_cell(prepared)
    owners(axes, spec.model, spec.loss, prepared.catalog)
    score, better = score_of(spec, prepared.catalog, options.get("score"))
    unit = next(iter(spec.budget.limits()))
    total = _total(options.get("total"), unit, trials * spec.budget.limits()[unit], spec)
    return Plan(prepared, spec, axes, score, better, trials, total, unit, sampler, parallel, seed)


_COUNTS = (("trials", 20), ("parallel", 4), ("seed", 0))


def _whole(options: TuneOptions, name: str, default: int) -> int:
    value = options.get(name)
    count: Any = default if value is None else value
    least = 0 if name == "seed" else 1
    if isinstance(count, bool) or not isinstance(count, int) or count < least:
        raise BadOptionError(f"{name} is a whole number of {least} or more, not {count!r}")
    return int(count)


def _one_cell(prepared: Prepared) -> RunSpec:
    """Return the one kind of run that is searched."""
    cells = list(dict.fromkeys(replace(spec, seed=0) for spec in prepared.specs))
    if len(cells) == 1:
        return cells[0]
    titles = sorted({cell.title.rpartition(",")[0] for cell in cells})
    raise BadOptionError(
        f"a search is of one model on one dataset, and this is {len(cells)}: {', '.join(titles)}; "
        "name a model, its loss and a dataset"
    )


def _total(given: str | Mapping[str, float] | Budget | None, unit: str, whole: float, spec: RunSpec) -> float:
    if given is None:
        return whole
    read = budget_of(given)
    limits = read.limits()
    if list(limits) != [unit]:
        raise BadOptionError(f"the total is counted in {unit}, as {spec.suite} counts its budget, not in {read}")
    if limits[unit] < spec.budget.limits()[unit]:
        raise BadOptionError(f"a total of {read} pays for no trial; one costs {spec.budget}")
    return limits[unit]


def _run(prepared: Prepared, specs: list[RunSpec]) -> list[RunRecord]:
    from ganbench.report.notebook import progress

    with progress(specs) as notify, closing(prepared.session.run(specs, notify)) as running:  # type: ignore[type-var]
        records = {record.key: record for record in running}
    return [records[spec.key] for spec in specs]


def write(found: Tuned) -> list[Path]:
    """Write trials and the best against the budget as CSV below `tuning` in the results; return both paths."""
    plan = found.plan
    named = f"{plan.told} {plan.space} {plan.spec.key} {plan.sampler} {plan.seed} {plan.score}"
    digest = hashlib.sha256(named.encode()).hexdigest()[:_DIGITS]
    folder = plan.prepared.session.store.root / "tuning"
    stem = f"{plan.spec.model.name}-{plan.spec.dataset.name}-{digest}"
    paths = {folder / f"{stem}-trials.csv": found.frame, folder / f"{stem}-budget.csv": found.curve}
    for path, frame in paths.items():
        write_whole(path, lambda beside, frame=frame: frame.to_csv(beside, index=False))  # type: ignore[misc]
    return list(paths)
