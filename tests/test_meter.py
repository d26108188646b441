"""Budgets: the first limit ends the data, evaluation is not on the clock, the device is waited for."""

import itertools

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.schema.record import Spent
from ganbench.schema.spec import Budget
from ganbench.training.meter import Meter


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self):
        return self.now


def batches(size=10):
    return itertools.repeat(Batch(torch.zeros(size, 2), torch.zeros(size, dtype=torch.int64)))


def test_images_end_the_data_at_the_first_batch_that_reaches_the_limit():
    meter = Meter(Budget(images=25))
    assert len(list(meter.feed(batches()))) == 3
    assert (meter.images, meter.reached, meter.fraction) == (30, "images", 1.0)


def test_updates_end_the_data():
    meter = Meter(Budget(updates=4, images=1_000))
    for _ in meter.feed(batches()):
        meter.updates += 1
    assert (meter.updates, meter.reached) == (4, "updates")


def test_the_first_limit_reached_wins():
    meter = Meter(Budget(updates=50, images=30))
    for _ in meter.feed(batches()):
        meter.updates += 1
    assert meter.reached == "images"


def test_seconds_end_the_data_at_a_tick():
    clock = Clock()
    meter = Meter(Budget(seconds=2.0), clock=clock)
    with meter.running():
        for _ in meter.feed(batches()):
            clock.now += 0.5
            if meter.due():
                meter.tick()
    assert (meter.seconds, meter.reached) == (2.0, "seconds")


def test_seconds_end_the_data_of_a_model_that_never_updates():
    clock = Clock()
    meter = Meter(Budget(seconds=2.0), clock=clock)
    with meter.running():
        for _ in meter.feed(batches()):
            clock.now += 0.1
    assert meter.reached == "seconds"
    assert meter.seconds == pytest.approx(2.0, abs=0.11)


def test_evaluation_is_not_on_the_clock():
    clock = Clock()
    meter = Meter(Budget(seconds=100.0), clock=clock)
    with meter.running():
        clock.now += 3.0
        with meter.paused():
            clock.now += 50.0
        clock.now += 4.0
    clock.now += 9.0
    meter.tick()
    assert meter.seconds == 7.0


def test_the_device_is_waited_for_before_the_clock_is_read():
    clock, waits = Clock(), []

    def synchronize():
        waits.append(clock.now)
        clock.now += 1.0  # the work that was still under way

    meter = Meter(Budget(updates=5), synchronize, clock)
    with meter.running():
        for _ in meter.feed(batches()):
            meter.updates += 1
            assert not waits
    assert meter.seconds == 1.0


def test_a_clock_that_raises_inside_still_stops():
    clock = Clock()
    meter = Meter(Budget(updates=5), clock=clock)

    def fail():
        clock.now += 2.0
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"), meter.running():
        fail()
    clock.now += 5.0
    meter.tick()
    assert meter.seconds == 2.0


def test_an_interrupted_budget_goes_on_from_what_was_spent():
    meter = Meter(Budget(images=100))
    meter.resume(Spent(images=80, updates=8, seconds=3.0))
    assert len(list(meter.feed(batches()))) == 2


def test_data_that_end_by_themselves_end_the_run():
    meter = Meter(Budget(updates=100))
    assert len(list(meter.feed(itertools.islice(batches(), 3)))) == 3
    assert meter.reached == ""
