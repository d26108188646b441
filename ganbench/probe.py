"""How long a plan will take: a few updates of each kind of run, and the rule of three."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from rich.table import Table

from ganbench.contracts import Model
from ganbench.errors import UnfitError
from ganbench.meter import Meter
from ganbench.report.grid import number
from ganbench.runner import synchronizer
from ganbench.seeds import isolated, stream
from ganbench.session import Session
from ganbench.spec import Budget, RunSpec
from ganbench.workbench import Workbench

UPDATES, WARM_UP, SECONDS = 20, 5, 2.5


@dataclass(frozen=True)
class Estimate:
    """Seconds of training at most, or the reason why there is no telling."""

    seconds: float | None
    reason: str = ""


def estimate(bench: Workbench, spec: RunSpec) -> Estimate:
    """Train a few updates and scale to the spec's budget; store nothing.

    Twenty of them, the first five as a warm-up, or what two and a half seconds allow.
    """
    with isolated(stream(spec.seed, "init"), bench.device):
        try:
            dataset = bench.dataset(spec.dataset)
            model: Model = bench.make("models", spec.model, bench.task(spec))
            meter = Meter(Budget(updates=UPDATES, seconds=SECONDS), synchronizer(bench.device))
            warm = meter.spent
            batches = meter.feed(dataset.batches("train", int(getattr(model, "batch", 128)), spec.seed))
            with meter.running(), closing(model.fit(batches)) as updates:  # type: ignore[type-var]
                for _ in updates:
                    meter.updates += 1
                    if meter.updates == WARM_UP:
                        meter.tick()
                        warm = meter.spent
                    if meter.due():
                        meter.tick()
                    if meter.reached:
                        break
        except UnfitError as error:
            return Estimate(None, f"skipped: {error}")
        except Exception as error:  # the run will fail with this reason, and the others go on
            return Estimate(None, f"fails: {type(error).__name__}: {error}".splitlines()[0])
    if not meter.reached:
        return Estimate(meter.seconds)  # it had learnt all it could
    spent = {unit: getattr(meter, unit) - getattr(warm, unit) for unit in Budget.UNITS}
    scales = [limit / spent[unit] for unit, limit in spec.budget.limits().items() if spent[unit]]
    whole = min(scales, default=1.0) * spent["seconds"]
    return Estimate(max(whole, meter.seconds) if spent["images"] else meter.seconds + whole)


def plan_table(session: Session, specs: list[RunSpec]) -> Table:
    """Return the cells of a plan, each with its seeds and the time its runs will take."""
    table = Table(
        title=f"{specs[0].suite}, {specs[0].budget}, on {session.device}",
        title_justify="left",
        caption="training time, at most, from a few updates of each; scoring comes on top",
        caption_justify="left",
    )
    for heading in ("dataset", "model", "loss"):
        table.add_column(heading)
    for heading in ("runs", "done", "seconds a run", "in all"):
        table.add_column(heading, justify="right")
    table.add_column("note", overflow="fold")

    total = 0.0
    for seeds in _cells(specs):
        first, done = seeds[0], sum(session.store.done(spec) is not None for spec in seeds)
        told = estimate(session.bench, first) if done < len(seeds) else Estimate(0.0)
        whole = (told.seconds or 0.0) * (len(seeds) - done)
        total += whole
        times = ["–", "–"] if told.seconds is None else [number(told.seconds), number(whole)]
        names = (str(first.dataset), str(first.model), str(first.loss or "–"))
        table.add_row(*names, str(len(seeds)), str(done), *times, told.reason)
    table.add_section()
    table.add_row("all", "", "", str(len(specs)), "", "", number(total), "")
    return table


def _cells(specs: list[RunSpec]) -> Iterator[list[RunSpec]]:
    """Group specs that differ in their seed alone."""
    groups: dict[RunSpec, list[RunSpec]] = {}
    for spec in specs:
        groups.setdefault(replace(spec, seed=0), []).append(spec)
    yield from groups.values()
