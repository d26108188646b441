"""Inception with random weights, saved in the format of the published file."""

import warnings
from unittest import mock

import torch
from cleanfid import inception_pytorch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample, linear, softmax


class Published(nn.Module):
    """The published file's shape: layers up to the pooled features, an output, and a resizing of its own."""

    def __init__(self) -> None:
        super().__init__()
        with (
            warnings.catch_warnings(),
            mock.patch.object(inception_pytorch, "load_state_dict_from_url"),
            mock.patch.object(nn.Module, "load_state_dict"),
        ):
            warnings.simplefilter("ignore")
            network = inception_pytorch.InceptionV3([3], resize_input=False)
        self.layers = nn.Sequential(*[module for block in network.blocks for module in block])
        self.output = nn.Linear(2048, 1008)

    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        theta = torch.eye(2, 3).unsqueeze(0).repeat(img.shape[0], 1, 1)
        theta[:, 0, 2] += 1.0 / img.shape[3] - 1.0 / 299
        theta[:, 1, 2] += 1.0 / img.shape[2] - 1.0 / 299
        grid = affine_grid(theta, [img.shape[0], img.shape[1], 299, 299], align_corners=False)
        enlarged = grid_sample(img.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)
        features = self.layers((enlarged - 127.5) / 127.5).view(-1, 2048)
        if return_features:
            return features
        logits = linear(features, self.output.weight) if no_output_bias else self.output(features)
        return softmax(logits, dim=1)


def save_random(path, seed=0):
    """Write a network with random weights whose features neither vanish nor explode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Published().eval()
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(network).save(str(path))
