"""Products in float32 by whatever is fastest, within the bound that they promise; float64 where a device has it."""

import pytest
import torch
from torch.overrides import TorchFunctionMode

from ganbench import Evidence, Features, Side
from ganbench.torchkit.linear import product
from ganbench.torchkit.products import row_products
from ganbench_metrics.condition_variety import ConditionVariety
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.order import checked

EPSILON = torch.finfo(torch.float32).eps


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def by_onednn(first, second, added, scale=1.0):
    return product(first, second * scale, added)


@pytest.mark.parametrize("multiply", [row_products, by_onednn])
@pytest.mark.parametrize(
    ("n", "m", "d"), [(256, 300, 100), (517, 199, 64), (16, 700, 300), (3, 5, 7), (300, 1, 20_000)]
)
def test_products_are_within_any_order_of_summations_bound(multiply, n, m, d):
    first, second, added = drawn(n, d), drawn(m, d, seed=1), drawn(m, seed=2)
    found = multiply(first, second, added, scale=-2.0)
    exact = added.double() - 2 * first.double() @ second.double().T
    norms = 2 * first.double().norm(dim=1)[:, None] * second.double().norm(dim=1)
    assert found.shape == (n, m)
    assert found.is_contiguous()
    assert ((found.double() - exact).abs() <= d * EPSILON * (norms + added.abs())).all()


@pytest.mark.parametrize("multiply", [row_products, by_onednn])
def test_products_of_positive_numbers_are_within_the_bound_too(multiply):
    # sums that only grow round the same way each time, the worst that an order of summation does
    first, second = drawn(320, 4_096).abs() + 100, drawn(64, 4_096, seed=1).abs() + 100
    exact = first.double() @ second.double().T
    assert ((multiply(first, second, torch.zeros(64)).double() - exact).abs() <= 4_096 * EPSILON * exact).all()


@pytest.mark.parametrize("multiply", [row_products, by_onednn])
def test_columns_of_a_larger_matrix_are_taken_as_they_are(multiply):
    wide = drawn(512, 400)
    found = multiply(wide[:, 50:250], wide[:, :200], torch.zeros(512))
    assert torch.allclose(found, wide[:, 50:250] @ wide[:, :200].T, atol=1e-3)


def test_doubles_stay_doubles():
    wide = drawn(512, 400).double()
    assert torch.equal(row_products(wide, wide, wide[:, 0]), torch.addmm(wide[:, 0], wide, wide.T))


class WithoutDouble(TorchFunctionMode):
    """Stands for a device without float64: there is none but on the CPU, asked for by name."""

    moved = False

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.Tensor.cpu:
            self.moved = True
        elif function is torch.Tensor.new_empty and not self.moved:
            raise TypeError(
                "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."
            )
        return function(*args, **(kwargs or {}))


def test_a_device_without_float64_leaves_it_to_the_cpu():
    with WithoutDouble() as device:
        real, fake = checked(drawn(40, 3), drawn(30, 3, seed=1))
        assert device.moved
        device.moved = False
        distance = frechet_distance(real, fake)
        assert device.moved
    assert distance == frechet_distance(real, fake)


def test_variety_is_taken_to_the_cpu_likewise():
    sides = [Side(each, torch.arange(40) % 4, Features(each)) for each in (drawn(40, 3), drawn(40, 3, seed=1))]
    evidence = Evidence(*sides, None, None, 0)
    with WithoutDouble() as device:
        moved = ConditionVariety().score(evidence)
        assert device.moved
    assert moved == ConditionVariety().score(evidence)
