"""How long a plan will take: a few updates of each kind of run, and the rule of three."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.pairs import training_batches
from ganbench.errors import UnfitError
from ganbench.registry.factory import Factory
from ganbench.schema.plan import PlannedCell
from ganbench.schema.record import Spent
from ganbench.schema.spec import Budget, RunSpec
from ganbench.seeds import isolated, stream
from ganbench.training.device import synchronizer
from ganbench.training.interruption import InterruptedRunError
from ganbench.training.keeping import one_line
from ganbench.training.meter import Meter
from ganbench.training.process_settings import kept_settings
from ganbench.training.session import Session

UPDATES, WARM_UP, SECONDS = 20, 5, 2.5


@dataclass(frozen=True)
class Estimate:
    """Seconds of training at most, or the reason why there is no telling."""

    seconds: float | None
    reason: str = ""


def plan(session: Session, specs: Iterable[RunSpec]) -> list[PlannedCell]:
    """Return the cells of what a session will run, each with the time that its runs will take."""
    cells = []
    for seeds in _cells(specs):
        done = sum(session.store.done(spec) is not None for spec in seeds)
        estimated = estimate(session.features.factory, seeds[0]) if done < len(seeds) else Estimate(0.0)
        cells.append(PlannedCell(seeds[0], len(seeds), done, estimated.seconds, estimated.reason))
    return cells


def estimate(factory: Factory, spec: RunSpec, clock: Callable[[], float] = time.perf_counter) -> Estimate:
    """Train a few updates and scale to the spec's budget; store nothing.

    Twenty of them, the first five as a warm-up, or what two and a half seconds allow. A model that ends by itself is
    trained to its end within these seconds, and scaled to the updates that it makes at most if that is not enough.
    """
    with kept_settings(), isolated(stream(spec.seed, "init"), factory.device):
        try:
            meter, warm, most = _try(factory, spec, clock)
        except UnfitError as error:
            return Estimate(None, f"skipped: {error}")
        except InterruptedRunError:
            raise
        except BaseException as error:  # the run will fail with this reason, and the others go on
            return Estimate(None, f"fails: {one_line(error)}")
    if not meter.reached:
        return Estimate(meter.seconds)  # it had learnt all it could
    spent = {unit: getattr(meter, unit) - getattr(warm, unit) for unit in Budget.UNITS}
    limits = spec.budget.limits()
    if most is not None:
        limits["updates"] = min(most, limits.get("updates", most))
    scales = [limit / spent[unit] for unit, limit in limits.items() if spent[unit]]
    whole = min(scales, default=1.0) * spent["seconds"]
    return Estimate(max(whole, meter.seconds) if spent["images"] else meter.seconds + whole)


def _try(factory: Factory, spec: RunSpec, clock: Callable[[], float]) -> tuple[Meter, Spent, int | None]:
    """Train a spec's model for a moment; return the meter, what the warm-up spent, and the updates it makes at most."""
    dataset, model = factory.dataset(spec.dataset), factory.model(spec)
    profile = profile_of(model)
    updates_tried = UPDATES if profile.updates is None else profile.updates + 1
    meter = Meter(Budget(updates=updates_tried, seconds=SECONDS), synchronizer(factory.device), clock)
    warm = meter.spent
    batches = meter.feed(training_batches(dataset, profile, spec.seed))
    with meter.running(), closing(model.fit(batches)) as updates:  # type: ignore[type-var]
        for _ in updates:
            meter.updates += 1
            if meter.updates == WARM_UP:
                meter.tick()
                warm = warm if meter.reached else meter.spent  # there is nothing behind it then
            if meter.due():
                meter.tick()
            if meter.reached:
                break
    return meter, warm, profile.updates


def _cells(specs: Iterable[RunSpec]) -> Iterator[list[RunSpec]]:
    """Group specs that differ in their seed alone."""
    groups: dict[RunSpec, list[RunSpec]] = {}
    for spec in specs:
        groups.setdefault(replace(spec, seed=0), []).append(spec)
    yield from groups.values()
