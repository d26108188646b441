"""Curves: one row an update, whatever was yielded, brought over in pieces without losing any."""

import numpy as np
import torch

from ganbench.training.curves import Curves, first_not_finite, latest


def test_rows_are_numbered_on_across_flushes():
    curves = Curves()
    for images in (10, 20, 30):
        curves.append({"a_loss": torch.tensor(float(images))}, images)
        if images == 20:
            assert curves.flush()["update"].tolist() == [1, 2]
    assert curves.flush()["update"].tolist() == [3]
    assert curves.flush() == {}
    assert curves.columns["images"].tolist() == [10, 20, 30]
    assert curves.columns["a_loss"].tolist() == [10, 20, 30]
    assert curves.updates == 3


def test_a_column_that_comes_and_goes_is_nan_where_it_was_not():
    curves = Curves()
    curves.append({"a_loss": torch.tensor(1.0)}, 1)
    curves.flush()
    curves.append({"b_loss": torch.tensor(2.0)}, 2)
    curves.append({"a_loss": torch.tensor(3.0), "b_loss": 4.0}, 3)
    curves.flush()
    np.testing.assert_array_equal(curves.columns["a_loss"], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(curves.columns["b_loss"], [np.nan, 2.0, 4.0])


def test_curves_go_on_from_saved_columns():
    first = Curves()
    first.append({"a_loss": torch.tensor(1.0)}, 8)
    first.flush()
    second = Curves(first.columns)
    second.append({"a_loss": torch.tensor(2.0)}, 16)
    second.flush()
    assert second.columns["update"].tolist() == [1, 2]
    assert second.table().num_rows == 2


def test_nothing_is_read_from_the_device_before_a_flush():
    class Watched(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            raise AssertionError(f"{function} touched a value")

    curves = Curves()
    curves.append({"a_loss": torch.tensor(1.0).as_subclass(Watched)}, 1)
    assert curves.updates == 0


def test_the_first_loss_that_broke_is_found_and_other_columns_are_ignored():
    columns = {
        "a_loss": np.array([1.0, 1.0, np.nan]),
        "b_loss": np.array([1.0, np.inf, 1.0]),
        "norm": np.array([np.nan] * 3),
    }
    assert first_not_finite(columns) == ("b_loss", 1)
    assert first_not_finite({"norm": columns["norm"]}) is None
    assert latest(columns)["b_loss"] == 1.0
