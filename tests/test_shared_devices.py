"""Which device the next worker is for: GPUs are dealt out, and shared as their memory allows."""

import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench_executors.machine import Machine
from ganbench_executors.places import Places, runs_that_fit

TWO, GIB = ("cuda:0", "cuda:1"), 2**30
MACHINE = Machine(cores=16, available_bytes=2**40)


def names(places):
    return [device for device, _ in places.now()]


@pytest.mark.parametrize(
    ("workers", "runs_per_device", "runs", "dealt"),
    [
        (None, 1, 100, ["cuda:0", "cuda:1"]),
        (3, 1, 100, ["cuda:0", "cuda:1", "cuda:0"]),
        (None, 2, 100, ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]),
        (3, 2, 100, ["cuda:0", "cuda:1", "cuda:0"]),
        (None, 2, 1, ["cuda:0"]),
        (1, "auto", 100, ["cuda:0"]),
    ],
)
def test_gpus_are_dealt_out_in_turn(workers, runs_per_device, runs, dealt):
    assert names(Places.on(MACHINE, TWO, runs, workers, runs_per_device)) == dealt


def test_what_gpus_share_changes_nothing_on_a_cpu():
    assert [len(Places.on(MACHINE, ("cpu",), 100, None, shared).now()) for shared in (1, 2, "auto")] == [16, 16, 16]


def test_runs_fit_with_what_their_processes_take():
    assert runs_that_fit(4 * GIB, 80 * GIB) == 13  # 80 / (1.25 * 4 + 1)
    assert runs_that_fit(90 * GIB, 80 * GIB) == 1


def test_a_gpu_has_one_run_until_that_was_measured_and_then_what_the_largest_so_far_allows():
    places = Places.on(MACHINE, TWO, 100, None, "auto")
    assert names(places) == ["cuda:0", "cuda:1"]
    places.measured("cuda:1", 16 * GIB, 80 * GIB)
    assert names(places) == ["cuda:0", "cuda:1", "cuda:1", "cuda:1"]
    places.measured("cuda:1", 30 * GIB, 80 * GIB)
    assert names(places) == ["cuda:0", "cuda:1", "cuda:1"]
    places.measured("cuda:1", 1 * GIB, 80 * GIB)
    assert names(places) == ["cuda:0", "cuda:1", "cuda:1"]
    places.measured("cuda:0", None, 80 * GIB)  # a run that failed
    assert names(places).count("cuda:0") == 1


def test_runs_of_next_to_no_memory_are_no_more_than_there_are_cores():
    places = Places.on(Machine(cores=4, available_bytes=2**40), TWO, 100, None, "auto")
    places.measured("cuda:0", 2**20, 80 * GIB)
    assert len(places.now()) == 4


def test_a_number_that_is_asked_for_is_kept_whatever_is_measured():
    places = Places.on(MACHINE, TWO, 100, None, 2)
    places.measured("cuda:0", 90 * GIB, 80 * GIB)
    assert names(places) == ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]


@pytest.mark.parametrize("wrong", ["0", "many", "-1"])
def test_runs_per_device_of_no_sense_are_refused(factory, wrong):
    with pytest.raises(BadOptionError, match=r"takes a whole number of 1 or more, or auto, for runs_per_device, not"):
        factory.make("executors", Choice.parse(f"processes:runs_per_device={wrong}"))
