"""Products in float32 by whatever is fastest, within the bound that they promise; float64 where a device has it."""

import pytest
import torch
from torch.overrides import TorchFunctionMode

from ganbench.torchkit.products import row_products
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.order import checked

EPSILON = torch.finfo(torch.float32).eps


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("n", "m", "d"), [(256, 300, 100), (517, 199, 64), (16, 700, 300), (3, 5, 7), (300, 1, 20_000)]
)
def test_products_are_within_any_order_of_summations_bound(n, m, d):
    first, second = drawn(n, d), drawn(m, d, seed=1)
    found = row_products(first, second)
    wrong = (found.double() - first.double() @ second.double().T).abs()
    norms = first.double().norm(dim=1)[:, None] * second.double().norm(dim=1)
    assert found.shape == (n, m)
    assert found.is_contiguous()
    assert (wrong <= d * EPSILON * norms).all()


def test_products_of_positive_numbers_are_within_the_bound_too():
    # sums that only grow round the same way each time, the worst that an order of summation does
    first, second = drawn(320, 4_096).abs() + 100, drawn(64, 4_096, seed=1).abs() + 100
    exact = first.double() @ second.double().T
    assert ((row_products(first, second).double() - exact).abs() <= 4_096 * EPSILON * exact).all()


def test_a_row_is_multiplied_alike_whatever_stands_beside_it():
    first, second = drawn(1_024, 196), drawn(196, 196, seed=1)
    whole = row_products(first, second)
    assert torch.equal(row_products(first[:1_009], second), whole[:1_009])


def test_columns_of_a_larger_matrix_and_doubles_are_taken_as_they_are():
    wide = drawn(512, 400)
    assert torch.allclose(row_products(wide[:, 50:250], wide[:, :200]), wide[:, 50:250] @ wide[:, :200].T, atol=1e-3)
    assert torch.equal(row_products(wide.double(), wide.double()), wide.double() @ wide.double().T)


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
