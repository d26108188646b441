"""Progress: bars where there is a terminal, plain lines where there is none, and no markup from names."""

import io
import itertools
import time

import pytest
from rich.console import Console
from rich.progress import Progress

from ganbench.contracts.capabilities import profile_of
from ganbench.report.progress import Bars, Plain, display
from ganbench.schema.events import Finished, Kept, Progressed, Started
from ganbench.schema.record import RunRecord, Spent, Status
from ganbench.schema.spec import Budget
from ganbench.training.estimate import estimate


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=120)


def test_plain_lines_tell_the_start_the_end_and_not_too_much_between(console, make_spec):
    now = [0.0]
    plain = Plain(console, 2, clock=lambda: now[0])
    spec = make_spec()
    plain(Started(spec.key, spec.title))
    for second in range(25):
        now[0] = float(second)
        plain(Progressed(spec.key, second / 25, 1_234.5, {"generator_loss": 0.693}))
    plain(Finished(RunRecord(spec, Status.DONE, spent=Spent(10, 1, 2.5))))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == f"[1/2] vanilla + non-saturating on digits, seed 0: started as {make_spec().key}"
    assert lines[1:3] == [
        "[1/2]  40% 1,234 images/s, generator 0.693, 15 s left",
        "[1/2]  80% 1,234 images/s, generator 0.693, 5 s left",
    ]
    assert lines[3] == "[1/2] vanilla + non-saturating on digits, seed 0: done in 2.5 s"


def test_runs_that_are_done_already_are_counted(console, make_spec):
    plain = Plain(console, 5)
    plain(Kept(3))
    plain(Finished(RunRecord(make_spec(), Status.SKIPPED, "no")))
    assert [line[:5] for line in console.file.getvalue().splitlines()] == ["[3/5]", "[4/5]"]
    with Progress(console=Console(file=io.StringIO(), force_terminal=True), auto_refresh=False) as progress:
        Bars(progress, 5)(Kept(3))
        assert progress.tasks[0].completed == 3


def test_a_run_that_did_not_end_well_says_why(console, make_spec):
    plain = Plain(console, 1)
    plain(Finished(RunRecord(make_spec(), Status.FAILED, "it broke [red]badly[/red]")))
    assert "FAILED: it broke [red]badly[/red]" in console.file.getvalue()


def test_bars_come_and_go_with_their_runs(make_spec):
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with Progress(console=console, auto_refresh=False) as progress:
        bars = Bars(progress, 4)
        for done in range(3):
            spec = make_spec(seed=done)
            bars(Started(spec.key, "a [name]"))
            bars(Progressed(spec.key, 0.5, 100.0))
            assert [task.completed for task in progress.tasks] == [done + 0.5, 0.5]
            bars(Finished(RunRecord(spec, Status.DONE)))
            assert [task.completed for task in progress.tasks] == [done + 1]
            assert progress.tasks[0].fields["note"] == f"{done + 1} of 4"


def test_runs_side_by_side_have_a_bar_each(make_spec):
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with Progress(console=console, auto_refresh=False) as progress:
        bars, specs = Bars(progress, 2), [make_spec(seed=seed) for seed in range(2)]
        for spec in specs:
            bars(Started(spec.key, spec.title))
            bars(Progressed(spec.key, 0.25, 100.0))
        bars(Finished(RunRecord(specs[0], Status.DONE)))
        bars(Progressed(specs[1].key, 0.75, 100.0))
        assert [task.completed for task in progress.tasks] == [1.75, 0.75]


def test_a_terminal_gets_bars_and_a_pipe_gets_lines(make_spec):
    for terminal, kind in ((True, Bars), (False, Plain)):
        made = Console(file=io.StringIO(), width=120, force_terminal=terminal)
        with display([make_spec()], made) as notify:
            assert isinstance(notify, kind)


def test_a_model_that_ends_by_itself_is_not_planned_to_the_end_of_a_budget_that_it_never_spends(factory, make_spec):
    spec = make_spec(model="gmm", loss=None, budget=Budget(updates=100_000))
    planned = estimate(factory, spec).seconds
    dataset, model = factory.dataset(spec.dataset), factory.model(spec)
    began = time.perf_counter()
    updates = sum(1 for _ in model.fit(dataset.batches("train", profile_of(model).batch, 0)))
    taken = time.perf_counter() - began
    assert updates < profile_of(model).updates
    assert planned < 10 * taken  # a plan for the whole budget was a thousand times as long


def test_a_model_whose_seconds_end_with_its_warm_up_is_planned_all_the_same(factory, make_spec):
    spec = make_spec(budget=Budget(updates=10_000))
    for step in range(5, 55, 5):  # hundredths of a second that each look at the clock takes; one ends with the warm-up
        ticks = itertools.count()
        assert estimate(factory, spec, clock=lambda: step / 100 * next(ticks)).seconds > 1_000, step  # noqa: B023
