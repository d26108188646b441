"""Adam by one call a step gives the bits of torch's own, whatever was saved, changed or left without a gradient."""

import copy

import torch
from torch import nn

from ganbench.torchkit.fused_adam import FusedAdam


def pair():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    other = copy.deepcopy(net)
    return (net, FusedAdam(net.parameters(), 1e-2, (0.5, 0.99))), (
        other,
        torch.optim.Adam(other.parameters(), lr=1e-2, betas=(0.5, 0.99), fused=True),
    )


def trained(net, optimizer, updates, seed=0):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(updates):
        optimizer.zero_grad()
        net(torch.randn(8, 3, generator=generator)).square().mean().backward()
        optimizer.advance() if isinstance(optimizer, FusedAdam) else optimizer.step()


def assert_equal(ours, theirs):
    for mine, other in zip(ours[0].parameters(), theirs[0].parameters(), strict=True):
        assert torch.equal(mine, other)
    states = [optimizer.state_dict()["state"] for _, optimizer in (ours, theirs)]
    for index, slots in states[1].items():
        for name, value in slots.items():
            assert torch.equal(states[0][index][name], value), name


def test_its_steps_are_torchs_to_the_bit():
    ours, theirs = pair()
    for each in (ours, theirs):
        trained(*each, 10)
    assert_equal(ours, theirs)


def test_a_state_taken_back_is_gone_on_from():
    ours, theirs = pair()
    for net, optimizer in (ours, theirs):
        trained(net, optimizer, 3)
        kept, weights = copy.deepcopy(optimizer.state_dict()), copy.deepcopy(net.state_dict())
        trained(net, optimizer, 4, seed=1)
        optimizer.load_state_dict(kept)
        net.load_state_dict(weights)
        trained(net, optimizer, 5, seed=2)
    assert_equal(ours, theirs)


def test_a_rate_that_changes_counts_and_so_does_a_weight_without_a_gradient():
    ours, theirs = pair()
    for net, optimizer in (ours, theirs):
        net[0].weight.requires_grad_(False)
        trained(net, optimizer, 2)
        net[0].weight.requires_grad_(True)
        optimizer.param_groups[0]["lr"] = 3e-2
        trained(net, optimizer, 3)
        net[2].bias.requires_grad_(False)  # when its state is there
        trained(net, optimizer, 2)
    assert_equal(ours, theirs)


def test_copies_step_by_themselves():
    ours, theirs = pair()
    for each in (ours, theirs):
        trained(*each, 3)
    copied = copy.deepcopy(ours)
    trained(*copied, 4, seed=1)
    assert_equal(ours, theirs)
    trained(*theirs, 4, seed=1)
    assert_equal(copied, theirs)


def test_hooks_and_schedulers_see_every_step():
    (net, optimizer), theirs = pair()
    taken = []
    optimizer.register_step_post_hook(lambda *_: taken.append(1))
    trained(net, optimizer, 4)
    assert len(taken) == 4
    net, optimizer = pair()[0]
    trained(net, optimizer, 2)
    torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    assert optimizer._watched
    trained(net, optimizer, 2)
    for _ in range(2):
        trained(*theirs, 2)
    assert_equal((net, optimizer), theirs)
