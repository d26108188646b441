"""Kernels that are faster than the usual ones: the same values, and the same first and second derivatives."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from ganbench.contracts.models import Task
from ganbench.torchkit.kernel_choice import fastest_kernels, kept_choice
from ganbench.torchkit.kernels import KernelChoice, Kernels
from ganbench.torchkit.precision import autocast, kernel_choice

EVERY = KernelChoice(linear=True, convolutions=True)
TASK = Task((1, 28, 28), 0, "cpu", examples=1, seed=0)

NETWORKS = {
    "linear": ((64, 90), lambda: nn.Linear(90, 110)),
    "linear, narrow": ((64, 90), lambda: nn.Linear(90, 1)),
    "linear without bias, of sequences": ((8, 9, 90), lambda: nn.Linear(90, 120, bias=False)),
    "convolution": ((3, 5, 9, 8), lambda: nn.Conv2d(5, 6, 4, stride=2, padding=1)),
    "convolution, one channel in": ((3, 1, 8, 8), lambda: nn.Conv2d(1, 6, 4, stride=2, padding=1, bias=False)),
    "convolution, groups and dilation": ((3, 4, 9, 9), lambda: nn.Conv2d(4, 6, 3, dilation=2, groups=2)),
    "convolution, uneven": ((3, 4, 9, 7), lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(0, 1))),
    "convolution, padding by name": ((3, 4, 9, 9), lambda: nn.Conv2d(4, 6, 3, padding="same")),
    "convolution of one image": ((4, 9, 9), lambda: nn.Conv2d(4, 6, 3)),
    "convolution of positions": ((3, 5, 4, 6), lambda: nn.Conv2d(5, 7, 1)),
    "convolution of every other position": ((3, 5, 5, 5), lambda: nn.Conv2d(5, 7, 1, stride=2)),
    "convolution of positions and of none": ((2, 5, 3, 3), lambda: nn.Conv2d(5, 7, 1, stride=3, padding=2)),
    "transposed, of positions": ((3, 6, 5, 5), lambda: nn.ConvTranspose2d(6, 5, 1)),
    "transposed": ((3, 6, 5, 4), lambda: nn.ConvTranspose2d(6, 5, 4, stride=2, padding=1)),
    "transposed, one channel out": ((3, 6, 5, 5), lambda: nn.ConvTranspose2d(6, 1, 4, stride=2, padding=1)),
    "transposed, larger by one": ((3, 6, 5, 5), lambda: nn.ConvTranspose2d(6, 4, 3, stride=2, output_padding=1)),
    "critic": (
        (4, 1, 12, 12),
        lambda: nn.Sequential(
            nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(8, 16, 4, 2, 1), nn.GroupNorm(1, 16),
            nn.LeakyReLU(0.2, inplace=True), nn.Flatten(), nn.Linear(144, 1),
        ),
    ),
    "generator": (
        (4, 10),
        lambda: nn.Sequential(
            nn.Linear(10, 72), nn.Unflatten(1, (8, 3, 3)), nn.BatchNorm2d(8), nn.ReLU(inplace=True),
            nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
            nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Tanh(),
        ),
    ),
}  # fmt: skip


def derivatives(network, samples, choice):
    """Return the values, the slopes at the samples and at the weights, and those of a penalty on the former."""
    points = samples.clone().requires_grad_()
    with Kernels(choice):
        values = network(points)
        (slopes,) = torch.autograd.grad(values.square().sum(), points, create_graph=True)
        penalty = (slopes.flatten(1).norm(dim=1) - 1).square().mean()
        weights = list(network.parameters())
    first = torch.autograd.grad(values.sin().sum(), weights, retain_graph=True)
    second = torch.autograd.grad(penalty, [points, *weights], allow_unused=True)
    return [values, slopes, *first, *(part for part in second if part is not None)]


@pytest.mark.parametrize("name", NETWORKS)
def test_values_and_derivatives_are_torchs(name):
    shape, make = NETWORKS[name]
    torch.manual_seed(0)
    network, samples = make(), torch.randn(shape)
    theirs = derivatives(copy.deepcopy(network), samples, KernelChoice(linear=False, convolutions=False))
    ours = derivatives(network, samples, EVERY)
    assert len(ours) == len(theirs)
    for mine, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-3, atol=1e-4 * float(expected.detach().abs().max()))


def test_the_layers_do_go_another_way():
    with Kernels(EVERY):
        images = nn.Conv2d(3, 8, 3)(torch.randn(2, 3, 8, 8))
        vectors = nn.Linear(90, 80)(torch.randn(100, 90))
        flat = nn.Flatten()(images)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert [part.grad_fn.name() for part in (images, vectors, flat)] == [
        "ConvolutionBackward", "LinearBackward", "FlatteningBackward",
    ]  # fmt: skip


def test_gradients_of_images_are_laid_out_as_the_images_are():
    images = torch.randn(2, 3, 8, 8, requires_grad=True)
    twice = images * 2
    twice.retain_grad()
    with Kernels(EVERY):
        nn.Conv2d(3, 8, 3)(twice).sum().backward()
    assert twice.grad.is_contiguous()


def test_convolutions_at_bf16_are_in_bf16_and_leave_gradients_in_fp32():
    layer, images = nn.Conv2d(3, 8, 3), torch.randn(2, 3, 8, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        expected = layer(images)
        with Kernels(EVERY):
            found = layer(images)
            assert nn.Linear(90, 80)(torch.randn(100, 90)).dtype == torch.bfloat16
    found.float().sum().backward()
    assert found.dtype == torch.bfloat16 == expected.dtype
    assert layer.weight.grad.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0.02, atol=0.02)


def test_double_precision_and_transforms_of_functions_are_left_to_torch():
    layer, points = nn.Linear(90, 80), torch.randn(100, 90)
    double = copy.deepcopy(layer).double()
    with Kernels(EVERY):
        assert double(points.double()).grad_fn.name() == "AddmmBackward0"
        slope = torch.func.grad(lambda x: layer(x).sum())(points)
        mapped = torch.func.vmap(layer)(points)
    torch.testing.assert_close(slope, layer.weight.sum(0).expand(100, 90))
    torch.testing.assert_close(mapped, layer(points))


def test_the_choice_is_made_once_and_draws_nothing_at_random():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    choice = fastest_kernels()
    assert torch.equal(before, torch.get_rng_state())
    assert fastest_kernels() is choice


def test_the_choice_in_words_names_what_was_chosen():
    assert str(EVERY) == "linear layers by oneDNN, channels side by side"
    assert str(KernelChoice(linear=False, convolutions=False)) == ""


def test_a_network_runs_by_the_choice_on_a_cpu_and_by_torch_elsewhere():
    assert kernel_choice(TASK) == fastest_kernels()
    assert not str(kernel_choice(Task((1, 28, 28), 0, "meta", examples=1, seed=0)))
    points = Task((2,), 0, "cpu", examples=1, seed=0)  # that no convolution of images has to do with
    assert not kernel_choice(points).convolutions
    with autocast(TASK):
        name = nn.Linear(90, 80)(torch.randn(100, 90)).grad_fn.name()
    assert (name == "LinearBackward") == fastest_kernels().linear


def test_arguments_by_name_reach_the_same_kernels():
    images, weight, bias = torch.randn(3, 4, 6, 6), torch.randn(5, 4, 3, 3), torch.randn(5)
    points, plane = torch.randn(64, 90), torch.randn(110, 90)
    usual = [
        functional.conv2d(input=images, weight=weight, bias=bias, padding=1, stride=2),
        functional.conv_transpose2d(images, weight=weight.transpose(0, 1), dilation=2),
        functional.linear(input=points, weight=plane),
    ]
    with Kernels(EVERY):
        ours = [
            functional.conv2d(input=images, weight=weight, bias=bias, padding=1, stride=2),
            functional.conv_transpose2d(images, weight=weight.transpose(0, 1), dilation=2),
            functional.linear(input=points, weight=plane),
        ]
    for expected, found in zip(usual, ours, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("before", [None, "{}", "[1", '{"linear": true}'])
def test_a_choice_is_measured_once_and_kept_for_other_processes(before, tmp_path):
    path = tmp_path / "kernels" / "here.json"
    if before is not None:
        path.parent.mkdir()
        path.write_text(before)
    first = kept_choice(path, lambda: KernelChoice(linear=True, convolutions=False))
    again = kept_choice(path, lambda: KernelChoice(linear=False, convolutions=True))
    assert first == again == KernelChoice(linear=True, convolutions=False)


def test_of_two_processes_that_measure_the_first_to_end_decides(tmp_path):
    path, first = tmp_path / "here.json", KernelChoice(linear=True, convolutions=True)

    def measured_while_another_ended():
        kept_choice(path, lambda: first)
        return KernelChoice(linear=False, convolutions=False)

    assert kept_choice(path, measured_while_another_ended) == first


def test_a_cache_that_cannot_be_written_costs_a_measurement_alone(tmp_path):
    (tmp_path / "file").write_text("")
    choice = KernelChoice(linear=True, convolutions=False)
    assert kept_choice(tmp_path / "file" / "here.json", lambda: choice) == choice


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_a_tasks_precision_is_its_own_whatever_the_caller_runs_in(precision, dtype):
    task = Task((2,), 0, "cpu", examples=1, seed=0, precision=precision)
    for around in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=around), autocast(task):
            assert nn.Linear(2, 3)(torch.randn(4, 2)).dtype == dtype
