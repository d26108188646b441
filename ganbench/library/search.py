"""A search for parameters, trial by trial: which to try, when to give one up, what it cost; all of it from records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ganbench.errors import BadOptionError, nearest
from ganbench.library.prepare import Prepared
from ganbench.registry.catalog import Catalog
from ganbench.schema.choice import Value
from ganbench.schema.direction import merit
from ganbench.schema.record import RunRecord, Score, Status
from ganbench.schema.search import Search
from ganbench.schema.spec import RunSpec
from ganbench.suites.expand import expand
from ganbench.suites.space import Axis, owners, with_values

Sampler = Literal["random", "tpe"]
SAMPLERS: tuple[Sampler, ...] = ("random", "tpe")
_TRIAL_SEEDS = 10_000  # a trial's seed is its number from here on, so that no seed of a suite is tuned to
_DIGITS = 4  # significant ones of a number that was drawn
_BEFORE_PRUNING = 5  # trials with a score at a checkpoint, before others are pruned there


@dataclass(frozen=True)
class Trial:
    """One setting that was tried. values: of the axes, by name."""

    number: int
    values: Mapping[str, Value]
    record: RunRecord


@dataclass(frozen=True)
class Plan:
    """What a search is. spec: of one run, with the model's own parameters. score: the column that is searched by.

    trials: how many at most. total: how much they may spend together, in the unit of the runs' budget.
    parallel: how many are chosen at a time, none knowing of the others.
    """

    prepared: Prepared
    spec: RunSpec
    space: tuple[Axis, ...]
    score: str
    better: str
    trials: int
    total: float
    unit: str
    sampler: Sampler = "random"
    parallel: int = 4
    seed: int = 0

    @property
    def told(self) -> str:
        """What the search is and may cost, for boards."""
        return f"{self.trials} trials of {self.sampler} search, {self.total:,.10g} {self.unit} at most"

    @property
    def each(self) -> float:
        """What a trial costs that is not given up."""
        return float(self.spec.budget.limits()[self.unit])

    def specs(self, values: Mapping[str, Value], seeds: Sequence[int], search: Search) -> list[RunSpec]:
        """Return what runs a setting of the axes, from some seeds."""
        found = owners(self.space, self.spec.model, self.spec.loss, self.prepared.catalog)
        model, loss = with_values(values, found, self.spec.model, self.spec.loss)
        overrides = replace(
            self.prepared.overrides,
            models=(model,),
            losses=None if loss is None else (loss,),
            datasets=(self.spec.dataset,),
            seeds=tuple(seeds),
        )
        specs = expand(self.prepared.suite, self.prepared.catalog, overrides)
        return [replace(spec, standard=False, search=search, handed_in=self.spec.handed_in) for spec in specs]


@dataclass
class TrialSearch:
    """Goes through the trials of a plan; run: takes specs to records.

    What is tried depends on the plan and on the records alone: repeated, a search finds its done trials in the store
    and goes on where it was.
    """

    plan: Plan
    run: Callable[[list[RunSpec]], list[RunRecord]]
    trials: list[Trial] = field(default_factory=list)

    @property
    def spent(self) -> float:
        """What all trials spent."""
        return sum(spent_by(trial.record, self.plan.unit) for trial in self.trials)

    def __iter__(self) -> Iterator[Trial]:
        """Yield trials as they end, until there are enough of them or another could cost more than is left."""
        study, distributions = _study(self.plan), {axis.name: _distribution(axis) for axis in self.plan.space}
        while count := self._affordable():
            asked = [study.ask(distributions) for _ in range(count)]
            search = Search(f"a trial of {self.plan.told}", self.plan.score, self._limits())
            chosen = [{axis.name: _rounded(each.params[axis.name], axis) for axis in self.plan.space} for each in asked]
            specs = [
                self.plan.specs(values, [_TRIAL_SEEDS + each.number], search)[0]
                for each, values in zip(asked, chosen, strict=True)
            ]
            records = {record.key: record for record in self.run(specs)}
            for each, values, spec in zip(asked, chosen, specs, strict=True):
                trial = Trial(each.number, values, records[spec.key])
                self.trials.append(trial)
                _tell(study, each, trial, self.plan)
                yield trial

    def best(self) -> Trial | None:
        """Return the trial with the best score; None where no trial has one."""
        scored = [(merit(value, self.plan.better), trial.number, trial) for trial in self.trials
                  if (value := final_value(trial.record, self.plan.score)) is not None]  # fmt: skip
        return min(scored, key=lambda each: each[:2])[2] if scored else None

    def _affordable(self) -> int:
        plan = self.plan
        left = int((plan.total - self.spent) / plan.each + 1e-9)
        return max(0, min(plan.parallel, plan.trials - len(self.trials), left))

    def _limits(self) -> tuple[tuple[float, float], ...]:
        """Return the median of the trials so far at each checkpoint before the last: Golovin et al. (2017)."""
        limits = []
        for fraction in self.plan.spec.checkpoints[:-1]:
            found = (_value_at(trial.record, fraction, self.plan.score) for trial in self.trials)
            values = [value for value in found if value is not None]
            if len(values) >= _BEFORE_PRUNING:
                ranked = sorted(values, key=lambda value: merit(value, self.plan.better))
                limits.append((fraction, ranked[len(ranked) // 2]))
        return tuple(limits)


def spent_by(record: RunRecord, unit: str) -> float:
    """Return what a run spent in a unit of budgets."""
    return float({"images": record.spent.images, "updates": record.spent.updates}.get(unit, record.spent.seconds))


def final_value(record: RunRecord, score: str) -> float | None:
    """Return a done run's score at its end; None where there is none."""
    return _value_at(record, 1.0, score) if record.status is Status.DONE else None


def _value_at(record: RunRecord, fraction: float, score: str) -> float | None:
    found: list[Score] = [
        each for checkpoint in record.checkpoints if checkpoint.fraction == fraction for each in checkpoint.scores
    ]
    return next((each.value for each in found if each.name == score), None)


def score_of(spec: RunSpec, catalog: Catalog, wanted: str | None) -> tuple[str, str]:
    """Return the column that is searched by and its direction: the first of the run's scores unless one is named."""
    cards = (catalog.get("metrics", metric.name) for metric in spec.metrics)
    columns = {column.name: column.better for card in cards for column in card.columns}
    if not columns:
        raise BadOptionError("a search needs a score; name a metric")
    name = wanted or next(iter(columns))
    if name not in columns:
        raise BadOptionError(f"the runs give no score {name!r}{nearest(name, columns)}")
    return name, columns[name]


def _study(plan: Plan) -> Any:
    try:
        import optuna
    except ImportError:
        raise BadOptionError("ganbench tune needs Optuna; install it with pip install 'ganbench[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    kinds = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    return optuna.create_study(sampler=kinds[plan.sampler](seed=plan.seed))


def _distribution(axis: Axis) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if axis.values:
        return CategoricalDistribution(axis.values)
    if isinstance(axis.low, int) and isinstance(axis.high, int):
        return IntDistribution(axis.low, axis.high, log=axis.log)
    return FloatDistribution(float(axis.low), float(axis.high), log=axis.log)


def _rounded(value: Value, axis: Axis) -> Value:
    """Return a value with as many digits as anybody will type again, within its axis."""
    if axis.values or not isinstance(value, float):
        return value
    return min(max(float(f"{value:.{_DIGITS}g}"), float(axis.low)), float(axis.high))


def _tell(study: Any, asked: Any, trial: Trial, plan: Plan) -> None:
    from optuna.trial import TrialState

    value = final_value(trial.record, plan.score)
    if value is None:
        study.tell(asked, state=TrialState.FAIL)
    else:
        study.tell(asked, merit(value, plan.better))
