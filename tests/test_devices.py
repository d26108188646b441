"""Which device a run is on, whatever torch sees: machines that are not here are described by hand."""

import random

import pytest
import torch

from ganbench.errors import BadOptionError
from ganbench.seeds import isolated, randomness, restore_randomness
from ganbench.training.device import (
    Accelerators,
    accelerators,
    resolve_device,
    resolve_devices,
    shortfalls,
    synchronizer,
)

NONE, TWO, APPLE, INTEL = Accelerators(), Accelerators("cuda", 2), Accelerators("mps", 1), Accelerators("xpu", 2)


@pytest.mark.parametrize(
    ("there", "wanted", "devices"),
    [
        (NONE, "auto", ("cpu",)),
        (NONE, "cpu", ("cpu",)),
        (TWO, "auto", ("cuda:0", "cuda:1")),
        (TWO, "cuda", ("cuda:0", "cuda:1")),
        (TWO, "cuda:1", ("cuda:1",)),
        (TWO, "cpu", ("cpu",)),
        (APPLE, "auto", ("mps:0",)),
        (APPLE, "mps", ("mps:0",)),
        (INTEL, "auto", ("xpu:0", "xpu:1")),
        (INTEL, "xpu:1", ("xpu:1",)),
    ],
)
def test_auto_takes_what_is_there_and_a_name_takes_what_it_says(there, wanted, devices):
    assert resolve_devices(wanted, there) == devices
    assert resolve_device(wanted, there) == devices[0]
    assert torch.device(devices[0]).type == devices[0].partition(":")[0]  # torch knows it by that name


@pytest.mark.parametrize(
    ("there", "wanted", "line"),
    [
        (NONE, "mps", "no device 'mps': torch sees 0 MPS devices here; try --device cpu"),
        (APPLE, "cuda", "no device 'cuda': torch sees 0 CUDA devices here; try --device cpu"),
        (INTEL, "xpu:2", "no device 'xpu:2': torch sees 2 XPU devices here; try --device cpu"),
        (TWO, "tpu", "unknown device 'tpu'; there is auto, cpu, cuda, cuda:N, mps, xpu, xpu:N"),
        (TWO, "cuda:", "unknown device 'cuda:'; there is auto, cpu, cuda, cuda:N, mps, xpu, xpu:N"),
        (TWO, "cuda:-1", "unknown device 'cuda:-1'; there is auto, cpu, cuda, cuda:N, mps, xpu, xpu:N"),
    ],
)
def test_a_device_that_is_not_there_is_refused_in_one_line(there, wanted, line):
    with pytest.raises(BadOptionError) as refused:
        resolve_device(wanted, there)
    assert str(refused.value) == line


def test_what_a_device_lacks_is_said_and_what_is_done_instead():
    assert shortfalls("cpu") == shortfalls("cuda:0") == []
    (repeats,) = shortfalls("xpu:0", has_double=lambda _: True)
    assert repeats.startswith("on xpu:0 two runs of one seed may differ")
    assert shortfalls("mps:0", has_double=lambda _: False)[1:] == [
        "mps:0 has no float64: scores are computed on the CPU"
    ]


def test_float64_is_asked_of_torch():
    # the meta device stands in: it has float64, and no data
    assert len(shortfalls("meta")) == 1


def test_the_cpu_is_never_waited_for_and_its_random_state_is_whole():
    assert accelerators().kind in ("", "cuda", "mps", "xpu")
    synchronizer("cpu")()
    saved = randomness("cpu")
    first = (torch.rand(3).tolist(), random.random())
    with isolated(3, "cpu"):
        torch.rand(5)
    restore_randomness(saved, "cpu")
    assert (torch.rand(3).tolist(), random.random()) == first
