"""The moving average of weights, against torch's own, which reads a count from the device at every update."""

import copy

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ganbench.torchkit.averaging import MovingAverage


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def trained(steps):
    """Yield a network after each of some updates."""
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        yield net


def test_it_is_torchs_average_to_the_bit():
    ours = MovingAverage(network(), 0.5)
    theirs = AveragedModel(network(), multi_avg_fn=get_ema_multi_avg_fn(0.5), use_buffers=True)
    for earlier, net in enumerate(trained(12)):
        ours.follow(net, earlier + 20 if earlier else 0)  # past the beginning, where ours is shorter
        theirs.update_parameters(net)
    for name, value in ours.module.state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, theirs.module.state_dict()[name]), name


def test_counts_are_copied_and_nothing_is_trained_in_it():
    ours = MovingAverage(network(), 0.9)
    for earlier, net in enumerate(trained(5)):
        ours.follow(net, earlier)
    assert ours.module[1].num_batches_tracked == net[1].num_batches_tracked == 5
    assert not any(weight.requires_grad for weight in ours.parameters())


def test_its_state_is_all_that_it_goes_on_from():
    nets = [copy.deepcopy(net) for net in trained(6)]
    whole, resumed = MovingAverage(network(), 0.9), MovingAverage(network(), 0.9)
    for earlier, net in enumerate(nets):
        whole.follow(net, earlier)
        if earlier == 2:
            resumed.load_state_dict({name: value.clone() for name, value in whole.state_dict().items()})
        if earlier > 2:
            resumed.follow(net, earlier)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_another_network_of_the_same_form_is_followed_from_where_it_is():
    first, second = network(), network()
    with torch.no_grad():
        second[0].weight.add_(1.0)
    ours = MovingAverage(network(), 0.5)
    ours.follow(first, 0)
    ours.follow(second, 100)
    assert torch.allclose(ours.module[0].weight, (first[0].weight + second[0].weight) / 2)
    assert set(ours.state_dict()) == {f"module.{name}" for name in first.state_dict()}


def test_weights_whose_values_are_put_in_place_are_followed():
    net = network()
    ours = MovingAverage(net, 0.5)
    ours.follow(net, 0)
    net[0].weight.data = torch.ones(4, 3)  # as clipping is often written
    ours.follow(net, 0)
    assert torch.equal(ours.module[0].weight, torch.ones(4, 3))
