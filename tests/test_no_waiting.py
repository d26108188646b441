"""An update asks nothing of the device that the host would wait for: shown on the CPU, operation by operation."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ganbench.schema.choice import Choice

# what reads a value, or has a shape that depends on one
WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "unique2", "_unique2", "equal", "is_nonzero"}
# what makes tensors of the host's numbers; those of one number, as optimizers count their steps by, stay on the host
FROM_HOST = {"lift_fresh", "lift_fresh_copy", "_pin_memory"}


class NoWaiting(TorchDispatchMode):
    """Raises for an operation after which a GPU's host has to wait, or that moves its data to the device."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.name().removeprefix("aten::").partition(".")[0]
        assert name not in WAITS, f"{name} waits for the device"
        assert name not in FROM_HOST or args[0].dim() == 0, f"{name} takes numbers over from the host"
        if name == "_to_copy":
            to = (kwargs or {}).get("device") or args[0].device
            assert to == args[0].device, f"a copy to {to}"
        return function(*args, **(kwargs or {}))


def test_the_check_sees_what_waits():
    with NoWaiting(), pytest.raises(AssertionError, match="waits for the device"):
        torch.ones(1).item()
    with NoWaiting(), pytest.raises(AssertionError, match="from the host"):
        torch.tensor([1.0, 2.0])
    with NoWaiting(), pytest.raises(AssertionError, match="a copy to meta"):
        torch.ones(1).to("meta")


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    ("dataset", "model", "loss"),
    [
        ("digits", "dcgan", "non-saturating"),
        ("digits", "wgan-gp", "wasserstein-gp"),
        ("digits", "wgan", "wasserstein-clip"),
        ("digits", "sngan", "hinge"),
        ("digits", "r3gan", "relativistic-r1r2:average=0.9"),
        ("digits", "vae", None),
        ("ring8", "vanilla", "non-saturating"),
    ],
)
def test_no_update_waits_for_the_device(factory, make_spec, precision, dataset, model, loss):
    spec = make_spec(dataset=dataset, model=model, loss=loss and Choice.parse(loss), precision=precision)
    trained = factory.model(spec)
    updates = trained.fit(factory.dataset(Choice(dataset)).batches("train", 8, 0))
    next(updates)
    with NoWaiting():
        for _ in range(2):
            assert all(term.numel() == 1 for term in next(updates).values())
